import * as z from 'zod';
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
  /** First day of each bucket. */
  buckets: z.array(Day),
  /** All repositories together; uniques are sums of days, an upper bound. `lostDays` counts repositories' lost days. */
  series: z.object({ ...FigureColumns, lostDays: z.array(Count), provisionalDays: z.array(Count) }),
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
      /** A small chart's points, one per bucket. */
      viewCount: z.array(Figure),
      cloneCount: z.array(Figure),
      lastSuccessAt: Instant.nullable(),
      problem: Problem.nullable(),
    }),
  ),
  page: Page,
  /** Repositories of the tenant, whatever was searched for; zero: nothing was added yet. */
  repositoryCount: Count,
  problemCount: Count,
  /** What needs a person, by its cause, the most urgent first. */
  attention: z.array(ProblemGroup),
  activeRunId: z.int().nullable(),
});
export type Overview = z.infer<typeof Overview>;
export type OverviewRepository = Overview['repositories'][number];

/** Traffic as a table: one row per repository and day, week or month that has figures, newest first. */
export const TrafficTable = z.object({
  tenantId: z.int(),
  range: Range,
  rows: z.array(
    z.object({
      repositoryId: z.int(),
      fullName: z.string(),
      date: Day,
      /** 'YYYY-Www' (ISO 8601) for weeks. */
      label: z.string(),
      viewCount: Figure,
      viewUniques: Figure,
      cloneCount: Figure,
      cloneUniques: Figure,
      /** As in a repository's series. */
      uniquesExact: z.boolean(),
      state: DayState,
    }),
  ),
  page: Page,
});
export type TrafficTable = z.infer<typeof TrafficTable>;

const Ranked = {
  rank: Count,
  viewCount: Count,
  viewUniques: Count,
  /** Rank in the snapshot before; null: was not in the list. */
  previousRank: Count.nullable(),
  firstSeen: Day,
  lastSeen: Day,
  /** False: seen in the range but no longer in the newest list; figures and rank are of the day it was last seen. */
  current: z.boolean(),
};

/** How far something besides traffic was read, and why not farther; it is asked for once a day. */
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
    /** The day's state; for weeks and months the least certain of its days. */
    state: z.array(DayState),
    /** False where uniques are a sum of days, an upper bound; true for days, and for weeks that GitHub counted itself. */
    uniquesExact: z.array(z.boolean()),
  }),
  totals: Totals,
  comparison: Comparison,
  /** GitHub's own figures of the trailing 14 days, with true uniques, as of the newest day that was collected. */
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
  referrers: z.array(z.object({ referrer: z.string(), ...Ranked })),
  paths: z.array(z.object({ path: z.string(), title: z.string(), ...Ranked })),
  /** Point-in-time facts per bucket, as of the last day in it that was collected. */
  facts: z.object({
    /** Before the first collection: the stars given until the bucket's end and not taken back. */
    stars: z.array(Figure),
    starsGained: z.array(Figure),
    forks: z.array(Figure),
    subscribers: z.array(Figure),
    openIssues: z.array(Figure),
  }),
  /** The stars of all years, by day, week or month as fits; null: they were never asked for. */
  starHistory: z
    .object({
      range: Range,
      buckets: z.array(Day),
      stars: z.array(Figure),
      /** What GitHub says of each day; of stars that are taken back later, the larger figure stays. */
      starsGained: z.array(Figure),
      /** False: the oldest years have not been read yet. */
      complete: z.boolean(),
      ...ExtraStanding,
    })
    .nullable(),
  /** Downloads of releases' files; null: they were never asked for. */
  releases: z
    .object({
      ...ExtraStanding,
      /** Per bucket: what was counted from one day's reading to the next, on the day of the later one. */
      downloads: z.array(Figure),
      /** True where readings are missing: what was downloaded meanwhile is in `unspread`, not in `downloads`. */
      spreadUnknown: z.array(z.boolean()),
      /** The newest 50 such spans, with the downloads of all their days together. */
      unspread: z.array(z.object({ from: Day, to: Day, count: Count })),
      /** All files that are known, and their downloads since they were uploaded. */
      assetCount: Count,
      downloadCount: Count,
      /** The files of the newest releases, 200 at most; `gained` are the downloads that are known to be of the range. */
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
  /** Workflow runs of settled days, and an estimate of the clones that are theirs; null: they were never asked for. */
  workflowRuns: z
    .object({
      ...ExtraStanding,
      runs: z.array(Figure),
      /** Reckoned from this repository's own days; `correlation` is of clones and runs, weekends apart. */
      estimate: z
        .object({
          clonesPerRun: z.number(),
          correlation: z.number(),
          days: Count,
          ciClones: z.array(Figure),
        })
        .nullable(),
      /** Why there is no estimate. */
      reason: z.enum(['too_few_days', 'no_runs', 'no_relation']).nullable(),
    })
    .nullable(),
  events: z.array(
    z.object({
      kind: z.enum(['renamed', 'transferred', 'archived', 'unarchived']),
      occurredAt: Instant,
      nameBefore: z.string().nullable(),
      nameAfter: z.string().nullable(),
    }),
  ),
  /** Later, smaller figures that GitHub gave for settled days of the range. */
  revisions: z.array(
    z.object({ date: Day, metric: z.string(), kept: Count, observed: Count, observedAt: Instant }),
  ),
  /** First day GitHub still remembers today, and the days in the range that are lost. */
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
export type RepositoryEvent = RepositoryStats['events'][number];
