import * as z from 'zod';
import { choiceField } from '../fields.ts';
import { Count, Day, Figure, Instant, Page } from './figures.ts';

const AlertKind = choiceField('alert', 'kind');
const AlertMetric = choiceField('alertChange', 'metric');
const NamedGroup = z.object({ groupId: z.int(), name: z.string() });
const NamedRepository = z.object({ repositoryId: z.int(), fullName: z.string() });

/** Something that entered, rose, was released or was annotated on the days around an alert. */
const AlertReason = z.object({
  kind: z.enum(['referrer', 'path', 'release', 'annotation']),
  /** As a sentence without the repository's name. */
  text: z.string(),
  date: Day,
  /** The repository that it is about; null for an annotation. */
  repository: NamedRepository.nullable(),
  /** Where to see it: a release, or an annotation's link. */
  url: z.string().nullable(),
});
export type AlertReason = z.infer<typeof AlertReason>;

/** A figure of a repository, or of a group. */
const AlertChange = z.object({
  repository: NamedRepository.nullable(),
  group: NamedGroup.nullable(),
  metric: AlertMetric,
  date: Day,
  /** The day of the figures; of a drop later than its first day. */
  noticedOn: Day,
  /** Views or clones; a referrer's views of 14 days; a milestone. */
  value: Count,
  /** What was usual; null for referrers and milestones. */
  expected: Figure,
  /** Visitors or cloners, and how many were usual. */
  people: Figure,
  expectedPeople: Figure,
  /** The first day that no longer belongs to it, and why: traffic is as `back` then, or has been so for four weeks (`lasting`), or is `unknown`. */
  over: z.object({ date: Day, reason: choiceField('alertChange', 'overReason') }).nullable(),
});
export type AlertChange = z.infer<typeof AlertChange>;

/** What happened to the traffic of repositories or of groups. One alert stands for one cause. */
export const Alert = z.object({
  alertId: z.int(),
  /** `spike`: far more traffic than usual. `drop`: far less. `referrer`: a new one among the top three. `milestone`: a round number. */
  kind: AlertKind,
  /** `open`: the traffic is still unusual. New referrers and milestones are never open. */
  state: z.enum(['open', 'past']),
  /** What it is about: a repository, a group, or several with the same cause. */
  subject: z.string(),
  /** What happened, as a sentence without the subject. */
  title: z.string(),
  /** How it ended, as a sentence; null while it is open, and for new referrers and milestones. */
  ending: z.string().nullable(),
  /** Its first day. */
  date: Day,
  /** The referrer that it is about, or that caused it. */
  referrer: z.string().nullable(),
  /** Those that you may see: at most 20, the largest figure first, and how many there are. */
  changes: z.array(AlertChange),
  changeCount: Count,
  /** What happened on the days around it. */
  reasons: z.array(AlertReason),
  createdAt: Instant,
  closedAt: Instant.nullable(),
  /** True if a snooze keeps it quiet: nobody is sent anything about it. */
  snoozed: z.boolean(),
});
export type Alert = z.infer<typeof Alert>;

/** What nobody is sent alerts of for a while: a kind, a repository, a group, or a kind of one of them. */
export const AlertSnooze = z.object({
  snoozeId: z.int(),
  kind: AlertKind.nullable(),
  repository: NamedRepository.nullable(),
  group: NamedGroup.nullable(),
  /** The first day (UTC) on which alerts are sent again. */
  until: Day,
  /** The name of the person who made it. */
  author: z.string(),
  createdAt: Instant,
});
export type AlertSnooze = z.infer<typeof AlertSnooze>;

/** Which kinds of alerts the tenant wants. Kinds that are off are neither stored nor sent. */
export const AlertSettings = z.object({ kinds: z.array(AlertKind) });
export type AlertSettings = z.infer<typeof AlertSettings>;

export const AlertList = z.object({
  /** Open ones first, then the latest day first. */
  alerts: z.array(Alert),
  page: Page,
  /** How many are open, whatever you asked for. */
  openCount: Count,
  /** The snoozes that hold today and that you may see. */
  snoozes: z.array(AlertSnooze),
  settings: AlertSettings,
  /** The newest day that was judged; null before the first time. */
  judgedThrough: Day.nullable(),
});
export type AlertList = z.infer<typeof AlertList>;

export const SnoozeDeleted = z.object({ snoozeId: z.int() });
export type SnoozeDeleted = z.infer<typeof SnoozeDeleted>;
