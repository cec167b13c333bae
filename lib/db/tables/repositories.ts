import type { Visibility } from '../../github/answers.ts';
import { bigint, choice, day, generated, instant, integer, optional, text } from '../columns.ts';

const SCHEDULES = ['daily', 'weekly', 'paused'] as const;

/** How often the alarm collects a repository. A paused one is collected only when you ask for it. */
export type Schedule = (typeof SCHEDULES)[number];

/** What is read about a repository besides its traffic. Each kind succeeds or fails on its own. */
export type ExtraKind = 'stars' | 'releases' | 'workflow runs';

/** Repositories, and everything about them but their traffic. */
export const repositoryTables = {
  repository: {
    tenantId: integer,
    repositoryId: generated(integer),
    githubId: bigint,
    owner: text(100),
    name: text(100),
    visibility: choice<Visibility>(['public', 'private', 'internal'], 10),
    archivedAt: optional(instant),
    schedule: choice(SCHEDULES, 10),
    addedAt: instant,
    addedBy: text(320),
    /** The first day that a collection covered: ours, or that of an installation whose export was imported. */
    firstCoveredDate: optional(day),
    /** The first day that our own collections covered. */
    collectedFrom: optional(day),
    lastCoveredDate: optional(day),
    publishedThrough: optional(day),
    forgottenBefore: optional(day),
    oldCopyThrough: optional(day),
    readsToday: generated(integer),
    /** `color.ts` chooses it. */
    colorIndex: generated(integer),
    lastSuccessAt: optional(instant),
    failureCode: optional(text(40)),
    failureMessage: optional(text(500)),
    failureAt: optional(instant),
    refusedAt: optional(instant),
    endedWeek: optional(day),
    endedWeekViewers: optional(bigint),
    /** The rule that added it. It may be gone. */
    ruleId: optional(integer),
    /** Since when no rule matches it any more. */
    unmatchedAt: optional(instant),
    /** `topics.ts` has its format; null until they were read. */
    topics: optional(text(1100)),
    /** Its newest imported day; null without any. */
    importedThrough: optional(day),
    /** When GitHub says that it was created; null until that was read. */
    createdDate: optional(day),
  },
  repositoryFact: {
    tenantId: integer,
    repositoryId: integer,
    factDate: day,
    stars: optional(bigint),
    forks: optional(bigint),
    subscribers: optional(bigint),
    openIssues: optional(bigint),
    /** The import that it comes from; null for what we measured. */
    importId: optional(integer),
  },
  repositoryEvent: {
    tenantId: integer,
    repositoryId: integer,
    kind: choice(['renamed', 'transferred', 'archived', 'unarchived', 'tracked', 'visibility'], 20),
    occurredAt: instant,
    nameBefore: optional(text(201)),
    nameAfter: optional(text(201)),
    /** The import that it comes from; null for what we measured. */
    importId: optional(integer),
  },
  repositoryExtra: {
    tenantId: integer,
    repositoryId: integer,
    kind: text<ExtraKind>(20),
    triedAt: instant,
    readAt: optional(instant),
    nextPage: optional(integer),
    seenCount: optional(bigint),
    failureCode: optional(text(40)),
    failureMessage: optional(text(500)),
  },
  starDay: {
    tenantId: integer,
    repositoryId: integer,
    starDate: day,
    gained: bigint,
    /** The import that it comes from; null for what we measured. */
    importId: optional(integer),
  },
  publishedRelease: {
    tenantId: integer,
    repositoryId: integer,
    releaseId: bigint,
    tag: text(255),
    releaseName: text(255),
    publishedAt: instant,
    /** The import that it comes from; null for what we measured. */
    importId: optional(integer),
  },
  releaseAsset: {
    tenantId: integer,
    repositoryId: integer,
    assetId: bigint,
    releaseId: bigint,
    tag: text(255),
    releaseName: text(255),
    assetName: text(255),
    sizeBytes: bigint,
    createdAt: instant,
    publishedAt: instant,
    downloadCount: bigint,
    removedDate: optional(day),
    /** The import that it comes from; null for what we measured. */
    importId: optional(integer),
  },
  releaseDownload: {
    tenantId: integer,
    repositoryId: integer,
    assetId: bigint,
    downloadDate: day,
    sinceDate: optional(day),
    gained: optional(bigint),
    downloadCount: bigint,
    /** The import that it comes from; null for what we measured. */
    importId: optional(integer),
  },
  workflowDay: {
    tenantId: integer,
    repositoryId: integer,
    runDate: day,
    runCount: bigint,
    /** The import that it comes from; null for what we measured. */
    importId: optional(integer),
  },
};
