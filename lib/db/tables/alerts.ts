import { bigint, choice, day, generated, instant, integer, optional, text } from '../columns.ts';

/** What an alert is about: far more traffic than usual, far less, a new referrer among the top three, or a round number. */
export const ALERT_KINDS = ['spike', 'drop', 'referrer', 'milestone'] as const;
export type AlertKind = (typeof ALERT_KINDS)[number];

const ALERT_METRICS = ['views', 'clones', 'stars', 'downloads'] as const;

/** The figures that alerts are about. Those of a milestone are totals. */
export type AlertMetric = (typeof ALERT_METRICS)[number];

/** Alerts about traffic, and what a tenant wants to hear of them. */
export const alertTables = {
  /** One cause. */
  alert: {
    tenantId: integer,
    alertId: generated(integer),
    kind: choice(ALERT_KINDS, 10),
    /** The referrer that it is about, or that caused it. */
    name: optional(text(400)),
    /** Its first day. */
    alertDate: day,
    createdAt: instant,
    /** Null while it is open. */
    closedAt: optional(instant),
    /** The snooze that keeps it quiet. It may be gone. */
    snoozeId: optional(integer),
  },
  /** A figure of a repository or of a group that an alert is about. */
  alertChange: {
    tenantId: integer,
    alertId: integer,
    changeId: integer,
    repositoryId: optional(integer),
    groupId: optional(integer),
    metric: choice(ALERT_METRICS, 10),
    changeDate: day,
    /** The day of its figures; of a drop later than its first day. */
    noticedDate: day,
    /** The first day that no longer belongs to it; null while it is open. */
    overDate: optional(day),
    overReason: optional(choice(['back', 'lasting', 'unknown'] as const, 10)),
    /** Views or clones; a referrer's views of 14 days; a milestone. */
    amount: bigint,
    expected: optional(bigint),
    /** Visitors or cloners. */
    people: optional(bigint),
    expectedPeople: optional(bigint),
  },
  alertReason: {
    tenantId: integer,
    alertId: integer,
    reasonId: integer,
    repositoryId: integer,
    kind: choice(['referrer', 'path', 'release'] as const, 10),
    name: text(2000),
    reasonDate: day,
    /** What a referrer or path did in its list; null for a release. */
    movement: optional(choice(['entered', 'rose'] as const, 10)),
    /** Of a referrer or path: the views that it brought, at least. */
    amount: optional(bigint),
  },
  alertSnooze: {
    tenantId: integer,
    snoozeId: generated(integer),
    kind: optional(choice(ALERT_KINDS, 10)),
    repositoryId: optional(integer),
    groupId: optional(integer),
    /** The first day on which it no longer holds. */
    untilDate: day,
    createdAt: instant,
    createdBy: text(320),
    /** The person's name at the time. */
    author: text(200),
  },
  alertSetting: {
    tenantId: integer,
    /** Separated by spaces. */
    kinds: text(100),
  },
  /** What of a repository was judged. */
  alertJudgement: {
    tenantId: integer,
    repositoryId: integer,
    /** The newest judged day. */
    judgedThrough: day,
    /** The newest day whose lists and counters were judged. */
    seenThrough: day,
  },
};
