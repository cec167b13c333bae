import type { ListedRepository } from '../github/answers.ts';
import { matchesRule, type RuleDefinition } from './definition.ts';

/** A stored rule, as far as a plan needs it. */
interface PlannedRule extends RuleDefinition {
  ruleId: number;
}

/** A repository that the tenant tracks already. */
export interface TrackedRepository {
  repositoryId: number;
  githubId: number;
  /** The rule that added it; null for a person. */
  ruleId: number | null;
  unmatchedAt: string | null;
}

/** What GitHub lists, and what the tenant has. */
export interface Situation {
  rules: readonly PlannedRule[];
  listed: readonly ListedRepository[];
  /** Whether `listed` is everything that the token sees. */
  complete: boolean;
  tracked: readonly TrackedRepository[];
  /** GitHub's ids of repositories that somebody removed. */
  excluded: ReadonlySet<number>;
}

/** What becomes of a repository that a rule matches. */
type MatchState = 'new' | 'tracked' | 'removed' | 'no_push_access' | 'over_limit';

/** A repository that a rule matches. */
export interface Match {
  repository: ListedRepository;
  /** The first of the rules that match it. */
  ruleId: number;
  state: MatchState;
}

/** What the rules of a tenant track now. */
export interface TrackingPlan {
  /** In the order of the list. */
  matches: Match[];
  /** Of each rule, how many repositories match it, and how many of them the token cannot read. */
  counts: Map<number, { matchCount: number; unreadableCount: number }>;
  /** Repositories that a rule added and that no rule matches any more. */
  unmatched: number[];
  /** Repositories that a rule matches again. */
  matchedAgain: number[];
}

/** The most repositories that rules track in a tenant: about five hours of a token's requests a day. */
export const MAX_TRACKED = 5000;

/**
 * What the rules of a tenant track, and which of the repositories that they added no longer match. Nothing that is tracked is
 * ever in the way: it stays until somebody removes it.
 */
export function planTracking({ rules, listed, complete, tracked, excluded }: Situation): TrackingPlan {
  const known = new Map(tracked.map((one) => [one.githubId, one]));
  const counts = new Map(rules.map(({ ruleId }) => [ruleId, { matchCount: 0, unreadableCount: 0 }]));
  const matches: Match[] = [];
  let room = MAX_TRACKED - tracked.filter(({ ruleId }) => ruleId !== null).length;
  const toState = (repository: ListedRepository): MatchState => {
    if (known.has(repository.id)) return 'tracked';
    if (excluded.has(repository.id)) return 'removed';
    if (!repository.permissions.push) return 'no_push_access';
    room -= 1;
    return room >= 0 ? 'new' : 'over_limit';
  };
  for (const repository of listed) {
    const matching = rules.filter((rule) => matchesRule(rule, repository));
    const [first] = matching;
    if (!first) continue;
    for (const { ruleId } of matching) {
      const count = counts.get(ruleId);
      if (!count) continue;
      count.matchCount += 1;
      if (!repository.permissions.push) count.unreadableCount += 1;
    }
    matches.push({ repository, ruleId: first.ruleId, state: toState(repository) });
  }
  const matched = new Set(matches.map(({ repository }) => repository.id));
  const seen = new Set(listed.map(({ id }) => id));
  const ofRules = tracked.filter(({ ruleId }) => ruleId !== null);
  const idsOf = (some: readonly TrackedRepository[]) => some.map(({ repositoryId }) => repositoryId);
  return {
    matches,
    counts,
    unmatched: idsOf(
      ofRules.filter(
        ({ githubId, unmatchedAt }) =>
          unmatchedAt === null && !matched.has(githubId) && (complete || seen.has(githubId)),
      ),
    ),
    matchedAgain: idsOf(
      ofRules.filter(({ githubId, unmatchedAt }) => unmatchedAt !== null && matched.has(githubId)),
    ),
  };
}
