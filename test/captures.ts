import { addDays, type Day, toDay } from '../lib/day.ts';
import type { Instant } from '../lib/instant.ts';
import { unit } from '../local/github/random.ts';
import { type AnswerKind, openTraffic, type Traffic } from '../local/github/traffic.ts';
import type { Collecting } from './collecting.ts';
import { QUIET } from './github-server.ts';

/** One answer of GitHub about clones, as collectors keep it in a file that has the time in its name. */
export interface Capture {
  at: Instant;
  body: { count: number; uniques: number; clones: { timestamp: string; count: number; uniques: number }[] };
}

/** What GitHub answered, phase by phase; `old`: the share of answers that are an old copy. */
const PHASES: readonly { days: number; answers: AnswerKind; old: number; captured: number }[] = [
  { days: 8, answers: 'sparse', old: 0, captured: 0.9 },
  { days: 5, answers: 'published', old: 0.2, captured: 1 },
  // Nothing is captured for so long that days are lost.
  { days: 24, answers: 'published', old: 0, captured: 0 },
  { days: 25, answers: 'published', old: 0.45, captured: 0.8 },
  { days: 6, answers: 'sparse', old: 0, captured: 0.9 },
  { days: 12, answers: 'published', old: 0.1, captured: 0.8 },
];
const FROM = '2025-12-25';

/** Some months of captures, one or two a day, of a repository that is seldom cloned, and what really happened. */
export function makeCaptures(seed: number): { captures: Capture[]; truth: Traffic['truth'] } {
  const traffic = openTraffic({ ...QUIET, clones: 1.1, regulars: 2 }, '2025-01-01', seed);
  const captures: Capture[] = [];
  let day = FROM;
  for (const { days, answers, old, captured } of PHASES) {
    // One and the same copy is served again and again.
    const copied = new Date(`${addDays(day, -2)}T12:00:00Z`);
    for (let number = 0; number < days; number += 1, day = addDays(day, 1)) {
      for (const hour of [1, 12]) {
        const draw = (salt: number) => unit(seed, Date.parse(day) / 86_400_000, hour, salt);
        if (draw(1) >= captured) continue;
        const instant = new Date(`${day}T${String(hour).padStart(2, '0')}:${minutes(draw(2))}:03.000Z`);
        const shown = draw(3) < old ? copied : instant;
        const { days: clones, ...sums } = traffic.buckets('clones', 'day', {
          answers,
          at: shown,
          frozenAfter: undefined,
        });
        captures.push({ at: instant.toISOString(), body: { ...sums, clones } });
      }
    }
  }
  return { captures, truth: traffic.truth };
}

const minutes = (share: number) => String(Math.floor(share * 60)).padStart(2, '0');

/** Lets GitHub answer a repository's clones with each capture, at its time, and nothing of its views; collects each. */
export async function replay(
  collecting: Collecting,
  { id, repositoryId }: { id: number; repositoryId: number },
  captures: readonly Capture[],
): Promise<void> {
  const lift = collecting.answer(id, /views$/, { message: 'Server Error' }, 500);
  for (const { at, body } of captures) {
    collecting.now(at);
    const liftClones = collecting.answer(id, /clones$/, body);
    await collecting.work(await collecting.start({ repositories: [repositoryId] }));
    liftClones();
  }
  lift();
}

/** A repository's stored days as text, by day: the state and the four figures. */
export async function readDays(collecting: Collecting, repositoryId: number): Promise<Map<Day, string>> {
  const rows = await collecting.days(repositoryId);
  return new Map(
    rows.map((row) => {
      const figures = [row.viewCount, row.viewUniques, row.cloneCount, row.cloneUniques];
      return [row.trafficDate, `${row.state} ${figures.join('/')}`];
    }),
  );
}

/** Captures in another order, by a seed. */
export function shuffle(captures: readonly Capture[], seed: number): Capture[] {
  return captures
    .map((capture, place) => ({ capture, rank: unit(seed, place, 99) }))
    .sort((one, other) => one.rank - other.rank)
    .map(({ capture }) => capture);
}

/** Whether a capture's answer ends before one that was captured earlier. */
export function countOldCopies(captures: readonly Capture[]): number {
  let newest = '';
  let old = 0;
  for (const { at, body } of captures) {
    const end = body.clones.at(-1)?.timestamp.slice(0, 10) ?? toDay(new Date(at));
    if (end < newest) old += 1;
    if (end > newest) newest = end;
  }
  return old;
}
