import type { ReportPeriod } from '../answers/reports.ts';
import { addDays, type Day, lastOfWeek, monthOf, newestEndedWeek, startOf, toDay, weekOf } from '../day.ts';
import { formatBucket, formatSpan } from '../day-format.ts';
import { weekLabel } from '../stats/buckets.ts';
import { namedSpan } from '../stats/named-span.ts';
import { RANGES, type RangeName } from '../stats/range-names.ts';

/** '2026-10' or '2026-W47'. */
export const PERIOD_PATTERN = /^\d{4}-(0[1-9]|1[0-2]|W(0[1-9]|[1-4]\d|5[0-3]))$/;

/** The week or month that a key such as '2026-W47' or '2026-10' names; null for any other text, and a week that the year does not have. */
export function parsePeriod(key: string): ReportPeriod | null {
  if (!PERIOD_PATTERN.test(key)) return null;
  const [year = '', part = ''] = key.split('-');
  if (!part.startsWith('W')) return monthPeriod(`${key}-01`);
  // The 4th of January is in the first week.
  const period = weekPeriod(addDays(weekOf(`${year}-01-04`), 7 * (Number(part.slice(1)) - 1)));
  return period.key === key ? period : null;
}

/** The calendar month that a day is in. */
export function monthPeriod(day: Day): ReportPeriod {
  const from = monthOf(day);
  const to = addDays(monthOf(addDays(from, 31)), -1);
  return { kind: 'month', key: from.slice(0, 7), label: formatBucket(from, 'month'), from, to };
}

/** The week, from Monday to Sunday, that a day is in. */
export function weekPeriod(day: Day): ReportPeriod {
  const from = weekOf(day);
  return {
    kind: 'week',
    key: weekLabel(from),
    label: formatBucket(from, 'week'),
    from,
    to: lastOfWeek(from),
  };
}

/** Any days, which stay a range also if they are a whole week or month. */
export function rangePeriod(from: Day, to: Day): ReportPeriod {
  return { kind: 'range', key: null, label: formatSpan(from, to), from, to };
}

/** The period of these days: a month or a week, if they are a whole one. */
export function periodOfDays(from: Day, to: Day): ReportPeriod {
  const whole = [monthPeriod(from), weekPeriod(from)].find((one) => one.from === from && one.to === to);
  return whole ?? rangePeriod(from, to);
}

/** The named ranges that have a report: all time has none. */
export const REPORT_RANGES = RANGES.filter((name) => name !== 'all');
export type ReportRange = Exclude<RangeName, 'all'>;

/** The period that a named range means on a day. */
export function periodOfRange(range: ReportRange, today: Day): ReportPeriod {
  if (range === 'month') return monthPeriod(today);
  const { from, to } = namedSpan(range, today, null);
  return periodOfDays(from, to);
}

/** The newest month that has ended by the day. */
export function newestEndedMonth(day: Day): ReportPeriod {
  return monthPeriod(addDays(monthOf(addDays(day, 1)), -1));
}

const HOUR_MS = 3_600_000;

/**
 * How long after the end of a period its report is sent: a week's on Monday at 12:00 UTC, a month's on the 3rd at 12:00 UTC. By
 * then the month's last days are final: GitHub publishes them a day or two late at most.
 */
const DELAY_MS = { weekly: 12 * HOUR_MS, monthly: 60 * HOUR_MS } as const;

/** A week or month whose report is sent to everybody who takes it. */
export interface DueReport {
  about: 'weekly' | 'monthly';
  period: ReportPeriod;
  /** When it was due. */
  dueAt: Date;
}

/** The newest weekly and monthly report that are due. */
export function dueReports(now: Date): [weekly: DueReport, monthly: DueReport] {
  const endedBefore = (about: DueReport['about']) =>
    addDays(toDay(new Date(now.getTime() - DELAY_MS[about])), -1);
  const toDue = (about: DueReport['about'], period: ReportPeriod): DueReport => ({
    about,
    period,
    dueAt: new Date(startOf(addDays(period.to, 1)).getTime() + DELAY_MS[about]),
  });
  return [
    toDue('weekly', weekPeriod(newestEndedWeek(endedBefore('weekly')))),
    toDue('monthly', newestEndedMonth(endedBefore('monthly'))),
  ];
}
