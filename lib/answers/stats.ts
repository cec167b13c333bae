import * as z from 'zod';
import { Events } from './events.ts';
import {
  Comparison,
  Count,
  Day,
  DayState,
  Figure,
  FigureColumns,
  Instant,
  Page,
  Range,
  Totals,
} from './figures.ts';
import { ProblemGroup } from './problems.ts';
import { Problem, Repository } from './repositories.ts';

export const Overview = z.object({
  tenantId: z.int(),
  range: Range,
  /** The first day of each bucket. */
  buckets: z.array(Day),
  /**
   * All repositories together. Uniques are sums of days, an upper bound. Days are counted per repository; pending ones can
   * still come, and suspect ones are provisional too.
   */
  series: z.object({
    ...FigureColumns,
    lostDays: z.array(Count),
    provisionalDays: z.array(Count),
    suspectDays: z.array(Count),
    pendingDays: z.array(Count),
  }),
  totals: Totals,
  comparison: Comparison,
  repositories: z.array(
    z.object({
      repositoryId: z.int(),
      fullName: z.string(),
      webUrl: z.string(),
      archived: z.boolean(),
      stars: Count.nullable(),
      totals: Totals,
      comparison: Comparison,
      /** The points of a sparkline, one per bucket. */
      viewCount: z.array(Figure),
      cloneCount: z.array(Figure),
      lastSuccessAt: Instant.nullable(),
      problem: Problem.nullable(),
    }),
  ),
  page: Page,
  /** All repositories of the tenant, regardless of the search. */
  repositoryCount: Count,
  problemCount: Count,
  /** What needs action, grouped by cause, most urgent first. */
  attention: z.array(ProblemGroup),
  /** What GitHub itself does that the figures suffer from; nobody has to act. */
  news: z.array(
    z.object({ kind: ProblemGroup.shape.kind, code: z.string(), message: z.string(), since: Instant }),
  ),
  ...Events.shape,
  activeRunId: z.int().nullable(),
});
export type Overview = z.infer<typeof Overview>;
export type OverviewRepository = Overview['repositories'][number];

const TableRow = z.object({
  repositoryId: z.int(),
  fullName: z.string(),
  date: Day,
  /** 'YYYY-Www' (ISO 8601) for weeks. */
  label: z.string(),
  viewCount: Figure,
  viewUniques: Figure,
  cloneCount: Figure,
  cloneUniques: Figure,
  /** As in `RepositoryStats`. */
  uniquesExact: z.boolean(),
  state: DayState,
});
type TableRow = z.infer<typeof TableRow>;

const TablePart = {
  tenantId: z.int(),
  range: Range,
  /** The rows of all pages; null on later pages than the first. */
  total: Count.nullable(),
  /** Null on the last page. */
  nextCursor: z.string().nullable(),
};

/** Traffic as a table: one row per repository and bucket with figures, newest first. */
export const TrafficTable = z.object({ ...TablePart, rows: z.array(TableRow) });
export type TrafficTable = z.infer<typeof TrafficTable>;

/** The same with each name once, for `format=columns`: the values of all rows, name by name, in less than half of the bytes. */
export const TrafficColumns = z.object({
  ...TablePart,
  columns: z.object({
    repositoryId: z.array(TableRow.shape.repositoryId),
    fullName: z.array(TableRow.shape.fullName),
    date: z.array(TableRow.shape.date),
    label: z.array(TableRow.shape.label),
    viewCount: z.array(TableRow.shape.viewCount),
    viewUniques: z.array(TableRow.shape.viewUniques),
    cloneCount: z.array(TableRow.shape.cloneCount),
    cloneUniques: z.array(TableRow.shape.cloneUniques),
    uniquesExact: z.array(TableRow.shape.uniquesExact),
    state: z.array(TableRow.shape.state),
  }) satisfies z.ZodType<{ [Name in keyof TableRow]: TableRow[Name][] }>,
});
export type TrafficColumns = z.infer<typeof TrafficColumns>;

/** Rows, or columns for `format=columns`. */
export const TrafficTableAnswer = z.union([TrafficTable, TrafficColumns]);

const Ranked = {
  rank: Count,
  viewCount: Count,
  viewUniques: Count,
  /** The rank in the previous snapshot; null if it was not in the list. */
  previousRank: Count.nullable(),
  firstSeen: Day,
  lastSeen: Day,
  /** False if it has left the list. Its figures and rank are then those of the day it was last seen. */
  current: z.boolean(),
  /** The day of the first list without it; null while it is in the list. */
  leftDate: Day.nullable(),
  /** The most views of 14 days that a list of the range gave, its uniques, and the first day with them. */
  peak: z.object({ date: Day, viewCount: Count, viewUniques: Count }),
  /** The best rank in the range. */
  bestRank: Count,
};

/**
 * GitHub's views of the last 14 days by the day on which they were read, of the names with the highest peaks. In ranges of
 * more than 366 days each date is a Monday, and stands for the highest value and the best rank of its week.
 */
const ListHistory = z.object({
  dates: z.array(Day),
  /** A value and a rank for each date; null where the list did not have the name. */
  series: z.array(z.object({ name: z.string(), values: z.array(Figure), ranks: z.array(Count.nullable()) })),
});
export type ListHistory = z.infer<typeof ListHistory>;

/** When something besides traffic was last read, and why not since. It is read once a day. */
const ExtraStanding = {
  readAt: Instant.nullable(),
  problem: z.object({ code: z.string(), message: z.string(), since: Instant }).nullable(),
};

export const RepositoryStats = z.object({
  tenantId: z.int(),
  repository: Repository,
  range: Range,
  buckets: z.array(Day),
  series: z.object({
    ...FigureColumns,
    /** The day's state; for weeks and months the least certain state of their days. */
    state: z.array(DayState),
    /** True for days, and for weeks that GitHub counted. False if uniques are a sum of days, an upper bound. */
    uniquesExact: z.array(z.boolean()),
  }),
  totals: Totals,
  comparison: Comparison,
  /** GitHub's figures for 14 days, with true uniques, as of the newest collected day. */
  window: z
    .object({
      observedDate: Day,
      viewCount: Count,
      viewUniques: Count,
      cloneCount: Count,
      cloneUniques: Count,
    })
    .nullable(),
  snapshotDate: Day.nullable(),
  /** Those seen in the range, the highest peak first. */
  referrers: z.array(z.object({ referrer: z.string(), ...Ranked })),
  referrerHistory: ListHistory,
  paths: z.array(z.object({ path: z.string(), title: z.string(), ...Ranked })),
  pathHistory: ListHistory,
  /** Facts per bucket, as of its last collected day. */
  facts: z.object({
    /** For days before the first collection, the stars given by then and not removed since. */
    stars: z.array(Figure),
    starsGained: z.array(Figure),
    forks: z.array(Figure),
    subscribers: z.array(Figure),
    openIssues: z.array(Figure),
  }),
  /** All stars ever given, by day, week or month; null if they were never read. */
  starHistory: z
    .object({
      range: Range,
      buckets: z.array(Day),
      stars: z.array(Figure),
      /** New stars per bucket. Stars that are removed later stay counted. */
      starsGained: z.array(Figure),
      /** False while the oldest years are still to be read. */
      complete: z.boolean(),
      ...ExtraStanding,
    })
    .nullable(),
  /** Downloads of release files; null if they were never read. */
  releases: z
    .object({
      ...ExtraStanding,
      /** Downloads between one day's reading and the next, in the bucket of the later one. */
      downloads: z.array(Figure),
      /** True if readings are missing. The downloads of that time are in `unspread` instead of `downloads`. */
      spreadUnknown: z.array(z.boolean()),
      /** The newest 50 such spans, each with its total downloads. */
      unspread: z.array(z.object({ from: Day, to: Day, count: Count })),
      /** False if GitHub has more releases or files than are read: then `assetCount` and all downloads are minimums. */
      complete: z.boolean(),
      /** All known files, and all their downloads. */
      assetCount: Count,
      downloadCount: Count,
      /** At most 200 files, of the newest releases. `gained` are the downloads known to be within the range. */
      assets: z.array(
        z.object({
          assetId: z.int(),
          tag: z.string(),
          releaseName: z.string(),
          assetName: z.string(),
          publishedAt: Instant,
          removedDate: Day.nullable(),
          downloadCount: Count,
          gained: Count,
        }),
      ),
    })
    .nullable(),
  /** Workflow runs of settled days, and an estimate of their clones; null if they were never read. */
  workflowRuns: z
    .object({
      ...ExtraStanding,
      runs: z.array(Figure),
      /** True if GitHub counted no further on a day of the bucket: then `runs` is a minimum. */
      runsAtLeast: z.array(z.boolean()),
      /** Estimated from this repository's days. `correlation` is that of clones and runs, weekends apart. */
      estimate: z
        .object({
          clonesPerRun: z.number(),
          correlation: z.number(),
          days: Count,
          ciClones: z.array(Figure),
          /** Unique cloners by day that are CI, summed over the days of the bucket: about one on a day with runs. */
          ciUniques: z.array(Figure),
        })
        .nullable(),
      /** Why there is no estimate. */
      reason: z.enum(['too_few_days', 'no_runs', 'no_relation']).nullable(),
    })
    .nullable(),
  ...Events.shape,
  /** Smaller figures that GitHub answered later for settled days of the range. */
  revisions: z.array(
    z.object({ date: Day, metric: z.string(), kept: Count, observed: Count, observedAt: Instant }),
  ),
  /** The first day that GitHub still remembers, and the lost days of the range. */
  rememberedFrom: Day,
  lostDays: z.array(Day),
  activeRunId: z.int().nullable(),
});
export type RepositoryStats = z.infer<typeof RepositoryStats>;
export type TrafficWindow = NonNullable<RepositoryStats['window']>;
export type RankedReferrer = RepositoryStats['referrers'][number];
export type RankedPath = RepositoryStats['paths'][number];
export type StarHistory = NonNullable<RepositoryStats['starHistory']>;
export type ReleaseDownloads = NonNullable<RepositoryStats['releases']>;
export type ShownAsset = ReleaseDownloads['assets'][number];
export type WorkflowRuns = NonNullable<RepositoryStats['workflowRuns']>;
export type ExtraStanding = Pick<StarHistory, 'readAt' | 'problem'>;
