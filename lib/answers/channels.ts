import * as z from 'zod';
import { choiceField } from '../fields.ts';
import { Count, Day, Figure, Instant } from './figures.ts';
import { MailConsent } from './mail.ts';

export const Channel = z.object({
  channelId: z.int(),
  kind: choiceField('channel', 'kind'),
  name: z.string(),
  contents: choiceField('channel', 'contents'),
  /** The group that its weekly report is about; null for the whole tenant. Without a name, the group was deleted: nothing is reported. */
  group: z.object({ groupId: z.int(), name: z.string().nullable() }).nullable(),
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
});
export type ChannelList = z.infer<typeof ChannelList>;

export const ChannelDeleted = z.object({ channelId: z.int() });
export type ChannelDeleted = z.infer<typeof ChannelDeleted>;

/** A relative change: 0.5 is 50 % more. Null if the two cannot be compared. */
const Change = z.number().nullable();

export const WeekReport = z.object({
  tenant: z.object({ tenantId: z.int(), name: z.string() }),
  /** The group that it is about; null for the whole tenant. */
  group: z.object({ groupId: z.int(), name: z.string() }).nullable(),
  /** 'YYYY-Www', with its Monday and Sunday. */
  week: z.object({ label: z.string(), from: Day, to: Day }),
  repositoryCount: Count,
  viewCount: Figure,
  cloneCount: Figure,
  /** The final days, compared with the same days of the week before. Null if no day is final yet. */
  compared: z.object({ from: Day, to: Day, repositoryCount: Count, change: Change }).nullable(),
  /** The 25 with the most unique visitors. */
  repositories: z.array(
    z.object({
      repositoryId: z.int(),
      fullName: z.string(),
      viewCount: Figure,
      /**
       * GitHub's figure for the whole week: final if `uniquesExact`, as of the first run after the week if `uniquesSoFar`.
       * Otherwise the sum of the days, which is an upper bound.
       */
      viewUniques: Figure,
      uniquesExact: z.boolean(),
      uniquesSoFar: z.boolean(),
      cloneCount: Figure,
      change: Change,
    }),
  ),
  newReferrers: z.array(
    z.object({ referrer: z.string(), viewCount: Count, repositories: z.array(z.string()) }),
  ),
  /** Repositories that rules added in the week; the first 25 of them. */
  newlyTracked: z.object({
    count: Count,
    repositories: z.array(z.object({ repositoryId: z.int(), fullName: z.string(), rule: z.string() })),
  }),
  incomplete: z.object({
    lostDays: Count,
    /** Days that GitHub has not published yet. */
    unpublishedDays: Count,
    /** Days that are zero, like everything else on the server: GitHub may have failed. */
    suspectDays: Count,
    provisionalDays: Count,
    failingRepositories: Count,
  }),
});
export type WeekReport = z.infer<typeof WeekReport>;
export type ReportedRepository = WeekReport['repositories'][number];
export type NewReferrer = WeekReport['newReferrers'][number];

/** The report as it would be sent now. Channels of kind `webhook` get it as JSON, with the message's texts. */
export const ReportPreview = z.object({
  report: WeekReport,
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
