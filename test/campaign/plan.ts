import { addDays, type Day } from '../../lib/day.ts';
import { type Draws, openDraws } from './draws.ts';
import type { CampaignSize } from './size.ts';
import { openSteps, type Step } from './steps.ts';

/** `calm`: every alarm fires, once or twice, and nothing goes wrong; `silent`: no alarm fires at all. */
type Mood = 'calm' | 'disturbed' | 'silent';

interface PlannedDay {
  day: Day;
  mood: Mood;
  steps: Step[];
  /** The repository that gets a new name before the first step. */
  renamed: number | null;
}

/** A tenant whose token GitHub refuses for so long that days are lost. */
interface Outage {
  tenant: number;
  from: Day;
  /** The last day of it. */
  to: Day;
}

/** GitHub stands still: it publishes nothing new for some days. */
interface Freeze {
  /** The newest day that is published meanwhile. */
  after: Day;
  from: Day;
  /** The last day of it. */
  to: Day;
}

export interface Plan {
  days: PlannedDay[];
  /** When each repository is added. */
  addedOn: Day[];
  outage: Outage | null;
  freeze: Freeze;
}

const START = '2023-01-02';
/** This many days without an alarm lose nothing that was final before: a day stays whole in GitHub's window for twelve more. */
const MAX_SILENT = 12;
/** Only long campaigns have time for it. */
const OUTAGE_SINCE = 100;
const OUTAGE_DAYS = 18;
/** GitHub stands still early, so that short campaigns have time for it too, and for as long as it did in 2026. */
const FROZEN = { from: 3, days: 6 };

/** The first days of trouble, with any seed. */
const ALWAYS: Record<number, 'misled' | 'killed'> = { 1: 'misled', 2: 'killed' };

/** Everything that will happen, from the seed alone. */
export function toPlan(size: CampaignSize): Plan {
  const draws = openDraws(size.seed);
  const moods = drawMoods(draws, size.days);
  const drawSteps = openSteps(draws, size);
  const days = moods.map((mood, index) => {
    const day = addDays(START, index);
    const begins = mood === 'disturbed' && moods[index - 1] === 'calm';
    const renamed = begins ? draws.whole(0, size.repositories - 1) : null;
    return { day, mood, renamed, steps: drawSteps[ALWAYS[index] ?? mood](day) };
  });
  const half = Math.floor(size.days / 2);
  const addedOn = Array.from({ length: size.repositories }, (_, index) =>
    addDays(START, index % 3 === 2 ? draws.whole(1, half) : 0),
  );
  const from = addDays(START, half);
  const outage = { tenant: draws.whole(0, size.tenants - 1), from, to: addDays(from, OUTAGE_DAYS - 1) };
  const frozenFrom = addDays(START, FROZEN.from);
  const freeze = {
    after: addDays(frozenFrom, -1),
    from: addDays(frozenFrom, 1),
    to: addDays(frozenFrom, FROZEN.days),
  };
  return { days, addedOn, outage: size.days >= OUTAGE_SINCE ? outage : null, freeze };
}

/** A few disturbed days or a silence, then two calm days; the first and the last two are calm. */
function drawMoods(draws: Draws, count: number): Mood[] {
  const moods: Mood[] = ['calm'];
  for (let cycle = 0; moods.length < count - 2; cycle += 1) {
    const silent = cycle % 4 === 1;
    const longest = cycle === 1 ? MAX_SILENT : draws.whole(1, MAX_SILENT);
    const length = Math.min(silent ? longest : draws.whole(4, 6), count - 2 - moods.length);
    moods.push(...Array<Mood>(length).fill(silent ? 'silent' : 'disturbed'), 'calm', 'calm');
  }
  return [...moods, 'calm' as const].slice(0, count);
}
