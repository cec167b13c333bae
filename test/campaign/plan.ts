import { addDays, type Day } from '../../lib/day.ts';
import type { Instant } from '../../lib/instant.ts';
import { type Draws, openDraws } from './draws.ts';
import { drawFaults, type Fault } from './faults.ts';
import { drawMischief, type Mischief } from './mischief.ts';
import type { CampaignSize } from './size.ts';

/** One firing of alarms, or of a person, with what goes wrong meanwhile. */
export interface Step {
  at: Instant;
  /** Triggers, all at once. */
  fires: ('daily' | 'hourly')[];
  /** Somebody asks for a collection. */
  person: { tenant: number; verify: boolean } | null;
  faults: Fault[];
  mischief: Mischief[];
}

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

export interface Plan {
  days: PlannedDay[];
  /** When each repository is added. */
  addedOn: Day[];
  outage: Outage | null;
}

const START = '2023-01-02';
/** So many days without any alarm lose nothing that was final before: a day is whole in GitHub's window for twelve more. */
const MOST_SILENT = 12;
/** Only long campaigns have time for it. */
const OUTAGE_SINCE = 100;
const OUTAGE_DAYS = 18;

/** Everything that will happen, from the seed alone. */
export function toPlan(size: CampaignSize): Plan {
  const draws = openDraws(size.seed);
  const moods = drawMoods(draws, size.days);
  const days = moods.map((mood, index) => drawDay(draws, size, { mood, index, before: moods[index - 1] }));
  const half = Math.floor(size.days / 2);
  const addedOn = Array.from({ length: size.repositories }, (_, index) =>
    addDays(START, index % 3 === 2 ? draws.whole(1, half) : 0),
  );
  const from = addDays(START, half);
  const outage = { tenant: draws.whole(0, size.tenants - 1), from, to: addDays(from, OUTAGE_DAYS - 1) };
  return { days, addedOn, outage: size.days >= OUTAGE_SINCE ? outage : null };
}

/** A few disturbed days or a silence, then two calm days; the first and the last two are calm. */
function drawMoods(draws: Draws, count: number): Mood[] {
  const moods: Mood[] = ['calm'];
  for (let cycle = 0; moods.length < count - 2; cycle += 1) {
    const silent = cycle % 4 === 1;
    const longest = cycle === 1 ? MOST_SILENT : draws.whole(1, MOST_SILENT);
    const length = Math.min(silent ? longest : draws.whole(4, 6), count - 2 - moods.length);
    moods.push(...Array<Mood>(length).fill(silent ? 'silent' : 'disturbed'), 'calm', 'calm');
  }
  return moods.slice(0, count);
}

interface DayKind {
  mood: Mood;
  index: number;
  before: Mood | undefined;
}

function drawDay(draws: Draws, size: CampaignSize, { mood, index, before }: DayKind): PlannedDay {
  const day = addDays(START, index);
  const renamed = mood === 'disturbed' && before === 'calm' ? draws.whole(0, size.repositories - 1) : null;
  const drawSteps = { calm: toCalmSteps, silent: () => [], disturbed: drawDisturbedSteps };
  return { day, mood, renamed, steps: drawSteps[mood](day, draws, size) };
}

const SLOW = { kind: 'slow', milliseconds: 150 } as const;
const QUIET = { person: null, faults: [], mischief: [] };
const at = (day: Day, hour: number, minute: number): Instant =>
  `${day}T${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}:00.000Z`;

/** Alarms may come twice: slow answers make them meet. */
function toCalmSteps(day: Day, draws: Draws, { tenants }: CampaignSize): Step[] {
  const twice: Pick<Step, 'fires' | 'faults'> = {
    fires: ['daily', 'daily'],
    faults: Array.from({ length: tenants }, (_, tenant) => ({ tenant, rule: SLOW, path: null })),
  };
  return [
    { ...QUIET, at: at(day, 6, 0), fires: ['daily'], ...(draws.chance(0.5) && twice) },
    { ...QUIET, at: at(day, 8, 30), fires: ['hourly'] },
  ];
}

function drawDisturbedSteps(day: Day, draws: Draws, size: CampaignSize): Step[] {
  const disturb = (step: Pick<Step, 'at' | 'fires' | 'person'>): Step => ({
    ...step,
    faults: drawFaults(draws, size),
    mischief: drawMischief(draws, size),
  });
  const steps: Step[] = [];
  const hour = draws.chance(0.25) ? draws.whole(7, 20) : 6;
  const isTwice = draws.chance(0.3);
  if (!draws.chance(0.2))
    steps.push(
      disturb({ at: at(day, hour, 0), fires: isTwice ? ['daily', 'daily'] : ['daily'], person: null }),
    );
  if (isTwice && draws.chance(0.5))
    steps.push(disturb({ at: at(day, hour, 4), fires: ['daily'], person: null }));
  if (draws.chance(0.3)) {
    const person = { tenant: draws.whole(0, size.tenants - 1), verify: draws.chance(0.3) };
    steps.push(disturb({ at: at(day, draws.whole(5, 22), 15), fires: [], person }));
  }
  for (const sweep of [8, 13, 21])
    if (draws.chance(0.4))
      steps.push(
        disturb({
          at: at(day, sweep, 30),
          fires: draws.chance(0.2) ? ['hourly', 'hourly'] : ['hourly'],
          person: null,
        }),
      );
  return steps.sort((one, other) => (one.at < other.at ? -1 : 1));
}
