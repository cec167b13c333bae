import * as z from 'zod';
import { requireTenantAccess } from '../lib/access.ts';
import { json } from '../lib/answer.ts';
import type { Report, ReportSent } from '../lib/answers/reports.ts';
import { createApp, type Services, serve } from '../lib/app.ts';
import { recordAudit } from '../lib/audit.ts';
import { requirePersonAccess } from '../lib/caller.ts';
import type { ChannelServices } from '../lib/channels/address.ts';
import { sendMessage } from '../lib/channels/sending.ts';
import { getChannel } from '../lib/channels.ts';
import { inTransaction } from '../lib/db/portable.ts';
import { sendOnDemand } from '../lib/deliveries/on-demand.ts';
import { Failure } from '../lib/failure.ts';
import { withMailer } from '../lib/mail.ts';
import { isOnePeriod, ONE_PERIOD, periodFields, toPeriod } from '../lib/reports/asked.ts';
import { toReportMail } from '../lib/reports/mail.ts';
import { toReportMessage } from '../lib/reports/message.ts';
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
  if (channel === null && c.env.config.mail === null) throw new Failure('mail_not_configured');
  const { name } = await getTenant(db, tenantId);
  const subject = { tenant: { tenantId, name }, groupId: group, access };
  const report = await readReport(db, subject, toPeriod(asked, now), now);
  const state = await withMailer(services, (sending) =>
    sendOnDemand(
      sending,
      { tenantId, by: principal, key, channelId: channel?.channelId ?? null },
      async () => {
        if (channel) await sendToChannel(sending, report, channel);
        else await sendToPerson(sending, report, principal.email);
        const detail = channel?.name ?? principal.email;
        const record = {
          tenantId,
          kind: 'report_sent',
          subject: report.period.key ?? `${report.period.from} to ${report.period.to}`,
          detail,
        } as const;
        await inTransaction(db, (trx) => recordAudit(trx, by, record));
      },
    ),
  );
  return json<ReportSent>({ key, state }, state === 'sent' ? 200 : 202);
});

type SendingServices = Services & ChannelServices;

async function sendToChannel(
  services: SendingServices,
  report: Report,
  { channelId, kind }: { channelId: number; kind: string },
): Promise<void> {
  const { tenantId } = report.tenant;
  const { pagesUrl } = services.config;
  // The picture takes longest, and only mails have it.
  const toMail = kind === 'email' ? await toReportMail(report, pagesUrl) : null;
  await sendMessage(services, { tenantId, channelId }, toReportMessage(report, pagesUrl), toMail);
}

async function sendToPerson(
  { mailer, config }: SendingServices,
  report: Report,
  email: string,
): Promise<void> {
  if (mailer === null) throw new Failure('mail_not_configured');
  const toMail = await toReportMail(report, config.pagesUrl);
  const reason = `You get this because you sent it to yourself from the page Reports of “${report.tenant.name}”.`;
  await mailer.send({ ...toMail({ reason }), to: email, unsubscribe: null });
}

export const main = serve(app);
