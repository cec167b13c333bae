import { bigint, day, instant, integer, optional, smallint, text } from '../columns.ts';

/** The traffic of repositories, and their lists of referrers and paths. */
export const trafficTables = {
  trafficDay: {
    tenantId: integer,
    repositoryId: integer,
    trafficDate: day,
    viewCount: optional(bigint),
    viewUniques: optional(bigint),
    cloneCount: optional(bigint),
    cloneUniques: optional(bigint),
    state: text<'measured' | 'zero' | 'provisional' | 'cut' | 'suspect' | 'imported'>(12),
    observedAt: instant,
    /** The import that decided it; null where our own measurement counts alone. */
    importId: optional(integer),
  },
  trafficRevision: {
    tenantId: integer,
    repositoryId: integer,
    trafficDate: day,
    metric: text(20),
    kept: bigint,
    observed: bigint,
    observedAt: instant,
    /** The import that it comes from; null for what we measured. */
    importId: optional(integer),
  },
  trafficWeek: {
    tenantId: integer,
    repositoryId: integer,
    weekStart: day,
    viewCount: optional(bigint),
    viewUniques: optional(bigint),
    cloneCount: optional(bigint),
    cloneUniques: optional(bigint),
    observedAt: instant,
    /** The import that it comes from; null for what we measured. */
    importId: optional(integer),
  },
  trafficWindow: {
    tenantId: integer,
    repositoryId: integer,
    observedDate: day,
    viewCount: optional(bigint),
    viewUniques: optional(bigint),
    cloneCount: optional(bigint),
    cloneUniques: optional(bigint),
    /** The import that it comes from; null for what we measured. */
    importId: optional(integer),
  },
  referrerSnapshot: {
    tenantId: integer,
    repositoryId: integer,
    snapshotDate: day,
    listRank: smallint,
    referrer: text(400),
    viewCount: bigint,
    viewUniques: optional(bigint),
    /** The import that it comes from; null for what we measured. */
    importId: optional(integer),
  },
  firstReferrer: {
    tenantId: integer,
    repositoryId: integer,
    referrer: text(400),
    /** The day of the list that first named it, ours or an imported one. */
    firstDate: day,
    /** The day of our own list that first named it; null if only imported lists do. */
    collectedDate: optional(day),
  },
  pathSnapshot: {
    tenantId: integer,
    repositoryId: integer,
    snapshotDate: day,
    listRank: smallint,
    path: text(2000),
    title: text(2000),
    viewCount: bigint,
    viewUniques: optional(bigint),
    /** The import that it comes from; null for what we measured. */
    importId: optional(integer),
  },
};
