import * as z from 'zod';
import { Count, Day, Figure, Instant } from './figures.ts';

export const Channel = z.object({
  channelId: z.int(),
  kind: z.enum(['webhook', 'slack', 'teams']),
  name: z.string(),
  contents: z.enum(['problems', 'reports', 'both']),
  /** Host and last characters of the address, which is a secret. */
  addressHint: z.string(),
  createdAt: Instant,
  createdBy: z.string(),
  /** When something was taken last. */
  sentAt: Instant.nullable(),
  /** Why what was sent last was not taken. */
  failure: z.object({ code: z.string(), message: z.string(), at: Instant }).nullable(),
});
export type Channel = z.infer<typeof Channel>;

/** `demoUrl`: below it is a stand-in for webhooks, on the local host only. */
export const ChannelList = z.object({ channels: z.array(Channel), demoUrl: z.string().nullable() });
export type ChannelList = z.infer<typeof ChannelList>;

export const ChannelDeleted = z.object({ channelId: z.int() });
export type ChannelDeleted = z.infer<typeof ChannelDeleted>;

/** A change is relative: 0.5 is half as much again; null where the two cannot be compared. */
const Change = z.number().nullable();

export const WeekReport = z.object({
  tenant: z.object({ tenantId: z.int(), name: z.string() }),
  /** 'YYYY-Www' with its Monday and its Sunday. */
  week: z.object({ label: z.string(), from: Day, to: Day }),
  repositoryCount: Count,
  viewCount: Figure,
  cloneCount: Figure,
  /** The days that are final, compared with the same days of the week before; null: there is none yet. */
  compared: z.object({ from: Day, to: Day, repositoryCount: Count, change: Change }).nullable(),
  /** At most 25, those with the most unique views. */
  repositories: z.array(
    z.object({
      repositoryId: z.int(),
      fullName: z.string(),
      viewCount: Figure,
      /**
       * GitHub's own of the whole week, final where `uniquesExact` and as of the first run after it where `uniquesSoFar`;
       * else the sum of the days': the true figure is no larger.
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
  incomplete: z.object({ lostDays: Count, provisionalDays: Count, failingRepositories: Count }),
});
export type WeekReport = z.infer<typeof WeekReport>;
export type ReportedRepository = WeekReport['repositories'][number];
export type NewReferrer = WeekReport['newReferrers'][number];

/** The report as it would be sent now; webhooks of kind `webhook` get it as JSON beside the message's texts. */
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
