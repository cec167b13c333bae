import type { SubjectDay } from '../../lib/alerts/detect.ts';
import { addDays, type Day, daysBetween } from '../../lib/day.ts';
import { openRandom, type Random } from './random.ts';

/** Something that truly happened to the people who come to a repository, or clone it. */
export interface TrueEvent {
  kind: 'spike' | 'drop';
  metric: 'views' | 'clones';
  cause: 'launch' | 'series' | 'shift' | 'decline' | 'end';
  /** Its first and last day, by number. Its last day is the last with a fifth of the change. */
  from: number;
  to: number;
  /** How many times as many people come on its strongest day; for a drop, how many times fewer. */
  factor: number;
  /** People of an average day without it, at that time of the year. */
  usual: number;
}

/** What is known of a day, and from when on. */
interface SimulatedDay extends SubjectDay {
  /** The number of the day on which the product first has it like this. Never for a lost day. */
  knownOn: number;
}

/** A repository of which everything is known. */
export interface SimulatedRepository {
  days: readonly SimulatedDay[];
  /** The same days if GitHub never failed and every day was collected. */
  complete: readonly SimulatedDay[];
  events: readonly TrueEvent[];
  /** Figures of newest days that still grow, as the product reads them first. */
  provisional: ReadonlyMap<number, SubjectDay>;
}

const FIRST_DAY: Day = '2023-01-02';
const YEAR = 365;
export const NEVER = Number.MAX_SAFE_INTEGER;

export const toDate = (number: number): Day => addDays(FIRST_DAY, number);
export const toNumber = (date: Day): number => daysBetween(FIRST_DAY, date);

/** What all repositories of GitHub meet on the same days. */
interface World {
  length: number;
  /** Days on which GitHub wrote zeros for everybody. */
  silent: ReadonlySet<number>;
  /** The part of everybody's traffic that GitHub counted. */
  counted: ReadonlyMap<number, number>;
  /** When GitHub published each day. */
  publishedOn: readonly number[];
}

/** Repositories over some years, the same for the same seed. */
export function simulate({
  seed,
  repositories,
  years,
}: {
  seed: number;
  repositories: number;
  years: number;
}): SimulatedRepository[] {
  const random = openRandom(seed);
  const length = years * YEAR;
  const world: World = {
    length,
    silent: listSpans(random, { length, aYear: 1.5, longest: 3 }),
    counted: new Map(
      [...listSpans(random, { length, aYear: 1.5, longest: 2 })].map((day) => [
        day,
        random.between(0.3, 0.7),
      ]),
    ),
    publishedOn: toPublished(random, length),
  };
  return Array.from({ length: repositories }, (_, index) =>
    simulateRepository(openRandom(seed * 10_007 + index), world),
  );
}

function listSpans(
  random: Random,
  { length, aYear, longest }: { length: number; aYear: number; longest: number },
): Set<number> {
  const days = new Set<number>();
  const count = random.poisson((aYear * length) / YEAR);
  for (let span = 0; span < count; span += 1) {
    const first = random.int(0, length - 1);
    const last = first + random.int(1, longest) - 1;
    for (let day = first; day <= last; day += 1) days.add(day);
  }
  return days;
}

/** GitHub is a day late, sometimes two, and three times a year it stands still for up to three weeks. */
function toPublished(random: Random, length: number): number[] {
  const stalled = listSpans(random, { length, aYear: 3, longest: 20 });
  const through: number[] = [];
  for (let day = 0; day < length + 30; day += 1) {
    const last = through.at(-1) ?? -1;
    through.push(stalled.has(day) ? last : Math.max(last, day - (random.is(0.1) ? 2 : 1)));
  }
  return Array.from({ length }, (_, day) => through.findIndex((last) => last >= day));
}

/** The people of each day, without what happened. */
function toUsual(random: Random, length: number, people: number): number[] {
  const weekend = random.pick([0.3, 0.45, 0.6, 0.8, 1, 1.15]);
  const weekendLater = random.is(0.2) ? weekend * random.between(0.7, 1.3) : weekend;
  const weekdays = [1, 1.05, 1.08, 1.03, 0.92, 1, 1].map((one) => one * random.between(0.92, 1.08));
  const growth = random.is(0.25) ? 0 : random.normal() * 0.6;
  const summer = random.between(0, 0.3);
  const christmas = random.between(0.4, 0.95);
  const lunar = random.is(0.25) ? random.between(0.45, 0.9) : 1;
  const holidays = new Set(Array.from({ length: 9 }, () => random.int(0, YEAR - 1)));
  const persistence = random.between(0.2, 0.7);
  const roughness = random.logBetween(0.03, 0.12);
  const drift = random.between(0.002, 0.015);
  let noise = 0;
  let wandering = 0;
  return Array.from({ length }, (_, day) => {
    noise = persistence * noise + roughness * clip(random.student(5), 5);
    wandering = 0.995 * wandering + drift * random.normal();
    const year = day % YEAR;
    const isWeekend = day % 7 >= 5;
    const ofWeekend = weekend + ((weekendLater - weekend) * day) / length;
    let mean = people * Math.exp((growth * day) / YEAR + noise + wandering);
    mean *= (weekdays[day % 7] ?? 1) * (isWeekend ? ofWeekend : 1);
    mean *= 1 - summer * Math.exp(-(((year - 215) / 25) ** 2));
    if (year >= 356 || year <= 1) mean *= christmas;
    else if (year >= 352 || year <= 5) mean *= Math.sqrt(christmas);
    const newYear = 22 + ((Math.floor(day / YEAR) * 11) % 25);
    if (year >= newYear && year < newYear + 8) mean *= lunar;
    if (holidays.has(year) && !isWeekend) mean *= 0.6;
    return mean;
  });
}

const clip = (value: number, most: number) => Math.max(-most, Math.min(most, value));

interface Happened {
  events: TrueEvent[];
  /** By what the people of each day are multiplied. */
  times: number[];
}

/** What happens to people of a repository: launches, posts in several parts, and changes that stay. */
function listHappened(
  random: Random,
  { usual, metric, aYear }: { usual: readonly number[]; metric: TrueEvent['metric']; aYear: number },
): Happened {
  const { length } = usual;
  const happened: Happened = { events: [], times: new Array<number>(length).fill(1) };
  const count = random.poisson((aYear * length) / YEAR);
  for (let number = 0; number < count; number += 1) {
    const from = random.int(0, length - 2);
    const cause = random.pick([
      'launch',
      'launch',
      'launch',
      'launch',
      'series',
      'shift',
      'decline',
      'decline',
    ] as const);
    addEvent(random, happened, { usual, metric, cause, from });
  }
  return happened;
}

function addEvent(
  random: Random,
  { events, times }: Happened,
  {
    usual,
    metric,
    cause,
    from,
  }: {
    usual: readonly number[];
    metric: TrueEvent['metric'];
    cause: Exclude<TrueEvent['cause'], 'end'>;
    from: number;
  },
): void {
  const kind = cause === 'decline' ? 'drop' : 'spike';
  const factor =
    kind === 'drop'
      ? random.is(0.2)
        ? 1000
        : random.logBetween(1.3, 20)
      : cause === 'launch'
        ? random.logBetween(1.3, 60)
        : random.logBetween(1.3, 8);
  const profile = toProfile(random, cause, usual.length - from);
  const strong = profile.filter((part) => part >= 0.2).length;
  const to = from + profile.findLastIndex((part) => part >= 0.2);
  const overlaps = events.some((event) => event.from - 21 <= to && from <= event.to + 21);
  if (overlaps || strong === 0) return;
  for (const [place, part] of profile.entries()) {
    const change = kind === 'drop' ? (1 / factor) ** part : 1 + (factor - 1) * part;
    times[from + place] = (times[from + place] ?? 1) * change;
  }
  const around = usual.slice(Math.max(0, from - 28), from + 14);
  const average = around.reduce((sum, one) => sum + one, 0) / around.length;
  events.push({ kind, metric, cause, from, to, factor, usual: average });
  const lasted = to - from;
  const isOver = to < usual.length - 1;
  // What lasted for weeks is usual, so that its end is news of the other kind.
  if (isOver && lasted >= 21 && cause !== 'launch')
    events.push({
      kind: kind === 'drop' ? 'spike' : 'drop',
      metric,
      cause: 'end',
      from: to - 2,
      to: to + 30,
      factor,
      usual: kind === 'drop' ? average / factor : average * factor,
    });
}

/** How much of the change each day has, from the first one on. */
function toProfile(random: Random, cause: TrueEvent['cause'], length: number): number[] {
  const firstHours = random.between(0.3, 1);
  const halfLife = random.between(0.5, 5);
  const plateau = cause === 'launch' ? random.int(0, 2) : random.int(3, 12);
  const lasts =
    cause === 'shift' ? NEVER : cause === 'decline' ? (random.is(0.5) ? NEVER : random.int(7, 90)) : plateau;
  const days = Math.min(length, lasts === NEVER ? length : lasts + 40);
  const profile = Array.from({ length: days }, (_, day) => {
    if (day === 0) return firstHours;
    if (day <= lasts) return 1;
    if (cause === 'decline') return 0;
    // After a launch people come less and less: half of them by a power law, as links to it stay.
    return 0.7 * 0.5 ** ((day - lasts) / halfLife) + 0.3 / (1 + day - lasts);
  });
  const most = Math.max(...profile);
  return profile.map((part) => part / most);
}

interface Flow {
  usual: number[];
  happened: Happened;
}

function simulateRepository(random: Random, world: World): SimulatedRepository {
  const { length } = world;
  const people = random.is(0.08)
    ? random.between(0, 0.3)
    : clip(Math.exp(Math.log(40) + 1.4 * random.normal()), 6000);
  const cloners = people * random.logBetween(0.05, 0.8);
  const visits: Flow = { usual: toUsual(random, length, people), happened: { events: [], times: [] } };
  visits.happened = listHappened(random, { usual: visits.usual, metric: 'views', aYear: 4 });
  const clones: Flow = { usual: toUsual(random, length, cloners), happened: { events: [], times: [] } };
  clones.happened = listHappened(random, { usual: clones.usual, metric: 'clones', aYear: 1.5 });
  const figures = toFigures(random, { visits, clones, length });
  const complete = figures.map(
    (day, number): SimulatedDay => ({
      date: toDate(number),
      ...day,
      state: 'measured',
      knownOn: number + 1,
    }),
  );
  return {
    ...toKnown(random, world, figures),
    complete,
    events: [...visits.happened.events, ...clones.happened.events],
  };
}

type DayFigures = Pick<SubjectDay, 'viewCount' | 'viewUniques' | 'cloneCount' | 'cloneUniques'>;
const SILENT = { viewCount: 0, viewUniques: 0, cloneCount: 0, cloneUniques: 0 };

function toFigures(
  random: Random,
  { visits, clones, length }: { visits: Flow; clones: Flow; length: number },
): DayFigures[] {
  const size = random.logBetween(15, 150);
  const pages = random.between(1.5, 6);
  const crawlers = random.between(0.0005, 0.01);
  const runsADay = random.is(0.5) ? random.logBetween(1, 60) : 0;
  const checkouts = random.int(1, 4);
  const isWorker = random.is(0.7);
  return Array.from({ length }, (_, day) => {
    const visitors = random.negativeBinomial(
      (visits.usual[day] ?? 0) * (visits.happened.times[day] ?? 1),
      size,
    );
    let views =
      visitors === 0 ? 0 : visitors + random.negativeBinomial(visitors * (pages - 1), visitors * 0.7 + 0.3);
    const crawling = random.poisson(visitors * crawlers);
    for (let one = 0; one < crawling; one += 1) views += Math.min(5000, Math.round(20 * random.pareto(1.1)));
    const cloners = random.negativeBinomial(
      (clones.usual[day] ?? 0) * (clones.happened.times[day] ?? 1),
      size,
    );
    // Runs come in bursts: a merge train, or somebody who works at it all day.
    const busy = isWorker && day % 7 >= 5 ? 0.15 : 1;
    const runs = random.negativeBinomial(
      runsADay * busy * (random.is(0.04) ? random.between(3, 15) : 1),
      0.8,
    );
    const cloneCount =
      cloners === 0 ? 0 : cloners + random.negativeBinomial(cloners * 0.6, cloners * 0.5 + 0.2);
    return {
      viewCount: views,
      viewUniques: visitors,
      cloneCount: cloneCount + runs * checkouts,
      cloneUniques: cloners + (runs > 0 ? 1 : 0) + (runs > 40 ? random.int(0, 3) : 0),
    };
  });
}

/** What of it the product knows, and when. */
function toKnown(
  random: Random,
  { length, silent, counted, publishedOn }: World,
  figures: readonly DayFigures[],
): Pick<SimulatedRepository, 'days' | 'provisional'> {
  const lost = listSpans(random, { length, aYear: 1, longest: 6 });
  for (const day of listSpans(random, { length, aYear: 0.4, longest: 50 })) lost.add(day);
  const began = random.is(0.5) ? random.int(30, Math.floor(length / 2)) : 0;
  const isImported = random.is(0.6);
  const importedPart = random.is(0.5) ? 1 : random.between(0.2, 0.9);
  // Alone on its installation, its zeros cannot be told from an outage.
  const isAlone = random.is(0.1);
  const isSparse = random.is(0.15);
  const provisional = new Map<number, SubjectDay>();
  const days = figures.map((true_, day): SimulatedDay => {
    const part = silent.has(day) ? 0 : (counted.get(day) ?? 1);
    const seen = part === 1 ? true_ : part === 0 ? SILENT : scale(true_, part);
    const date = toDate(day);
    if (day < began) {
      const figuresOfTool = random.is(0.05) ? SILENT : scale(true_, importedPart);
      return { date, ...figuresOfTool, state: 'imported', knownOn: isImported ? began + 20 : NEVER };
    }
    const knownOn = isSparse ? day + 4 : (publishedOn[day] ?? -1);
    const forgotten = knownOn < 0 || knownOn - day > 14;
    if (isSparse)
      provisional.set(day, { date, ...scale(seen, random.between(0.1, 0.9)), state: 'provisional' });
    if (lost.has(day) || forgotten) return { date, ...SILENT, state: 'lost', knownOn: NEVER };
    if (random.is(0.004)) return { date, ...scale(seen, random.uniform()), state: 'cut', knownOn };
    const isZero = seen.viewCount === 0 && seen.cloneCount === 0;
    return {
      date,
      ...seen,
      state: part === 0 && !isAlone ? 'suspect' : isZero ? 'zero' : 'measured',
      knownOn,
    };
  });
  return { days, provisional };
}

function scale(figures: DayFigures, part: number): DayFigures {
  const partOf = (figure: number | null) => Math.round((figure ?? 0) * part);
  return {
    viewCount: partOf(figures.viewCount),
    viewUniques: partOf(figures.viewUniques),
    cloneCount: partOf(figures.cloneCount),
    cloneUniques: partOf(figures.cloneUniques),
  };
}
