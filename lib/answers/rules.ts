import * as z from 'zod';
import { choiceField } from '../fields.ts';
import { Count, Instant } from './figures.ts';

const Definition = {
  owner: z.string(),
  namePattern: z.string(),
  exceptions: z.array(z.string()),
  forks: choiceField('trackingRule', 'forks'),
  archived: choiceField('trackingRule', 'archived'),
  visibility: choiceField('trackingRule', 'visibility'),
};

/** A rule that tracks repositories. */
export const TrackingRule = z.object({
  ruleId: z.int(),
  ...Definition,
  /** Its name, such as acme/sdk-*. */
  label: z.string(),
  /** What it tracks, in words. */
  description: z.string(),
  /** `start`: made from the variable TRACK, and not changed since. */
  origin: choiceField('trackingRule', 'origin'),
  createdAt: Instant,
  createdBy: z.string(),
  /** When GitHub was last asked, and answered. */
  evaluatedAt: Instant.nullable(),
  /** How many repositories matched then, and how many of them the token cannot read. */
  matchCount: Count.nullable(),
  unreadableCount: Count.nullable(),
  /** Repositories that it added, and how many of them no rule matches any more. */
  addedCount: Count,
  unmatchedCount: Count,
  /** Why it could not be evaluated, or not in full. */
  failure: z.object({ code: z.string(), message: z.string(), since: Instant }).nullable(),
});
export type TrackingRule = z.infer<typeof TrackingRule>;

export const RuleList = z.object({
  rules: z.array(TrackingRule),
  /** Repositories that somebody removed and that no rule adds again, newest first; at most a thousand. */
  exclusions: z.array(
    z.object({ githubId: z.int(), fullName: z.string(), excludedAt: Instant, excludedBy: z.string() }),
  ),
  exclusionCount: Count,
  /** The tenant's run in progress, or null. */
  activeRunId: z.int().nullable(),
});
export type RuleList = z.infer<typeof RuleList>;
export type Exclusion = RuleList['exclusions'][number];

export const RuleSaved = z.object({
  rule: TrackingRule,
  /** Repositories that are tracked from now on. */
  addedCount: Count,
  /** The run that collects them now. Null if there are none, or if it could not be started; then the next alarm does. */
  runId: z.int().nullable(),
});
export type RuleSaved = z.infer<typeof RuleSaved>;

export const RuleDeleted = z.object({ ruleId: z.int() });
export type RuleDeleted = z.infer<typeof RuleDeleted>;

export const ExclusionRemoved = z.object({ githubId: z.int(), addedCount: Count, runId: z.int().nullable() });
export type ExclusionRemoved = z.infer<typeof ExclusionRemoved>;

/** What a rule would track now. */
export const RulePreview = z.object({
  description: z.string(),
  counts: z.object({
    /** All that match. */
    matching: Count,
    /** Would be added. */
    new: Count,
    /** Are tracked already. */
    tracked: Count,
    /** Somebody removed them, so that no rule adds them. */
    removed: Count,
    /** Skipped: the token has no push access, and GitHub shows traffic only with it. */
    no_push_access: Count,
    /** Skipped: rules track at most 5,000 repositories in a tenant. */
    over_limit: Count,
  }),
  /** Those whose full name contains `q`: first those that would be added. At most 1,500. */
  matches: z.array(
    z.object({
      githubId: z.int(),
      fullName: z.string(),
      visibility: choiceField('repository', 'visibility'),
      fork: z.boolean(),
      archived: z.boolean(),
      state: z.enum(['new', 'tracked', 'removed', 'no_push_access', 'over_limit']),
    }),
  ),
  /** True if more match than `matches` holds. */
  truncated: z.boolean(),
  /** Why the rule finds nothing, or not everything. */
  warning: z.object({ code: z.string(), message: z.string() }).nullable(),
});
export type RulePreview = z.infer<typeof RulePreview>;
