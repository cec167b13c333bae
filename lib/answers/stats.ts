import * as z from 'zod';
import { choiceField } from '../fields.ts';
import { Events } from './events.ts';
import {
  ColorIndex,
  Comparison,
  ComparisonSeries,
  Count,
  Day,
  DayState,
  Figure,
  FigureColumns,
  Instant,
  LeftOutReason,
  NoChangeReason,
  Page,
  Range,
  Totals,
} from './figures.ts';
import { GroupChoice } from './groups.ts';
import { ImportMark } from './imports.ts';
import { ProblemGroup } from './problems.ts';
import { Problem, Repository } from './repositories.ts';

/**
 * Stars or downloads of several repositories together: how many there are, and what the range, its buckets and the two spans
 * that are compared added. Null means that they were never read.
 */
export const ComparedGains = z.object({
  /** As of the newest collection. */
  total: Figure,
  gained: Figure,
  series: z.array(Figure),
  current: Figure,
  previous: Figure,
});
export type ComparedGains = z.infer<typeof ComparedGains>;

/** How much a figure of a repository changed between the two spans that are compared; null with the reason why not. */
const Mover = z.object({
  repositoryId: z.int(),
  fullName: z.string(),
  colorIndex: ColorIndex,
  difference: z.int().nullable(),
  reason: NoChangeReason.nullable(),
});
export type Mover = z.infer<typeof Mover>;

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
  /** Null if nothing is compared. */
  comparisonSeries: ComparisonSeries.nullable(),
  stars: ComparedGains,
  /** Forks can become fewer. */
  forks: z.object({ total: Figure, gained: z.int().nullable() }),
  /** Of release files. The total is that of all known files. */
  downloads: ComparedGains,
  /** The repositories that moved most, up or down, at most six for each figure; those that are not compared come last. */
  moved: z.object({
    viewCount: z.array(Mover),
    cloneCount: z.array(Mover),
    /** Here the difference is the stars gained in the range. */
    stars: z.array(Mover),
  }),
  repositories: z.array(
    z.object({
      repositoryId: z.int(),
      fullName: z.string(),
      webUrl: z.string(),
      visibility: choiceField('repository', 'visibility'),
      colorIndex: ColorIndex,
      archived: z.boolean(),
      stars: Count.nullable(),
      /** In the range; null if they were never read. */
      starsGained: Figure,
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
  /** How many alerts about the traffic of these repositories are open. */
  openAlertCount: Count,
  ...Events.shape,
  /** The groups that you see, by name, whichever of them the overview is of. */
  groups: z.array(GroupChoice),
  activeRunId: z.int().nullable(),
});
export type Overview = z.infer<typeof Overview>;
export type OverviewRepository = Overview['repositories'][number];

/**
 * Several repositories over a range, for charts that show them together, in the order of the request, or the largest first.
 */
export const TrafficSeries = z.object({
  tenantId: z.int(),
  range: Range,
  buckets: z.array(Day),
  repositories: z.array(
    z.object({
      repositoryId: z.int(),
      fullName: z.string(),
      colorIndex: ColorIndex,
      archived: z.boolean(),
      totals: Totals,
      comparison: Comparison,
      series: z.object({
        ...FigureColumns,
        state: z.array(DayState),
        uniquesExact: z.array(z.boolean()),
        /** As of the end of the bucket. */
        stars: z.array(Figure),
        forks: z.array(Figure),
        starsGained: z.array(Figure),
        downloads: z.array(Figure),
      }),
    }),
  ),
  ...Events.shape,
});
export type TrafficSeries = z.infer<typeof TrafficSeries>;

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
  /** Null: an imported list may not know them. */
  viewUniques: Figure,
  /** The rank in the previous snapshot; null if it was not in the list. */
  previousRank: Count.nullable(),
  firstSeen: Day,
  lastSeen: Day,
  /** False if it has left the list. Its figures and rank are then those of the day it was last seen. */
  current: z.boolean(),
  /** The day of the first list without it; null while it is in the list. */
  leftDate: Day.nullable(),
  /** The most views of 14 days that a list of the range gave, its uniques, and the first day with them. */
  peak: z.object({ date: Day, viewCount: Count, viewUniques: Figure }),
  /** The best rank in the range. */
  bestRank: Count,
};

/**
 * GitHub's views of the last 14 days by the day on which they were read, of the names with the highest peaks. In ranges of
 * more than 366 days each date is a Monday, and stands for the highest value and the best rank of its week.
 */
const ListHistory = z.object({
  by: z.enum(['day', 'week']),
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

/** What is known of each day since the first one. */
const Known = z.object({
  /** Days in a row that are known alike, oldest first. `measured` includes zeros. */
  spans: z.array(z.object({ state: DayState, from: Day, to: Day })),
  /** Stored days, and those with the lost ones. */
  knownDays: Count,
  publishedDays: Count,
});
export type Known = z.infer<typeof Known>;

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
  /** Null if nothing is compared. */
  comparisonSeries: ComparisonSeries.nullable(),
  colorIndex: ColorIndex,
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
  /** The whole history, whatever the range. */
  /** The imports that count for it, the newest first; at most 50. */
  imports: z.array(ImportMark),
  known: Known,
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

/** Between how many unique people were counted: as many if `least` and `most` are equal. */
const UniqueBounds = z.object({ least: Figure, most: Figure });

const BeforeAfterSide = z.object({
  from: Day,
  to: Day,
  viewCount: Figure,
  viewUniques: UniqueBounds,
  cloneCount: Figure,
  cloneUniques: UniqueBounds,
  starsGained: Figure,
});

/** The figures before and after an event: of final days, equally many and of the same weekdays on both sides. */
export const BeforeAfter = z.object({
  tenantId: z.int(),
  date: Day,
  to: Day,
  /** The days of each side. */
  days: Count,
  /** Null if nothing can be compared. */
  before: BeforeAfterSide.nullable(),
  after: BeforeAfterSide.nullable(),
  repositories: Comparison.shape.repositories,
  /** At most 20 of the repositories that are not compared, with at most 14 of their unknown days. */
  leftOut: z.array(Comparison.shape.leftOut.element.extend({ days: z.array(Day) })),
  /** Why nothing can be compared. `not_yet`: no day after the event is final. */
  refused: z
    .object({ code: z.enum([...LeftOutReason.options, 'not_yet', 'no_repositories']), message: z.string() })
    .nullable(),
});
export type BeforeAfter = z.infer<typeof BeforeAfter>;
