import * as z from 'zod';
import { requireTenantAccess } from '../lib/access.ts';
import { json } from '../lib/answer.ts';
import type { ReportSent } from '../lib/answers/reports.ts';
import { createApp, serve } from '../lib/app.ts';
import { requirePersonAccess } from '../lib/caller.ts';
import { getChannel } from '../lib/channels.ts';
import { withMailer } from '../lib/mail.ts';
import { isOnePeriod, ONE_PERIOD, periodFields, toPeriod } from '../lib/reports/asked.ts';
import { sendReportNow } from '../lib/reports/now.ts';
import { readReport } from '../lib/reports/report.ts';
import { MAX_ID, parseBody } from '../lib/request.ts';
import { getTenant } from '../lib/tenants/tenant.ts';

const idField = z.int().positive().max(MAX_ID);

/** Which report is sent, and where. */
export const SendReportRequest = z
  .strictObject({
    /** Your own: the same key sends nothing twice within a day, so you can repeat the request. */
    key: z.uuid(),
    ...periodFields,
    /** Only the repositories of this group. */
    group: idField.optional(),
    /** `me`: to the address that you sign in with. Sending to a channel needs the right to change channels. */
    receiver: z.union([z.literal('me'), z.strictObject({ channelId: idField })]),
  })
  .refine(isOnePeriod, ONE_PERIOD);
export type SendReportRequest = z.input<typeof SendReportRequest>;

const app = createApp();

app.post('/:tenantId', async (c) => {
  const { db, services, access, tenantId, principal, by, now } = await requirePersonAccess(c, 'seeTraffic');
  const { key, receiver, group = null, ...asked } = await parseBody(c.req.raw, SendReportRequest);
  if (receiver !== 'me') await requireTenantAccess(db, principal, tenantId, 'changeChannels');
  const channel = receiver === 'me' ? null : await getChannel(db, tenantId, receiver.channelId);
  const { name } = await getTenant(db, tenantId);
  const subject = { tenant: { tenantId, name }, groupId: group, access };
  const report = await readReport(db, subject, toPeriod(asked, now), now);
  const state = await withMailer(services, (sending) =>
    sendReportNow(sending, report, { by, person: principal, key, channel }),
  );
  return json<ReportSent>({ key, state }, state === 'sent' ? 200 : 202);
});

export const main = serve(app);
