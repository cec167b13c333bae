import * as z from 'zod';
import { choiceField } from '../fields.ts';
import { METRICS } from '../traffic/figures.ts';
import { Events } from './events.ts';
import { Count, Day, DayState, Figure, Instant } from './figures.ts';
import { ImportMark } from './imports.ts';

/** The figures of one day. */
const Figures = z.object({
  viewCount: Figure,
  viewUniques: Figure,
  cloneCount: Figure,
  cloneUniques: Figure,
});

/** Medians of the last 12 same weekdays whose figures are final, rounded; null where none is. */
const Usual = Figures.extend({
  /** How many of the 12 are final. */
  days: Count,
});
export type Usual = z.infer<typeof Usual>;

/**
 * A name that entered a list or rose in it. Views are GitHub's of 14 days: a rise is what the new days brought, less the old
 * days that GitHub no longer counts. So the name may have had more views on the day itself.
 */
const ListRise = z.object({
  name: z.string(),
  rank: Count,
  viewCount: Count,
  /** Null if it was not in the previous list. */
  previousRank: Count.nullable(),
  previousViewCount: Figure,
  /**
   * By how much it rose. They differ for a name that entered: before, it may have had as many views as the last of a full list,
   * or none.
   */
  atLeast: Count,
  atMost: Count,
  /** No earlier list has it. */
  isFirstSeen: z.boolean(),
});
export type ListRise = z.infer<typeof ListRise>;

const DayRun = z.object({ runId: z.int(), reason: choiceField('collectionRun', 'reason'), at: Instant });
export type DayRun = z.infer<typeof DayRun>;

/** Why a day's figures are missing or doubtful. */
const DayReason = z.object({
  /**
   * Of a lost day, the code of the last run that failed, or `no_run`, `not_in_answer` or `log_deleted`. Of others
   * `before_tracking`, `not_collected`, `not_published`, `suspect`, `provisional`, `cut` or `imported`.
   */
  code: z.string(),
  message: z.string(),
  /** The last run that failed while GitHub showed the day, and when it ended. */
  runId: z.int().nullable(),
  at: Instant.nullable(),
  /** How many runs failed in that time. */
  failedRuns: Count,
});
export type DayReason = z.infer<typeof DayReason>;

/** What entered or rose in a repository's lists, most first; at most five of each. */
const Rises = z.object({
  /** When the first lists with the day were read, and the ones before; null while no list has the day. */
  lists: z.object({ date: Day, previousDate: Day.nullable() }).nullable(),
  referrers: z.array(ListRise),
  paths: z.array(ListRise),
});
export type Rises = z.infer<typeof Rises>;

/** What repositories gained on the day. */
const Gains = {
  starsGained: Figure,
  /** The median of the last 12 same weekdays. */
  usualStarsGained: Figure,
  /** Downloads of release files, if they are known for this day alone. */
  downloads: Figure,
};

/** What imports say of a day, and what we measured. */
const DayImports = z.object({
  /** Our own measurement; null if we have none. */
  measured: z.object({ state: DayState, figures: Figures }).nullable(),
  imports: z.array(
    ImportMark.extend({
      /** How the file knows the day. */
      state: DayState,
      figures: Figures,
      /** The figures of the day that come from it: we did not measure them, or saw less of the day. */
      decides: z.array(z.enum(METRICS)),
    }),
  ),
});
export type DayImports = z.infer<typeof DayImports>;

/** What is known about a day of a repository. */
export const RepositoryDay = z.object({
  tenantId: z.int(),
  repositoryId: z.int(),
  fullName: z.string(),
  date: Day,
  state: DayState,
  reason: DayReason.nullable(),
  figures: Figures,
  usual: Usual,
  ...Rises.shape,
  ...Gains,
  /** The run that brought the figures, and the last one that read the day; null if the log does not go back that far. */
  broughtBy: DayRun.nullable(),
  lastReadBy: DayRun.nullable(),
  /** How many runs read the day, or could have. */
  readCount: Count,
  /** Smaller figures that GitHub answered later. */
  revisions: z.array(z.object({ metric: z.string(), kept: Count, observed: Count, observedAt: Instant })),
  /** Null if no import names the day. */
  imported: DayImports.nullable(),
  ...Events.shape,
});
export type RepositoryDay = z.infer<typeof RepositoryDay>;

/** What is known about a day of a tenant's repositories, or of a group's. */
export const TenantDay = z.object({
  tenantId: z.int(),
  date: Day,
  /** How many repositories have each state. */
  states: z.array(z.object({ state: DayState, repositories: Count })),
  /** Why the day is lost or doubtful, by cause: the one with most repositories first, at most five. */
  reasons: z.array(DayReason.extend({ state: DayState, repositories: Count })),
  /** Sums. Uniques are an upper bound. */
  figures: Figures,
  /** The same of the repositories that can be compared, and medians of their sums. */
  compared: z.object({
    repositories: z.object({ compared: Count, total: Count }),
    figures: Figures,
    usual: Usual,
  }),
  /** The repositories that made the day: those furthest above what is usual for them, at most five. */
  repositories: z.array(
    z.object({
      repositoryId: z.int(),
      fullName: z.string(),
      figures: Figures,
      usual: Usual,
      ...Rises.shape,
    }),
  ),
  ...Gains,
  ...Events.shape,
});
export type TenantDay = z.infer<typeof TenantDay>;
