import * as z from 'zod';
import { json } from '../lib/answer.ts';
import type { Channel, ChannelDeleted, ChannelList, ReportPreview } from '../lib/answers/channels.ts';
import { type Call, createApp, type Services, serve } from '../lib/app.ts';
import { requireAccess } from '../lib/caller.ts';
import { sendMessage, toTestMessage } from '../lib/channels/sending.ts';
import {
  askAgain,
  createChannel,
  deleteChannel,
  getChannel,
  listChannels,
  updateChannel,
} from '../lib/channels.ts';
import type { Content } from '../lib/deliveries/content.ts';
import { choiceField, emailField, groupParameter, quietHoursField, textField } from '../lib/fields.ts';
import { withMailer } from '../lib/mail.ts';
import { toReportMail } from '../lib/reports/mail.ts';
import { toReportMessage } from '../lib/reports/message.ts';
import { dueReports } from '../lib/reports/period.ts';
import { readReport } from '../lib/reports/report.ts';
import { MAX_ID, parseBody, parseId, parseQuery } from '../lib/request.ts';
import { getTenant } from '../lib/tenants/tenant.ts';

const fields = {
  /** `webhook` takes JSON, `slack` is an incoming webhook, `teams` a Microsoft Teams workflow, `email` an address that gets mails. */
  kind: choiceField('channel', 'kind'),
  name: textField('channel', 'name'),
  contents: choiceField('channel', 'contents'),
  /** The group that its reports and alerts are about; null, or nothing for a new channel: the whole tenant. */
  groupId: z.int().positive().max(MAX_ID).nullable(),
  /** The monthly report; not for a new channel, unless you say so. */
  monthly: z.boolean(),
  /** Spikes, drops, new referrers and milestones; not for a new channel, unless you say so. */
  alerts: z.boolean(),
  /** Reports and alerts wait until these are over; messages about problems do not. */
  quietHours: quietHoursField.nullable(),
  /** The address that messages are posted to. It is a secret. For every kind but `email`. */
  url: z
    .url({ protocol: /^https?$/, error: 'Give an address that begins with https://.' })
    .max(1000)
    .optional(),
  /** The address that mails go to, for the kind `email`. Unless it is your own, its owner is asked before they come. */
  email: emailField('mailAddress', 'email').optional(),
};

export const ChannelRequest = z
  .strictObject({
    ...fields,
    groupId: fields.groupId.default(null),
    monthly: fields.monthly.default(false),
    alerts: fields.alerts.default(false),
    quietHours: fields.quietHours.default(null),
  })
  .refine(({ kind, url, email }) => (kind === 'email' ? email : url) !== undefined, {
    error: 'Give url, or for the kind email the e-mail address.',
    path: ['url'],
  });
export type ChannelRequest = z.input<typeof ChannelRequest>;

export const ChannelUpdate = z
  .strictObject(fields)
  .partial()
  .refine((update) => Object.keys(update).length > 0, 'Send at least one field.');
export type ChannelUpdate = z.infer<typeof ChannelUpdate>;

/** `test` sends one line; `report` sends the latest weekly report, which does not replace the regular one. */
export const ChannelTest = z.strictObject({ send: z.enum(['test', 'report']).default('test') });
export type ChannelTest = z.input<typeof ChannelTest>;

export const ReportQuery = z.strictObject({ group: groupParameter });

const app = createApp();

const channelIdOf = (c: Call) => parseId(c.req.param('channelId'), 'channel');

app.get('/:tenantId', async (c) => {
  const { db, tenantId, now } = await requireAccess(c, 'changeChannels');
  const channels = await listChannels(db, tenantId);
  const { demoWebhookUrl: demoUrl, mail } = c.env.config;
  const [{ period: newestWeek }] = dueReports(now);
  return json<ChannelList>({ channels, demoUrl, sendsMail: mail !== null, newestWeek });
});

app.post('/:tenantId', async (c) => {
  const { services, tenantId, by } = await requireAccess(c, 'changeChannels');
  const { url, email, ...request } = await parseBody(c.req.raw, ChannelRequest);
  const address = (request.kind === 'email' ? email : url) ?? '';
  const created = await withMailer(services, (sending) =>
    createChannel(sending, tenantId, { ...request, address }, by),
  );
  return json<Channel>(created, 201);
});

app.patch('/:tenantId/:channelId', async (c) => {
  const { services, tenantId, by } = await requireAccess(c, 'changeChannels');
  const channelId = channelIdOf(c);
  const { url, email, ...change } = await parseBody(c.req.raw, ChannelUpdate);
  const changed = await withMailer(services, (sending) =>
    updateChannel(sending, tenantId, channelId, { ...change, address: email ?? url }, by),
  );
  return json<Channel>(changed);
});

app.delete('/:tenantId/:channelId', async (c) => {
  const { db, tenantId, by } = await requireAccess(c, 'changeChannels');
  const channelId = channelIdOf(c);
  await deleteChannel(db, tenantId, channelId, by);
  return json<ChannelDeleted>({ channelId });
});

app.get('/:tenantId/report', async (c) => {
  const { services, tenantId } = await requireAccess(c, 'changeChannels');
  const { group = null } = parseQuery(c.req.raw, ReportQuery);
  const { report, message } = await readNewestReport(services, tenantId, group);
  const { facts: _, ...shown } = message;
  return json<ReportPreview>({ report, message: shown });
});

app.post('/:tenantId/:channelId/test', async (c) => {
  const { db, services, tenantId } = await requireAccess(c, 'changeChannels');
  const channelId = channelIdOf(c);
  const { send } = await parseBody(c.req.raw, ChannelTest);
  const { group } = await getChannel(db, tenantId, channelId);
  const { message, toMail } = await toTest(services, { tenantId, groupId: group?.groupId ?? null }, send);
  await withMailer(services, (sending) => sendMessage(sending, { tenantId, channelId }, message, toMail));
  return json<Channel>(await getChannel(db, tenantId, channelId));
});

app.post('/:tenantId/:channelId/confirmation', async (c) => {
  const { services, tenantId, by } = await requireAccess(c, 'changeChannels');
  const channelId = channelIdOf(c);
  const asked = await withMailer(services, (sending) => askAgain(sending, { tenantId, channelId }, by));
  return json<Channel>(asked);
});

async function readNewestReport({ db, config, clock }: Services, tenantId: number, groupId: number | null) {
  const { name } = await getTenant(db, tenantId);
  const [{ period }] = dueReports(clock());
  const subject = { tenant: { tenantId, name }, groupId, access: { tenantId, repositoryIds: null } };
  const report = await readReport(db, subject, period, clock());
  return { report, message: toReportMessage(report, config.pagesUrl) };
}

async function toTest(
  services: Services,
  { tenantId, groupId }: { tenantId: number; groupId: number | null },
  send: 'test' | 'report',
): Promise<Content> {
  const { db, config } = services;
  if (send === 'test') {
    const { name } = await getTenant(db, tenantId);
    return { message: toTestMessage({ tenantId, name }, config.pagesUrl), toMail: null };
  }
  const { report, message } = await readNewestReport(services, tenantId, groupId);
  const title = `Test: ${message.title}`;
  // Drawing the chart takes more memory than this action has.
  const toMail = toReportMail(report, config.pagesUrl, null);
  return {
    message: { ...message, title, facts: { ...message.facts, test: true } },
    toMail: (given) => ({ ...toMail(given), subject: title }),
  };
}

export const main = serve(app);
