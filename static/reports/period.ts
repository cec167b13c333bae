import type { ReportPeriod } from '../../lib/answers/reports.ts';
import { addDays, type Day, isDay, toDay } from '../../lib/day.ts';
import { monthPeriod, parsePeriod, rangePeriod, weekPeriod } from '../../lib/reports/period.ts';
import { namedSpan } from '../../lib/stats/named-span.ts';
import { RANGES } from '../../lib/stats/range-names.ts';

/** The period of these days: a month or a week, if they are a whole one. */
export function periodOfDays(from: Day, to: Day): ReportPeriod {
  const whole = [monthPeriod(from), weekPeriod(from)].find((one) => one.from === from && one.to === to);
  return whole ?? rangePeriod(from, to);
}

/** The period of a range of the range menu; null for all time, whose first day is not known here. */
function periodOfRange(range: string, today: Day): ReportPeriod | null {
  const name = RANGES.find((one) => one === range);
  if (name === undefined || name === 'all') return null;
  if (name === 'month') return monthPeriod(today);
  const { from, to } = namedSpan(name, today, null);
  return periodOfDays(from, to);
}

/** The period that an address asks for, also by the range of another page. Null: the newest month that has ended. */
export function periodOf(query: URLSearchParams, today = toDay(new Date())): ReportPeriod | null {
  const key = query.get('period');
  if (key) return parsePeriod(key);
  const from = query.get('from') ?? '';
  const to = query.get('to') ?? '';
  if (isDay(from) && isDay(to)) return periodOfDays(from, to);
  return periodOfRange(query.get('range') ?? '', today);
}

/** How the API is asked for the report of an address. It refuses a name that means no period. */
export function requestOf(query: URLSearchParams) {
  const period = periodOf(query);
  if (period?.key === null) return { from: period.from, to: period.to };
  return { period: period?.key ?? query.get('period') };
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
