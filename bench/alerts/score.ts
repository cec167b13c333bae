import { GIVEN_DAYS, judgeDays, type KnownChange, type SubjectDay } from '../../lib/alerts/detect.ts';
import { NEVER, type SimulatedRepository, type TrueEvent, toDate, toNumber } from './simulate.ts';

/** An alarm that somebody got. */
interface Alarm {
  kind: TrueEvent['kind'];
  metric: TrueEvent['metric'];
  /** The number of the day that it is about. */
  day: number;
  /** How many times as many or few as usual, by whoever raised it. */
  factor: number;
}

/** Raises alarms about a repository, as its days become known. */
export type Rule = (repository: Pick<SimulatedRepository, 'days' | 'provisional'>) => Alarm[];

/** What the detector of the product tells. */
export const byDetector: Rule = ({ days, provisional }) => {
  const alarms: Alarm[] = [];
  let known: KnownChange[] = [];
  let judged = 0;
  for (const { now, arrived } of listArrivals(days)) {
    const through = Math.max(...arrived);
    if (through < judged) continue;
    const given: SubjectDay[] = [];
    for (let day = Math.max(0, judged - GIVEN_DAYS); day < Math.min(now, days.length); day += 1) {
      const known = days[day];
      const early = provisional.get(day);
      if (known && known.knownOn <= now) given.push(known);
      else if (early) given.push(early);
    }
    const judgement = judgeDays(given, { from: toDate(judged), through: toDate(through), known });
    for (const { kind, metric, date, factor } of judgement.began)
      alarms.push({ kind, metric, day: toNumber(date), factor });
    const began = judgement.began.map((change) => ({ ...change, overOn: null, overReason: null }));
    known = [...known, ...began].map(
      (one) => judgement.over.find(({ metric, date }) => one.metric === metric && one.date === date) ?? one,
    );
    judged = through + 1;
  }
  return alarms;
};

/** The days on which something became known, in their order. */
function listArrivals(days: SimulatedRepository['days']): { now: number; arrived: number[] }[] {
  const arrivals = new Map<number, number[]>();
  for (const [day, { knownOn }] of days.entries()) {
    if (knownOn === NEVER) continue;
    const arrived = arrivals.get(knownOn) ?? [];
    arrived.push(day);
    arrivals.set(knownOn, arrived);
  }
  return [...arrivals].sort(([one], [other]) => one - other).map(([now, arrived]) => ({ now, arrived }));
}

const NAIVE_DAYS = 14;
const NAIVE_FACTOR = 3;
/** The naive rules have the same least figures as the detector. */
const LEAST = { spike: 40, drop: 10 };
/** Alarms of a naive rule that follow each other so closely are one. */
const SAME_ALARM_DAYS = 7;

/**
 * The naive rule: three times the mean of the last 14 days, or a third of it. `newest` judges each day as soon as it is there,
 * as other tools do; `final` waits until it is final, and leaves suspect days out.
 */
export function byNaiveRule(judges: 'newest' | 'final'): Rule {
  return ({ days, provisional }) => {
    const alarms: Alarm[] = [];
    const figures = days.map((day, number) => {
      if (day.knownOn === NEVER) return null;
      const isFinal = day.state === 'measured' || day.state === 'zero';
      if (judges === 'final') return isFinal ? day : null;
      return provisional.get(number) ?? day;
    });
    for (const metric of ['views', 'clones'] as const) {
      const counts = figures.map((day) => (metric === 'views' ? day?.viewCount : day?.cloneCount) ?? null);
      const last = { spike: -NEVER, drop: -NEVER };
      for (const [day, count] of counts.entries()) {
        if (count === null || days[day]?.state === 'imported') continue;
        const before = counts.slice(Math.max(0, day - NAIVE_DAYS), day).filter((one) => one !== null);
        if (before.length < NAIVE_DAYS / 2) continue;
        const mean = before.reduce((sum, one) => sum + one, 0) / before.length;
        const isSpike = count > NAIVE_FACTOR * mean && count >= LEAST.spike;
        const isDrop = count < mean / NAIVE_FACTOR && mean >= LEAST.drop;
        if (!isSpike && !isDrop) continue;
        const kind = isSpike ? 'spike' : 'drop';
        if (day - last[kind] > SAME_ALARM_DAYS)
          alarms.push({
            kind,
            metric,
            day,
            factor: isSpike ? count / Math.max(1, mean) : mean / Math.max(1, count),
          });
        last[kind] = day;
      }
    }
    return alarms;
  };
}

/** An event and whether somebody was told of it. */
interface ScoredEvent {
  event: TrueEvent;
  /** Whether it is large and known enough that it must be told. */
  isCounted: boolean;
  isTold: boolean;
}

/** An alarm and whether it is right. `repeated`: of an event that was told before. */
interface ScoredAlarm {
  alarm: Alarm;
  verdict: 'right' | 'repeated' | 'wrong';
  /** It is not right, and nobody would have got it if nothing had been missing. */
  isOfMissingData: boolean;
}

export interface Score {
  events: ScoredEvent[];
  alarms: ScoredAlarm[];
}

/** An alarm about a smaller change is wrong. */
const LEAST_FACTOR = 1.5;
/** A day is seldom more than so far from the beginning of what it belongs to. */
const MARGIN = 3;

/** Compares the alarms of a rule with what truly happened. */
export function score(rule: Rule, repository: SimulatedRepository): Score {
  const told = new Set<TrueEvent>();
  const alarms = rule(repository).map((alarm): ScoredAlarm => {
    const ofIt = repository.events.filter((event) => isAbout(alarm, event));
    const event = ofIt.find((one) => !told.has(one));
    if (event) told.add(event);
    const verdict = event ? 'right' : ofIt.length > 0 ? 'repeated' : 'wrong';
    return { alarm, verdict, isOfMissingData: false };
  });
  if (alarms.some(({ verdict }) => verdict !== 'right')) {
    const without = rule({ days: repository.complete, provisional: new Map() });
    for (const one of alarms)
      one.isOfMissingData = one.verdict !== 'right' && !without.some((other) => isSame(one.alarm, other));
  }
  const events = repository.events.map((event) => ({
    event,
    isCounted: isCounted(event, repository),
    isTold: told.has(event),
  }));
  return { events, alarms };
}

function isAbout({ kind, metric, day }: Alarm, event: TrueEvent): boolean {
  if (event.kind !== kind || event.metric !== metric || event.factor < LEAST_FACTOR) return false;
  return day >= event.from - MARGIN && day <= event.to + MARGIN;
}

function isSame(one: Alarm, other: Alarm): boolean {
  return (
    one.kind === other.kind && one.metric === other.metric && Math.abs(one.day - other.day) <= 2 * MARGIN
  );
}

/** What has to be known: the eight weeks before, but for two, and the days on which it can be seen. */
const BEFORE = { days: 56, known: 42 };
const LEAST_PEOPLE = { spike: 50, drop: 20 };
const LEAST_DROP_DAYS = 7;

function isCounted(event: TrueEvent, { days }: SimulatedRepository): boolean {
  if (event.cause === 'end') return false;
  const isKnown = (day: number) => days[day]?.state === 'measured' || days[day]?.state === 'zero';
  const countKnown = (from: number, count: number) =>
    Array.from({ length: count }, (_, place) => from + place).filter(isKnown).length;
  if (countKnown(event.from - BEFORE.days, BEFORE.days) < BEFORE.known) return false;
  if (event.kind === 'drop')
    return (
      event.usual >= LEAST_PEOPLE.drop &&
      event.to - event.from + 1 >= LEAST_DROP_DAYS &&
      countKnown(event.from, LEAST_DROP_DAYS) === LEAST_DROP_DAYS
    );
  return event.usual * event.factor >= LEAST_PEOPLE.spike && countKnown(event.from, 3) === 3;
}
