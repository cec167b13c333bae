import type { ReportPeriod } from '../../lib/answers/reports.ts';
import { addDays, type Day, isDay } from '../../lib/day.ts';
import {
  monthPeriod,
  parsePeriod,
  periodOfDays,
  periodOfRange,
  REPORT_RANGES,
  weekPeriod,
} from '../../lib/reports/period.ts';
import { namedSpan } from '../../lib/stats/named-span.ts';

/** The range of an address, which may be that of another page. All time has no report. */
const rangeOf = (query: URLSearchParams) => REPORT_RANGES.find((one) => one === query.get('range'));

/** The days of an address. */
function daysOf(query: URLSearchParams): ReportPeriod | null {
  const from = query.get('from') ?? '';
  const to = query.get('to') ?? '';
  return isDay(from) && isDay(to) ? periodOfDays(from, to) : null;
}

/** The period that an address asks for. Null: the newest month that has ended. */
export function periodOf(query: URLSearchParams, today: Day): ReportPeriod | null {
  const key = query.get('period');
  if (key) return parsePeriod(key);
  const range = rangeOf(query);
  return daysOf(query) ?? (range ? periodOfRange(range, today) : null);
}

/**
 * How the API is asked for the report of an address. It knows what day it is, so it is asked for named ranges by name, and it
 * refuses a name that means no period.
 */
export function requestOf(query: URLSearchParams): Record<string, string | null> {
  const key = query.get('period');
  if (key) return { period: key };
  const days = daysOf(query);
  if (days) return days.key === null ? { from: days.from, to: days.to } : { period: days.key };
  return { range: rangeOf(query) ?? null };
}

/** What changes in an address so that it names the period. */
export const addressOf = ({ key, from, to }: ReportPeriod) => ({
  period: key,
  range: null,
  from: key === null ? from : null,
  to: key === null ? to : null,
});

const MONTHS = 6;
const WEEKS = 4;

/** The newest months, and the newest weeks that have ended; the newest first. */
export function newestPeriods(today: Day): { months: ReportPeriod[]; weeks: ReportPeriod[] } {
  const months = [monthPeriod(today)];
  while (months.length < MONTHS) months.push(monthPeriod(addDays(months.at(-1)?.from ?? today, -1)));
  const { from: last } = namedSpan('week', today, null);
  const weeks = Array.from({ length: WEEKS }, (_, count) => weekPeriod(addDays(last, -7 * count)));
  return { months, weeks };
}
