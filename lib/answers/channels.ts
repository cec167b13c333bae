import * as z from 'zod';
import { choiceField } from '../fields.ts';
import { Instant } from './figures.ts';
import { MailConsent } from './mail.ts';
import { QuietHours } from './quiet-hours.ts';
import { Report, ReportPeriod } from './reports.ts';

export const Channel = z.object({
  channelId: z.int(),
  kind: choiceField('channel', 'kind'),
  name: z.string(),
  contents: choiceField('channel', 'contents'),
  /** Whether it gets the monthly report too. */
  monthly: z.boolean(),
  /** Whether it gets alerts too: spikes, drops, new referrers and milestones. */
  alerts: z.boolean(),
  /** The group that its reports and alerts are about; null for the whole tenant. Without a name, the group was deleted: it gets neither. */
  group: z.object({ groupId: z.int(), name: z.string().nullable() }).nullable(),
  /** Reports and alerts wait until these are over. */
  quietHours: QuietHours.nullable(),
  /** The host and last characters of the address, whose rest is secret; of an e-mail channel the whole address. */
  addressHint: z.string(),
  /** What the receiver of an e-mail channel said, and when they were last asked. Null for other kinds. */
  mail: MailConsent.nullable(),
  createdAt: Instant,
  createdBy: z.string(),
  /** When a message was last delivered. */
  sentAt: Instant.nullable(),
  /** Why the last message was not delivered. */
  failure: z.object({ code: z.string(), message: z.string(), at: Instant }).nullable(),
});
export type Channel = z.infer<typeof Channel>;

/** `demoUrl` is the base URL of test webhooks, which only the local host has. `sendsMail`: a mail server is configured. */
export const ChannelList = z.object({
  channels: z.array(Channel),
  demoUrl: z.string().nullable(),
  sendsMail: z.boolean(),
  /** The week of the newest weekly report. */
  newestWeek: ReportPeriod,
});
export type ChannelList = z.infer<typeof ChannelList>;

export const ChannelDeleted = z.object({ channelId: z.int() });
export type ChannelDeleted = z.infer<typeof ChannelDeleted>;

/** The report as it would be sent now. Channels of kind `webhook` get it as JSON, with the message's texts. */
export const ReportPreview = z.object({
  report: Report,
  message: z.object({
    title: z.string(),
    summary: z.string(),
    sections: z.array(
      z.object({
        heading: z.string(),
        lines: z.array(z.object({ text: z.string(), href: z.string().optional() })),
      }),
    ),
    link: z.object({ label: z.string(), href: z.string() }).nullable(),
  }),
});
export type ReportPreview = z.infer<typeof ReportPreview>;
