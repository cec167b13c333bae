import type { Day } from '../../lib/day.ts';
import type { Evidence } from './evidence.ts';
import { listEdges, toExpectedDays } from './expected.ts';
import type { Campaign } from './parts.ts';

/** A day as it is stored. */
export interface StoredDay {
  repository_id: number;
  day: Day;
  figures: (number | null)[];
  state: string;
}

const DAYS = `select repository_id, traffic_date::text as day, state,
  json_build_array(view_count, view_uniques, clone_count, clone_uniques) as figures from traffic_day`;

/** A day in words. */
export function show(day: { state: string; figures: (number | null)[] } | undefined): string {
  return day ? `${day.state} ${day.figures.join('/')}` : 'nothing';
}

/** Compares every stored day with GitHub's answers in the log's successes, and with what really happened. */
export async function checkStored(
  { server }: Pick<Campaign, 'server'>,
  all: readonly Evidence[],
): Promise<{
  problems: string[];
  compared: number;
  storedOf: (repositoryId: number) => Map<Day, StoredDay>;
}> {
  const days = new Map<number, Map<Day, StoredDay>>();
  for (const row of await server.query<StoredDay>(DAYS))
    days.set(row.repository_id, (days.get(row.repository_id) ?? new Map()).set(row.day, row));
  const storedOf = (repositoryId: number) => days.get(repositoryId) ?? new Map<Day, StoredDay>();
  const problems: string[] = [];
  let compared = 0;
  for (const evidence of all) {
    const complain = (text: string) => void problems.push(`${evidence.tracked.name}: ${text}`);
    const stored = storedOf(evidence.repositoryId);
    const expected = toExpectedDays(evidence.readings);
    for (const day of new Set([...stored.keys(), ...expected.keys()])) {
      compared += 1;
      const is = show(stored.get(day));
      const must = show(expected.get(day));
      if (is !== must) complain(`${day} is stored as ${is}, GitHub’s answers make it ${must}`);
      checkTruth(evidence, day, stored.get(day), complain);
    }
  }
  return { problems, compared, storedOf };
}

/**
 * A final day equals what really happened; any other is at most that. Unknown figures are not checked. Nor is more than
 * that known of a day at the edge of a sparse answer which looks like a published one.
 */
function checkTruth(
  { tracked, readings }: Evidence,
  day: Day,
  stored: StoredDay | undefined,
  complain: (text: string) => void,
): void {
  if (!stored) return;
  const { github, answers } = tracked.tenant.served;
  const { viewCount, viewUniques, cloneCount, cloneUniques } = github.truth(tracked.id, day);
  const truth = [viewCount, viewUniques, cloneCount, cloneUniques];
  const isEdge = answers === 'sparse' && listEdges(readings).has(day);
  const isFinal = stored.state !== 'provisional' && stored.state !== 'cut' && !isEdge;
  const fits = stored.figures.every((figure, place) => {
    const really = truth[place] ?? 0;
    return figure === null || (isFinal ? figure === really : figure <= really);
  });
  if (!fits) complain(`${day} is stored as ${show(stored)}, but really was ${truth.join('/')}`);
}
