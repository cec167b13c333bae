import { Refusal } from './http.ts';
import type { Schedule } from './schedule.ts';
import { readSchedule } from './schedule.ts';

/** The provider behind the feeds of /whisk.system/alarms. */
export interface Alarms {
  /**
   * A lifecycle event of a feed's trigger, the result of the feed action.
   * @throws {Error} with a sentence for whoever creates the trigger.
   */
  apply(
    feed: string,
    trigger: string,
    event: string,
    parameters: Record<string, unknown>,
  ): Record<string, unknown>;
  close(): void;
}

export interface AlarmOptions {
  clock: () => Date;
  log: (line: object) => void;
  /** Fires the trigger of that full name. @throws {Refusal} */
  fire: (trigger: string, payload: Record<string, unknown>) => void;
  remove: (trigger: string, what: 'trigger' | 'rules') => void;
  /** Whether the time is watched; otherwise schedules are only checked and kept. */
  enabled: boolean;
}

interface Alarm {
  parameters: Record<string, unknown>;
  schedule: Schedule;
  active: boolean;
  reason: string | undefined;
  dateChanged: number;
  fired: number;
  timer: NodeJS.Timeout | undefined;
}

/** Timers are short, so that a machine that slept or a clock that was moved is noticed. */
const LONGEST_TIMER = 30_000;
/** A tick that is later than this was missed: ticks are never replayed. */
const LATE = 60_000;
const TRANSIENT = [408, 409, 429];

export function openAlarms(options: AlarmOptions): Alarms {
  const alarms = new Map<string, Alarm>();

  function disable(alarm: Alarm, reason: string): void {
    clearTimeout(alarm.timer);
    alarm.active = false;
    alarm.reason = reason;
    alarm.dateChanged = options.clock().getTime();
  }

  function arm(trigger: string, alarm: Alarm): void {
    const now = options.clock();
    const due = alarm.schedule.next(now);
    if (due) watch(trigger, alarm, due);
    else disable(alarm, 'The schedule has ended.');
  }

  function watch(trigger: string, alarm: Alarm, due: Date): void {
    const remaining = due.getTime() - options.clock().getTime();
    if (remaining <= 0) {
      tick(trigger, alarm, -remaining);
      return;
    }
    alarm.timer = setTimeout(() => watch(trigger, alarm, due), Math.min(remaining, LONGEST_TIMER));
    alarm.timer.unref();
  }

  function tick(trigger: string, alarm: Alarm, late: number): void {
    if (late > LATE) options.log({ level: 'warn', event: 'alarm', trigger, message: 'A tick was missed.' });
    else fire(trigger, alarm);
    if (alarm.active) arm(trigger, alarm);
  }

  function fire(trigger: string, alarm: Alarm): void {
    alarm.fired += 1;
    try {
      options.fire(trigger, alarm.schedule.payload);
    } catch (error) {
      fail(trigger, alarm, error);
    }
    const { maxTriggers, deleteAfterFire } = alarm.schedule;
    if (maxTriggers !== undefined && alarm.fired >= maxTriggers) disable(alarm, 'Reached maxTriggers.');
    if (deleteAfterFire) {
      disable(alarm, 'Deleted after it fired.');
      options.remove(trigger, deleteAfterFire);
    }
  }

  function fail(trigger: string, alarm: Alarm, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    const lasting = error instanceof Refusal && error.status < 500 && !TRANSIENT.includes(error.status);
    options.log({ level: 'error', event: 'alarm', trigger, disabled: lasting, message });
    if (lasting) disable(alarm, `Automatically disabled after receiving a ${error.status} status code.`);
  }

  function create(feed: string, trigger: string, parameters: Record<string, unknown>): void {
    const now = options.clock();
    const schedule = readSchedule(feed, parameters, now);
    remove(trigger);
    const alarm: Alarm = {
      parameters,
      schedule,
      active: true,
      reason: undefined,
      dateChanged: now.getTime(),
      fired: 0,
      timer: undefined,
    };
    alarms.set(trigger, alarm);
    if (options.enabled) arm(trigger, alarm);
  }

  function remove(trigger: string): void {
    clearTimeout(alarms.get(trigger)?.timer);
    alarms.delete(trigger);
  }

  function read(trigger: string): Record<string, unknown> {
    const alarm = alarms.get(trigger);
    if (!alarm) throw new Error(`The trigger ${trigger} has no alarm.`);
    const { active, dateChanged, reason } = alarm;
    return { config: alarm.parameters, status: { active, dateChanged, ...(reason && { reason }) } };
  }

  function apply(feed: string, trigger: string, event: string, parameters: Record<string, unknown>) {
    if (event === 'READ') return read(trigger);
    if (event === 'CREATE' || event === 'UPDATE') create(feed, trigger, parameters);
    else if (event === 'DELETE') remove(trigger);
    else throw new Error(`unsupported lifecycleEvent ${event}`);
    return {};
  }

  return {
    apply,
    close() {
      for (const trigger of [...alarms.keys()]) remove(trigger);
    },
  };
}
