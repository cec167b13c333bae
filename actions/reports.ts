import * as z from 'zod';
import { json } from '../lib/answer.ts';
import type { Report, ReportPeriod } from '../lib/answers/reports.ts';
import { createApp, serve } from '../lib/app.ts';
import { requireAccess } from '../lib/caller.ts';
import { toDay } from '../lib/day.ts';
import { dayField, groupParameter } from '../lib/fields.ts';
import { newestEndedMonth, PERIOD_PATTERN, parsePeriod, rangePeriod } from '../lib/reports/period.ts';
import { readReport } from '../lib/reports/report.ts';
import { parseQuery } from '../lib/request.ts';
import { getTenant } from '../lib/tenants/tenant.ts';

/** A month or week, or `from` and `to`, both included. Default: the newest month that has ended. */
export const ReportRequest = z
  .strictObject({
    /** Such as 2026-10 or 2026-W47. */
    period: z
      .string()
      .regex(PERIOD_PATTERN)
      .refine((key) => !PERIOD_PATTERN.test(key) || parsePeriod(key) !== null, 'This year has no such week.')
      .optional(),
    from: dayField.optional(),
    to: dayField.optional(),
    group: groupParameter,
  })
  .refine(
    ({ period, from, to }) => (from === undefined) === (to === undefined) && (period === undefined || !from),
    'Give a period, or both from and to.',
  );

const app = createApp();

function toPeriod({ period, from, to }: z.output<typeof ReportRequest>, now: Date): ReportPeriod {
  const named = period === undefined ? null : parsePeriod(period);
  if (named) return named;
  return from === undefined || to === undefined ? newestEndedMonth(toDay(now)) : rangePeriod(from, to);
}

app.get('/:tenantId', async (c) => {
  const { db, access, tenantId, now } = await requireAccess(c, 'seeTraffic');
  const { group = null, ...asked } = parseQuery(c.req.raw, ReportRequest);
  const { name } = await getTenant(db, tenantId);
  const subject = { tenant: { tenantId, name }, groupId: group, access };
  return json<Report>(await readReport(db, subject, toPeriod({ group: undefined, ...asked }, now), now));
});

export const main = serve(app);
