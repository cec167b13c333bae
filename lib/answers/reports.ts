import * as z from 'zod';
import { Events } from './events.ts';
import {
  ColorIndex,
  Comparison,
  ComparisonSeries,
  Count,
  Day,
  Figure,
  Instant,
  NoChangeReason,
  Range,
  Totals,
} from './figures.ts';
import { Overview } from './stats.ts';

/** What a report is of: a whole calendar month, a whole week (Monday to Sunday), or any days. */
export const ReportPeriod = z.object({
  kind: z.enum(['week', 'month', 'range']),
  /** '2026-W47' or '2026-10', as `period` of the address; null for other ranges. */
  key: z.string().nullable(),
  /** For people: 'October 2026', 'Week of 16 Nov 2026' or '3 – 20 Oct 2026'. */
  label: z.string(),
  /** The whole period, also if it has not ended: `range` has the days until today. */
  from: Day,
  to: Day,
});
export type ReportPeriod = z.infer<typeof ReportPeriod>;

/**
 * How much a figure changed. Only final days of repositories that are known in both spans count, so the two spans have equally
 * many days and the change is also that of the figure a day. `change` is a fraction: 0.5 is 50 % more. It is null with a reason,
 * or without one if the figure was zero before.
 */
export const ReportChange = z.object({
  change: z.number().nullable(),
  difference: z.int().nullable(),
  reason: NoChangeReason.nullable(),
});
export type ReportChange = z.infer<typeof ReportChange>;

/** Against the period before, and against the same weekdays a year earlier. */
const changes = { previous: ReportChange, year: ReportChange };

/** `label` says what the period is compared with: 'September 2026', 'the week before', '26 Aug – 22 Sep 2026', 'a year earlier'. */
export const ReportComparison = z.object({ label: z.string(), ...Comparison.shape });
export type ReportComparison = z.infer<typeof ReportComparison>;

/** `perDay` is the mean over days with a figure; null for fewer than two such days. */
const counted = { count: Figure, perDay: Figure, ...changes };
/** Uniques do not add up: the true figure lies between the bounds. `upper` is the sum of days. */
const unique = { lower: Figure, upper: Figure, ...changes };
/** `total` is as of the newest collection, not as of the end of the period. The changes are of what was gained. */
const gained = { total: Figure, gained: Figure, ...changes };

export const ReportRepository = z.object({
  repositoryId: z.int(),
  /** Its name today, also of what happened before it was renamed. */
  fullName: z.string(),
  webUrl: z.string(),
  colorIndex: ColorIndex,
  archived: z.boolean(),
  totals: Totals,
  /**
   * Only in reports of a week: GitHub's own count of its visitors, which is not a sum of days. `soFar`: as first read after the week
   * ended, so that it may have grown since. Null if GitHub did not say.
   */
  weekUniques: z.object({ count: Count, soFar: z.boolean() }).nullable(),
  starsGained: Figure,
  /** Of its views. */
  ...changes,
});
export type ReportRepository = z.infer<typeof ReportRepository>;

/** A referrer that some list of the period named for the first time. */
export const ReportReferrer = z.object({
  referrer: z.string(),
  /** GitHub's largest count of 14 days that a list of the period gave, and the first day with it. */
  peak: z.object({ viewCount: Count, date: Day }),
  /** Where it entered, the highest peak first. */
  repositories: z.array(
    z.object({ repositoryId: z.int(), fullName: z.string(), viewCount: Count, date: Day }),
  ),
});
export type ReportReferrer = z.infer<typeof ReportReferrer>;

const Mover = z.object({
  repositoryId: z.int(),
  fullName: z.string(),
  colorIndex: ColorIndex,
  difference: z.int(),
  change: z.number().nullable(),
});

/** Traffic of a week, a month or any days of a tenant or one of its groups. Every form of a report is made of this. */
export const Report = z.object({
  tenant: z.object({ tenantId: z.int(), name: z.string() }),
  /** The group that it is about; null for all repositories that the reader may see. */
  group: z.object({ groupId: z.int(), name: z.string() }).nullable(),
  period: ReportPeriod,
  madeAt: Instant,
  /** 'Traffic in October 2026'. */
  title: z.string(),
  /** One sentence with what matters most, to forward as it is. */
  headline: z.string(),
  /** The days until today, in days, weeks or months. */
  range: Range,
  repositoryCount: Count,
  totals: z.object({
    viewCount: z.object(counted),
    viewUniques: z.object(unique),
    cloneCount: z.object(counted),
    cloneUniques: z.object(unique),
    stars: z.object(gained),
    downloads: z.object(gained),
  }),
  comparisons: z.object({ previous: ReportComparison, year: ReportComparison }),
  /** For charts: the first day of each bucket, its figures, and those of the period before with weekdays aligned. */
  buckets: z.array(Day),
  series: Overview.shape.series.extend({ stars: z.array(Figure), downloads: z.array(Figure) }),
  comparisonSeries: ComparisonSeries.nullable(),
  /** By views, at most 500; `repositoryCount` says how many there are. */
  repositories: z.array(ReportRepository),
  /** Those with the largest difference of views to the period before, at most five each. */
  risers: z.array(Mover),
  fallers: z.array(Mover),
  /** By peak, at most 25. */
  referrers: z.array(ReportReferrer),
  referrerCount: Count,
  ...Events.shape,
  /** Repositories that rules added in the period; the first 25 of them. */
  newlyTracked: z.object({
    count: Count,
    repositories: z.array(z.object({ repositoryId: z.int(), fullName: z.string(), rule: z.string() })),
  }),
  /** The tenant's groups that the reader sees, by name; none in the report of a group. */
  groups: z.array(
    z.object({
      groupId: z.int(),
      name: z.string(),
      repositoryCount: Count,
      totals: Totals,
      /** Of its views. */
      ...changes,
    }),
  ),
  /** How complete the figures are. Days are counted per repository. */
  completeness: z.object({
    /** All days of the range of all repositories; those before a repository's first collection are not known and not lost. */
    repositoryDays: Count,
    knownDays: Count,
    /** No collection covered them, and GitHub has forgotten them. */
    lostDays: Count,
    /** Not read yet, and they can still come. */
    unpublishedDays: Count,
    /** Known, but not final: suspect ones too. */
    provisionalDays: Count,
    /** Zero, like everything else on the server: GitHub may have failed. */
    suspectDays: Count,
    /** Repositories whose collection fails now. */
    failingRepositories: Count,
    /** Repositories that `comparisons.previous` leaves out. */
    notCompared: Count,
  }),
});
export type Report = z.infer<typeof Report>;

/** What came of sending a report. `sending`: an earlier request with the same key is at it. */
export const ReportSent = z.object({ key: z.string(), state: z.enum(['sent', 'sending']) });
export type ReportSent = z.infer<typeof ReportSent>;
