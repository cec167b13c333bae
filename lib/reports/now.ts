import type { Report } from '../answers/reports.ts';
import { type Actor, recordAudit } from '../audit.ts';
import type { ChannelServices } from '../channels/address.ts';
import { sendMessage } from '../channels/sending.ts';
import type { ChannelKind } from '../db/tables/channels.ts';
import { sendOnDemand } from '../deliveries/on-demand.ts';
import { Failure } from '../failure.ts';
import { toReportMail } from './mail.ts';
import { toReportMessage } from './message.ts';
import { drawChart } from './picture.ts';

/** Where a report is sent now. */
interface Order {
  by: Actor;
  person: { issuer: string; subject: string };
  /** The client's own key. */
  key: string;
  /** Null: to the person's own address. */
  channel: { channelId: number; kind: ChannelKind; name: string } | null;
}

/**
 * Sends a report to a channel or to the person who asks, and logs that. The same key sends nothing twice within a day. `sending`: an earlier
 * call with it is at it. Throws `mail_not_configured`, `too_many_reports`, and what `sendMessage` and `Mailer.send` throw.
 */
export async function sendReportNow(
  services: ChannelServices,
  report: Report,
  { by, person, key, channel }: Order,
): Promise<'sent' | 'sending'> {
  if (channel === null && services.mailer === null) throw new Failure('mail_not_configured');
  const { tenantId } = report.tenant;
  const { key: named, from, to } = report.period;
  const subject = named ?? `${from} to ${to}`;
  const detail = channel?.name ?? by.email;
  return sendOnDemand(
    services,
    { tenantId, by: person, key, channelId: channel?.channelId ?? null },
    {
      send: () =>
        channel ? sendToChannel(services, report, channel) : sendToPerson(services, report, by.email),
      onSent: (trx) => recordAudit(trx, by, { tenantId, kind: 'report_sent', subject, detail }),
    },
  );
}

async function sendToChannel(
  services: ChannelServices,
  report: Report,
  { channelId, kind }: NonNullable<Order['channel']>,
): Promise<void> {
  const { tenantId } = report.tenant;
  const { pagesUrl } = services.config;
  // The picture takes longest, and only mails have it.
  const toMail = kind === 'email' ? toReportMail(report, pagesUrl, await drawChart(report)) : null;
  await sendMessage(services, { tenantId, channelId }, toReportMessage(report, pagesUrl), toMail);
}

async function sendToPerson(
  { mailer, config }: ChannelServices,
  report: Report,
  email: string,
): Promise<void> {
  const toMail = toReportMail(report, config.pagesUrl, await drawChart(report));
  const reason = `You get this because you sent it to yourself from the page Reports of “${report.tenant.name}”.`;
  await mailer?.send({ ...toMail({ reason }), to: email, unsubscribe: null });
}
