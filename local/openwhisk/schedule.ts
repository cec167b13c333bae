import { Cron } from 'croner';
import { isObject } from './json.ts';

/** Schedules of the alarms package: what its three feeds accept, and when they fire. */

export interface Schedule {
  /** Undefined: never again. */
  next: (after: Date) => Date | undefined;
  payload: Record<string, unknown>;
  maxTriggers: number | undefined;
  /** For `once`: what is deleted after it fires. */
  deleteAfterFire: 'trigger' | 'rules' | undefined;
}

const START_DELAY = 30_000;

/** @throws {Error} with the feed's own sentence. */
export function readSchedule(feed: string, parameters: Record<string, unknown>, now: Date): Schedule {
  // The package of alarms has an empty text as default.
  const { trigger_payload: sent = '' } = parameters;
  const payload = readPayload(sent);
  const schedule = { payload, maxTriggers: undefined, deleteAfterFire: undefined };
  if (feed === 'once')
    return {
      ...schedule,
      next: atDate(parameters, now),
      deleteAfterFire: readDelete(parameters.deleteAfterFire),
    };
  if (feed === 'interval') return { ...schedule, next: everyMinutes(parameters, now) };
  if (feed === 'alarm')
    return { ...schedule, next: byCron(parameters, now), maxTriggers: readMaximum(parameters) };
  throw new Error(`There is no feed ${feed} in the alarms package.`);
}

/** A text is not read as JSON, even if it is. */
function readPayload(value: unknown): Record<string, unknown> {
  if (typeof value === 'string') return { payload: value };
  return isObject(value) ? value : {};
}

function byCron(parameters: Record<string, unknown>, now: Date): Schedule['next'] {
  const { cron, timezone } = parameters;
  if (typeof cron !== 'string' || cron === '')
    throw new Error('cron trigger feed is missing the cron parameter');
  const job = openCron(cron, timezone);
  const { start, stop } = readPeriod(parameters, now);
  const next = within(
    stop,
    (after) => job.nextRun(start && start > after ? new Date(start.getTime() - 1) : after) ?? undefined,
  );
  if (!next(now)) throw new Error('The first scheduled trigger does not come before the stopDate');
  return next;
}

function openCron(cron: string, timezone: unknown): Cron {
  if (timezone !== undefined && typeof timezone !== 'string') throw new Error('timezone is not supported');
  try {
    // Node's tables of time zones would stay in memory.
    const zone = !timezone || timezone === 'UTC' ? { utcOffset: 0 } : { timezone };
    const job = new Cron(cron, { paused: true, mode: '5-or-6-parts', ...zone });
    job.nextRun();
    return job;
  } catch (error) {
    throw new Error(`cron pattern '${cron}' is not valid: ${error instanceof Error ? error.message : error}`);
  }
}

function everyMinutes(parameters: Record<string, unknown>, now: Date): Schedule['next'] {
  const minutes = Number(parameters.minutes);
  if (parameters.minutes === undefined)
    throw new Error('interval trigger feed is missing the minutes parameter');
  if (!Number.isInteger(minutes) || minutes < 1)
    throw new Error('the minutes parameter must be a whole number greater than 0');
  const { start = new Date(now.getTime() + START_DELAY), stop } = readPeriod(parameters, now);
  const period = minutes * 60_000;
  return within(stop, (after) => {
    const passed = Math.floor((after.getTime() - start.getTime()) / period) + 1;
    return new Date(start.getTime() + Math.max(0, passed) * period);
  });
}

function atDate(parameters: Record<string, unknown>, now: Date): Schedule['next'] {
  const date = readDate(parameters, 'date', now);
  if (!date) throw new Error('fireOnce trigger feed is missing the date parameter');
  return (after) => (after < date ? date : undefined);
}

function within(stop: Date | undefined, next: (after: Date) => Date | undefined): Schedule['next'] {
  return (after) => {
    const at = next(after);
    return at && stop && at > stop ? undefined : at;
  };
}

function readPeriod(parameters: Record<string, unknown>, now: Date) {
  const start = readDate(parameters, 'startDate', now);
  const stop = readDate(parameters, 'stopDate', now);
  if (stop && start && stop <= start) throw new Error('stopDate must come after startDate');
  return { start, stop };
}

function readDate(parameters: Record<string, unknown>, name: string, now: Date): Date | undefined {
  const value = parameters[name];
  if (value === undefined || value === '') return undefined;
  const date = new Date(typeof value === 'number' || typeof value === 'string' ? value : Number.NaN);
  if (Number.isNaN(date.getTime()))
    throw new Error(`${name} parameter '${String(value)}' is not a valid Date`);
  if (date <= now) throw new Error(`${name} parameter '${String(value)}' must be in the future`);
  return date;
}

function readMaximum(parameters: Record<string, unknown>): number | undefined {
  const { maxTriggers } = parameters;
  if (maxTriggers === undefined || maxTriggers === -1) return undefined;
  if (parameters.stopDate !== undefined)
    throw new Error('maxTriggers is not allowed when stopDate is specified');
  if (!Number.isInteger(maxTriggers) || Number(maxTriggers) < 1)
    throw new Error('maxTriggers must be a whole number greater than zero');
  return Number(maxTriggers);
}

function readDelete(value: unknown): Schedule['deleteAfterFire'] {
  if (value === undefined || value === false || value === 'false') return undefined;
  if (value === true || value === 'true') return 'trigger';
  if (value === 'rules') return 'rules';
  throw new Error('deleteAfterFire property must be one of the following: false, true, rules');
}
