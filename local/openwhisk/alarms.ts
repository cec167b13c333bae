import { Refusal } from './http.ts';
import type { Schedule } from './schedule.ts';
import { readSchedule } from './schedule.ts';

/** The provider behind the feeds of /whisk.system/alarms. */
export interface Alarms {
  /**
   * Handles a lifecycle event of a feed's trigger, which is named `namespace/name`. Returns the feed action's result.
   * @throws {Error} with a sentence for the person who creates the trigger.
   */
  apply(feed: string, trigger: string, event: string, parameters: Parameters): Record<string, unknown>;
  close(): void;
}

/** Before 2.1.0 the provider refused to create an alarm that it had; since then it updates it. */
export type AlarmsVersion = '2.0.0' | '2.1.0';

export interface AlarmOptions {
  clock: () => Date;
  version: AlarmsVersion;
  log: (line: object) => void;
  /** Whether the namespace has the trigger. The provider asks, with the owner's key, before every change but a deletion. */
  exists: (trigger: string) => boolean;
  /** @throws {Refusal} as the REST API would. */
  fire: (trigger: string, payload: Record<string, unknown>) => void;
  remove: (trigger: string, what: 'trigger' | 'rules') => void;
  /** Milliseconds before a firing that was refused is tried again, at least. */
  retry: number;
  /** Whether alarms fire. If not, schedules are only checked and kept. */
  enabled: boolean;
  /** What happens to ticks that come late because the machine slept. The platform's provider skips them. */
  missed: MissedTicks;
}

/** `make up`: however many were missed, the alarm fires once. */
export type MissedTicks = 'skip' | 'make up';

type Parameters = Record<string, unknown>;

/** Why an alarm is disabled, as the provider puts it. */
interface Reason {
  kind: 'AUTO';
  statusCode?: number;
  message: string;
}

interface Alarm {
  trigger: string;
  parameters: Parameters;
  schedule: Schedule;
  active: boolean;
  reason: Reason | undefined;
  dateChanged: number;
  fired: number;
  /** When the clock was last looked at, in its own milliseconds. */
  lookedAt: number;
  /** When the newest tick was noticed. */
  ticked: number;
  /** Of the next tick. */
  timer: NodeJS.Timeout | undefined;
  /** Of firings that were refused and are tried again. */
  retries: Set<NodeJS.Timeout>;
}

/** Timers are short, to notice a machine that slept or a clock that was changed. */
const MAX_TIMER = 30_000;
/** A tick later than this counts as missed. */
const LATE = 60_000;
/** A clock that is set back by less is only corrected: no tick comes twice. */
const CORRECTION = 3_600_000;
/** After these statuses the provider tries again; any other 4xx disables the alarm for good. */
const TRANSIENT = [408, 409, 429];
const TOO_MANY = 429;
const MAX_RETRIES = 10;

export function openAlarms(options: AlarmOptions): Alarms {
  const alarms = new Map<string, Alarm>();

  function create(feed: string, trigger: string, parameters: Parameters): void {
    const alarm = toAlarm(feed, trigger, parameters, options.clock());
    remove(trigger);
    alarms.set(trigger, alarm);
    if (options.enabled) arm(options, alarm);
  }

  function remove(trigger: string): void {
    const alarm = alarms.get(trigger);
    if (alarm) clearTimers(alarm);
    alarms.delete(trigger);
  }

  return {
    apply(feed, trigger, event, parameters) {
      if (event !== 'DELETE' && !options.exists(trigger))
        throw new Error('Trigger authentication request failed.');
      if (event === 'CREATE' && options.version === '2.0.0' && alarms.has(trigger))
        throw new Error('error creating alarm trigger.');
      if (event === 'READ') return describe(alarms.get(trigger), trigger);
      if (event === 'CREATE' || event === 'UPDATE') create(feed, trigger, parameters);
      else if (event === 'DELETE') remove(trigger);
      else throw new Error(`unsupported lifecycleEvent ${event}`);
      return {};
    },
    close() {
      for (const trigger of [...alarms.keys()]) remove(trigger);
    },
  };
}

function toAlarm(feed: string, trigger: string, parameters: Parameters, now: Date): Alarm {
  return {
    trigger,
    parameters,
    schedule: readSchedule(feed, parameters, now),
    active: true,
    reason: undefined,
    dateChanged: now.getTime(),
    fired: 0,
    lookedAt: now.getTime(),
    ticked: 0,
    timer: undefined,
    retries: new Set(),
  };
}

function describe(alarm: Alarm | undefined, trigger: string): Record<string, unknown> {
  if (!alarm) throw new Error(`The trigger ${trigger} has no alarm.`);
  const { active, dateChanged, reason } = alarm;
  return { config: alarm.parameters, status: { active, dateChanged, ...(reason && { reason }) } };
}

function arm(options: AlarmOptions, alarm: Alarm): void {
  const now = options.clock().getTime();
  const isCorrected = alarm.ticked > now && alarm.ticked - now < CORRECTION;
  const due = alarm.schedule.next(new Date(isCorrected ? alarm.ticked : now));
  alarm.lookedAt = now;
  if (due) watch(options, alarm, due);
  else disable(options, alarm, { message: 'Automatically disabled after firing last scheduled trigger' });
}

function watch(options: AlarmOptions, alarm: Alarm, due: Date): void {
  const now = options.clock().getTime();
  // The clock was ahead and is right again: the tick may be years away.
  if (now < alarm.lookedAt) {
    arm(options, alarm);
    return;
  }
  alarm.lookedAt = now;
  const remaining = due.getTime() - now;
  if (remaining <= 0) {
    alarm.ticked = now;
    tick(options, alarm, -remaining);
    return;
  }
  alarm.timer = setTimeout(() => watch(options, alarm, due), Math.min(remaining, MAX_TIMER));
  alarm.timer.unref();
}

function tick(options: AlarmOptions, alarm: Alarm, late: number): void {
  const { trigger } = alarm;
  const isMissed = late > LATE;
  if (isMissed) options.log({ level: 'warn', event: 'alarm', trigger, message: 'A tick was missed.' });
  if (!isMissed || options.missed === 'make up') fire(options, alarm, { retries: 0, refusals: 0 });
  if (alarm.active) arm(options, alarm);
}

/** The attempts to fire once, so far. */
interface Attempts {
  retries: number;
  /** How many were refused because the namespace was over its limit. */
  refusals: number;
}

function fire(options: AlarmOptions, alarm: Alarm, attempts: Attempts): void {
  try {
    options.fire(alarm.trigger, alarm.schedule.payload);
  } catch (error) {
    fail(options, alarm, attempts, error);
    return;
  }
  alarm.fired += 1;
  finish(options, alarm);
}

/** After a firing that succeeded or was given up. */
function finish(options: AlarmOptions, alarm: Alarm): void {
  const { trigger, schedule } = alarm;
  if (alarm.fired === schedule.maxTriggers)
    disable(options, alarm, { message: 'Automatically disabled after reaching max triggers' });
  if (schedule.deleteAfterFire) {
    disable(options, alarm, { message: 'Automatically disabled after firing once' });
    options.remove(trigger, schedule.deleteAfterFire);
  }
}

function fail(options: AlarmOptions, alarm: Alarm, { retries, refusals }: Attempts, error: unknown): void {
  const { trigger } = alarm;
  const message = error instanceof Error ? error.message : String(error);
  const status = error instanceof Refusal ? error.status : 500;
  const isLasting = status < 500 && !TRANSIENT.includes(status);
  const isGivenUp = !isLasting && retries === MAX_RETRIES && refusals === MAX_RETRIES;
  options.log({ level: 'error', event: 'alarm', trigger, disabled: isLasting || isGivenUp, message });
  if (isLasting)
    disable(options, alarm, {
      statusCode: status,
      message: `Trigger automatically disabled: Received a ${status} status code when firing the trigger`,
    });
  if (isGivenUp)
    disable(options, alarm, {
      statusCode: TOO_MANY,
      message:
        'Automatically disabled after continuously receiving a 429 status code when firing the trigger',
    });
  if (isLasting || retries === MAX_RETRIES) finish(options, alarm);
  else
    fireLater(options, alarm, { retries: retries + 1, refusals: refusals + (status === TOO_MANY ? 1 : 0) });
}

function fireLater(options: AlarmOptions, alarm: Alarm, attempts: Attempts): void {
  const timer = setTimeout(
    () => {
      alarm.retries.delete(timer);
      fire(options, alarm, attempts);
    },
    options.retry * Math.max(1, attempts.refusals ** 2),
  );
  timer.unref();
  alarm.retries.add(timer);
}

function disable(options: AlarmOptions, alarm: Alarm, reason: Omit<Reason, 'kind'>): void {
  clearTimeout(alarm.timer);
  alarm.active = false;
  alarm.reason = { kind: 'AUTO', ...reason };
  alarm.dateChanged = options.clock().getTime();
}

function clearTimers({ timer, retries }: Alarm): void {
  clearTimeout(timer);
  for (const retry of retries) clearTimeout(retry);
}
