import { bigint, choice, generated, instant, integer, optional, text } from '../columns.ts';

/** The rules that track repositories. */
export const trackingTables = {
  trackingRule: {
    tenantId: integer,
    ruleId: generated(integer),
    owner: text(100),
    namePattern: text(100),
    /** Patterns of full names, separated by commas; null for none. */
    exceptions: optional(text(2000)),
    forks: choice(['included', 'excluded'], 10),
    archived: choice(['included', 'excluded'], 10),
    visibility: choice(['any', 'public', 'private', 'internal'], 10),
    /** `start`: made from the variable TRACK, and not changed since. */
    origin: choice(['person', 'start'], 10),
    createdAt: instant,
    createdBy: text(320),
    /** The last evaluation, whatever its result. */
    triedAt: optional(instant),
    /** The last one that GitHub answered. */
    evaluatedAt: optional(instant),
    matchCount: optional(integer),
    /** Those of the matches that the token cannot read. */
    unreadableCount: optional(integer),
    failureCode: optional(text(40)),
    failureMessage: optional(text(500)),
    failureAt: optional(instant),
  },
  trackingExclusion: {
    tenantId: integer,
    githubId: bigint,
    owner: text(100),
    name: text(100),
    excludedAt: instant,
    excludedBy: text(320),
  },
  provisionedTenant: {
    tenantId: integer,
    /** The value of TRACK that was applied last. */
    track: text(2000),
    tokenFingerprint: text(64),
    appliedAt: instant,
  },
};
