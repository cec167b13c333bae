import * as z from 'zod';
import type { ReportPeriod } from '../answers/reports.ts';
import { toDay } from '../day.ts';
import { dayField } from '../fields.ts';
import {
  newestEndedMonth,
  PERIOD_PATTERN,
  parsePeriod,
  periodOfRange,
  REPORT_RANGES,
  type ReportRange,
  rangePeriod,
} from './period.ts';

/** How a request names the period of a report. */
export const periodFields = {
  /** A month or an ISO week, such as 2026-10 or 2026-W47. Default: the newest month that has ended. */
  period: z
    .string()
    .regex(PERIOD_PATTERN)
    .refine((key) => !PERIOD_PATTERN.test(key) || parsePeriod(key) !== null, 'This year has no such week.')
    .optional(),
  /** A named range as of today (UTC), such as last-month. If it is a whole week or month, the report is that of the week or month. */
  range: z.enum(REPORT_RANGES).optional(),
  from: dayField.optional(),
  to: dayField.optional(),
};

/** What the fields of a period hold. */
interface AskedPeriod {
  period?: string | undefined;
  range?: ReportRange | undefined;
  from?: string | undefined;
  to?: string | undefined;
}

/** True if the fields name one period, or none. */
export function isOnePeriod({ period, range, from, to }: AskedPeriod): boolean {
  const given = [period, range, from].filter((one) => one !== undefined);
  return (from === undefined) === (to === undefined) && given.length <= 1;
}

/** What to say otherwise. */
export const ONE_PERIOD = 'Give a period, a range, or both from and to.';

/** The period that a request asks for. */
export function toPeriod({ period, range, from, to }: AskedPeriod, now: Date): ReportPeriod {
  const named = period === undefined ? null : parsePeriod(period);
  if (named) return named;
  if (range) return periodOfRange(range, toDay(now));
  return from === undefined || to === undefined ? newestEndedMonth(toDay(now)) : rangePeriod(from, to);
}
