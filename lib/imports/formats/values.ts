import { type Day, isDay, toDay } from '../../day.ts';
import { MAX_INTEGER } from '../../db/columns.ts';
import type { ProblemCode, TrafficMetric } from '../history.ts';

/** A value that cannot be taken, with the problem's code. */
export interface Refused {
  refused: ProblemCode;
}

export function isRefused(value: unknown): value is Refused {
  return typeof value === 'object' && value !== null && 'refused' in value;
}

/** What tools write for a number that they do not have. */
const NO_NUMBER = /^(|-|–|null|none|nil|nan|n\/a|na|undefined|#n\/a)$/i;

/** A count as files have it: `12`, `12.0`, `+12`; null where the file has none. */
export function parseCount(value: unknown): number | null | Refused {
  if (value === null || value === undefined) return null;
  if (typeof value !== 'number' && typeof value !== 'string') return { refused: 'number_unreadable' };
  const text = String(value).trim();
  if (NO_NUMBER.test(text)) return null;
  if (!/^[+-]?\d+(\.\d*)?(e[+-]?\d+)?$/i.test(text)) return { refused: 'number_unreadable' };
  const number = Number(text);
  if (number < 0) return { refused: 'number_negative' };
  if (!Number.isInteger(number)) return { refused: 'number_fractional' };
  if (number > MAX_INTEGER) return { refused: 'number_too_large' };
  return number === 0 ? 0 : number;
}

/** The order of the parts of a date such as 03/04/2025. */
export type DateOrder = 'dmy' | 'mdy';

export interface ParsedTime {
  date: Day;
  /** 'HH:MM:SS'; null at midnight, or where the file has no time. */
  clock: string | null;
  /** Whether the file said which zone; the date is then the one in UTC. */
  hasZone: boolean;
}

const TIME = String.raw`(?:[T ]\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?)?`;
const YEAR_FIRST = new RegExp(String.raw`^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})${TIME}$`, 'i');
const YEAR_LAST = new RegExp(String.raw`^(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})${TIME}$`, 'i');
const COMPACT = /^(\d{4})(\d{2})(\d{2})$/;
const SECONDS = /^\d{9,10}$/;
const MILLISECONDS = /^\d{12,13}$/;

const twoDigits = (part: string) => part.padStart(2, '0');

/** A time as files have it. With a zone, the date is the UTC day. Refuses days that do not exist. */
export function parseTime(value: unknown, order: DateOrder | null): ParsedTime | Refused {
  const text = String(value ?? '').trim();
  if (SECONDS.test(text)) return fromInstant(new Date(Number(text) * 1000));
  if (MILLISECONDS.test(text)) return fromInstant(new Date(Number(text)));
  const compact = COMPACT.exec(text);
  if (compact) return toTime(`${compact[1]}-${compact[2]}-${compact[3]}`, []);
  const first = YEAR_FIRST.exec(text);
  if (first) {
    const [, year, , month = '', day = '', ...time] = first;
    return toTime(`${year}-${twoDigits(month)}-${twoDigits(day)}`, time);
  }
  const last = YEAR_LAST.exec(text);
  if (!last) return { refused: 'date_impossible' };
  const [, one = '', separator, other = '', year = '', ...time] = last;
  const known = orderOf(one, other, separator) ?? order;
  if (!known) return { refused: 'date_order' };
  const [day, month] = known === 'dmy' ? [one, other] : [other, one];
  return toTime(`${year.length === 2 ? `20${year}` : year}-${twoDigits(month)}-${twoDigits(day)}`, time);
}

/** The order that the date itself tells: dates with points have the day first; no month is above 12. */
function orderOf(one: string, other: string, separator: string | undefined): DateOrder | null {
  if (separator === '.') return 'dmy';
  if (Number(one) > 12) return 'dmy';
  if (Number(other) > 12) return 'mdy';
  return null;
}

/** The order that dates such as 03/14/2025 tell; null for all others. */
export function dateOrderOf(text: string): DateOrder | null {
  const match = YEAR_LAST.exec(text.trim());
  return match ? orderOf(match[1] ?? '', match[3] ?? '', match[2]) : null;
}

function toTime(date: string, time: (string | undefined)[]): ParsedTime | Refused {
  if (!exists(date)) return { refused: 'date_impossible' };
  const [hours, minutes, seconds = '00', zone] = time;
  if (hours === undefined || minutes === undefined) return { date, clock: null, hasZone: false };
  const clock = `${twoDigits(hours)}:${minutes}:${seconds}`;
  if (clock > '23:59:60') return { refused: 'date_impossible' };
  const isUtc = zone !== undefined && /^(Z|UTC|GMT|[+-]00(:?00)?)$/i.test(zone);
  if (zone === undefined || isUtc)
    return { date, clock: clock === '00:00:00' ? null : clock, hasZone: isUtc };
  const offset = zone.replace(/^(.\d{2}):?(\d{2})?$/, (_, h, m) => `${h}:${m ?? '00'}`);
  return fromInstant(new Date(`${date}T${clock}${offset}`));
}

/** Most files have the same days over and over. */
const existing = new Map<string, boolean>();
const MAX_REMEMBERED = 20_000;

function exists(date: Day): boolean {
  let answer = existing.get(date);
  if (answer === undefined) {
    if (existing.size >= MAX_REMEMBERED) existing.clear();
    answer = isDay(date);
    existing.set(date, answer);
  }
  return answer;
}

function fromInstant(instant: Date): ParsedTime | Refused {
  if (Number.isNaN(instant.getTime())) return { refused: 'date_impossible' };
  const clock = instant.toISOString().slice(11, 19);
  return { date: toDay(instant), clock: clock === '00:00:00' ? null : clock, hasZone: true };
}

/** The last part of a path. */
export const baseOf = (path: string) => path.slice(path.lastIndexOf('/') + 1);
/** The folder of a path; empty at the top. */
export const folderOf = (path: string) => path.slice(0, Math.max(0, path.lastIndexOf('/')));

/** Folders that divide one repository's files. */
const DIVIDING =
  /^(views?|clones?|referrers?|paths?|snapshots?|captures?|archives?|by_?(year|month|day)|\d{4}|\d{2}|\d{4}-\d{2})$/i;

/** The folder that holds all the files of a repository, if the files do not say which repository a row is about. */
export function rootOf(path: string): string {
  const folders = folderOf(path).split('/');
  while (folders.length > 0 && DIVIDING.test(folders.at(-1) ?? '')) folders.pop();
  return folders.join('/');
}

function metricIn(text: string): TrafficMetric | null {
  const words = text.toLowerCase().split(/[^a-z]+/);
  const views = words.some((word) => /^(views?|pageviews?|visits?|visitors?)$/.test(word));
  const clones = words.some((word) => /^(clones?|cloning|cloners?)$/.test(word));
  if (views === clones) return null;
  return views ? 'views' : 'clones';
}

/** What a file counts, as its name or the nearest folder that tells says. */
export function metricOfPath(path: string): TrafficMetric | null {
  for (const part of path.split('/').reverse()) {
    const metric = metricIn(part);
    if (metric) return metric;
  }
  return null;
}

const TIMES_IN_NAMES = [
  /(\d{4}-\d{2}-\d{2})[_T-](\d{2})(\d{2})(\d{2})(?!\d)(Z?)/,
  /(\d{4}-\d{2}-\d{2})[_T-](\d{2})[h:-]+(\d{2})m?(?:[:-](\d{2}))?(Z?)/,
  /(\d{4}-\d{2}-\d{2})/,
  /(?<!\d)(20\d{2})(\d{2})(\d{2})(?!\d)/,
];

/** When a file was captured, as its name says: a day, and perhaps a time. */
export interface Capture {
  date: Day;
  /** 'YYYY-MM-DDTHH:MM:SS', or null without a time. */
  at: string | null;
}

/** The time in a file's name. */
export function captureOfName(path: string): Capture | null {
  const name = baseOf(path);
  const [full, minutes, day, compact] = TIMES_IN_NAMES.map((pattern) => pattern.exec(name));
  const timed = full ?? minutes;
  if (timed) {
    const [, date = '', hour, minute, second = '00'] = timed;
    if (isDay(date)) return { date, at: `${date}T${hour}:${minute}:${second}` };
  }
  const date = day?.[1] ?? (compact && `${compact[1]}-${compact[2]}-${compact[3]}`);
  return date && isDay(date) ? { date, at: null } : null;
}

export function toCapture({ date, clock }: ParsedTime): Capture {
  return { date, at: clock === null ? null : `${date}T${clock}` };
}
