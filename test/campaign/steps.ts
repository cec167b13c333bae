import type { Day } from '../../lib/day.ts';
import type { Instant } from '../../lib/instant.ts';
import { type Draws, openDeck } from './draws.ts';
import { type Fault, openFaults } from './faults.ts';
import { type Mischief, openMischief } from './mischief.ts';
import type { CampaignSize } from './size.ts';

/** Alarms or a request of a person, and the faults meanwhile. */
export interface Step {
  at: Instant;
  /** Triggers, all at once. */
  fires: ('daily' | 'hourly')[];
  /** Somebody asks for a collection. */
  person: { tenant: number; verify: boolean } | null;
  faults: Fault[];
  mischief: Mischief[];
}

type Occasion = Pick<Step, 'at' | 'fires' | 'person'>;

/** The alarm of manifest.yaml. */
const ALARM_HOUR = 8;
const SLOW = { kind: 'slow', milliseconds: 150 } as const;
const QUIET = { person: null, faults: [], mischief: [] };
const MISLEADING: readonly [Omit<Fault, 'tenant'>, ...Omit<Fault, 'tenant'>[]] = [
  { rule: { kind: 'cut', times: 1 }, path: /views$/ },
  { rule: { kind: 'garbage', body: '{"count":"many","views":[{}]}', times: 1 }, path: /views$/ },
  { rule: { kind: 'cut', times: 1 }, path: /clones$/ },
];

/** The smallest and largest number of faults and acts. */
type Trouble = Record<'faults' | 'acts', readonly [number, number]>;

/** In a step that collects, either GitHub or the machines fail: a process killed early meets no fault of GitHub. */
const AT_WORK: readonly [Trouble, Trouble] = [
  { faults: [3, 6], acts: [0, 0] },
  { faults: [0, 2], acts: [1, 3] },
];
/** A sweep mostly finds nothing to do. */
const IN_SWEEP: Trouble = { faults: [0, 1], acts: [0, 1] };

const at = (day: Day, hour: number, minute: number): Instant =>
  `${day}T${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}:00.000Z`;

/** Draws the steps of a day by its mood. */
export function openSteps(draws: Draws, size: CampaignSize) {
  const drawFaults = openFaults(draws, size);
  const drawMischief = openMischief(draws, size);
  const dealTrouble = openDeck(draws, AT_WORK);
  const disturb = (occasion: Occasion, { faults, acts }: Trouble): Step => ({
    ...occasion,
    faults: drawFaults(...faults),
    mischief: drawMischief(...acts),
  });
  return {
    calm: (day: Day) => toCalmSteps(day, draws, size),
    silent: (): Step[] => [],
    misled: (day: Day) => toMisledSteps(day, size),
    killed: toKilledSteps,
    disturbed: (day: Day): Step[] =>
      [
        ...[...drawAlarms(day, draws), ...drawOrder(day, draws, size)].map((one) =>
          disturb(one, dealTrouble()),
        ),
        ...drawSweeps(day, draws).map((one) => disturb(one, IN_SWEEP)),
      ].sort((one, other) => (one.at < other.at ? -1 : 1)),
  };
}

/** Alarms may come twice; slow answers make their runs overlap. */
function toCalmSteps(day: Day, draws: Draws, { tenants }: CampaignSize): Step[] {
  const twice: Pick<Step, 'fires' | 'faults'> = {
    fires: ['daily', 'daily'],
    faults: Array.from({ length: tenants }, (_, tenant) => ({ tenant, rule: SLOW, path: null })),
  };
  return [
    { ...QUIET, at: at(day, ALARM_HOUR, 0), fires: ['daily'], ...(draws.chance(0.5) && twice) },
    { ...QUIET, at: at(day, 9, 30), fires: ['hourly'] },
  ];
}

/** Answers that look valid but are not, then smaller figures than before. Every seed has these. */
function toMisledSteps(day: Day, { tenants }: CampaignSize): Step[] {
  const faults = Array.from({ length: tenants }, (_, tenant) => ({
    tenant,
    ...(MISLEADING[tenant % MISLEADING.length] ?? MISLEADING[0]),
  }));
  const order = (tenant: number, hour: number, rule: Fault['rule']): Step => ({
    at: at(day, hour, 15),
    fires: [],
    person: { tenant, verify: false },
    faults: [{ tenant, rule, path: null }],
    mischief: [],
  });
  return [
    { ...QUIET, at: at(day, ALARM_HOUR, 0), fires: ['daily'], faults },
    order(0, 9, { kind: 'late', hours: 40 }),
    order(1, 10, { kind: 'zeros' }),
    order(0, 11, { kind: 'old-copy', days: 20 }),
  ];
}

/** Collections that are killed again and again. Every seed has these too. */
function toKilledSteps(day: Day): Step[] {
  const once = { victim: 0, reaches: true };
  const order = (tenant: number, hour: number, act: Mischief): Step => ({
    at: at(day, hour, 15),
    fires: [],
    faults: [],
    mischief: [act],
    person: { tenant, verify: false },
  });
  const killOne: Mischief = { ...once, act: 'kill one', on: 'answered', nth: 9 };
  return [
    { ...QUIET, at: at(day, ALARM_HOUR, 0), fires: ['daily'], mischief: [killOne] },
    order(1, 9, { ...once, act: 'kill all', on: 'statement', nth: 45 }),
    order(0, 10, { ...once, act: 'cut', on: 'statement', nth: 40 }),
    order(1, 11, { ...once, act: 'restart killed', on: 'statement', nth: 50 }),
  ];
}

/** The daily alarm: on time, late, twice at once, again while its runs may be at work, or not at all. */
function drawAlarms(day: Day, draws: Draws): Occasion[] {
  // Before seven yesterday may not be published yet.
  const hour = draws.chance(0.3) ? draws.whole(3, 20) : ALARM_HOUR;
  const isTwice = draws.chance(0.3);
  const fires: Step['fires'] = isTwice ? ['daily', 'daily'] : ['daily'];
  const first: Occasion = { at: at(day, hour, 0), fires, person: null };
  const again: Occasion = { at: at(day, hour, 4), fires: ['daily'], person: null };
  return [...(draws.chance(0.2) ? [] : [first]), ...(isTwice && draws.chance(0.5) ? [again] : [])];
}

function drawOrder(day: Day, draws: Draws, { tenants }: CampaignSize): Occasion[] {
  if (!draws.chance(0.3)) return [];
  const person = { tenant: draws.whole(0, tenants - 1), verify: draws.chance(0.3) };
  return [{ at: at(day, draws.whole(5, 22), 15), fires: [], person }];
}

function drawSweeps(day: Day, draws: Draws): Occasion[] {
  const hours = [9, 13, 21].filter(() => draws.chance(0.3));
  return hours.map((hour) => ({
    at: at(day, hour, 30),
    person: null,
    fires: draws.chance(0.2) ? ['hourly', 'hourly'] : ['hourly'],
  }));
}
