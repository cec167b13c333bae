import { Failure } from '../failure.ts';
import type { RepositoryList } from '../github/repositories.ts';
import type { GitHubClient } from '../github.ts';
import { isExact, matchesPattern, type RuleDefinition } from './definition.ts';

/** What GitHub lists now, and why a rule finds nothing there. */
export interface Listing extends RepositoryList {
  /** By owner, in lower case. */
  failures: ReadonlyMap<string, Failure>;
}

/** Owners at once. */
const CONCURRENCY = 4;

/**
 * Lists what the token or installation sees, one request for each hundred repositories. Of each owner that a rule names and
 * that has no repository there, one more request finds out why. Throws what GitHub's API fails with.
 */
export async function readListing(
  github: GitHubClient,
  rules: readonly Pick<RuleDefinition, 'owner'>[],
): Promise<Listing> {
  const list = await github.listVisible();
  const named = new Set(rules.flatMap(({ owner }) => (isExact(owner) ? [owner.toLowerCase()] : [])));
  const listed = new Set(list.repositories.map(({ owner }) => owner.toLowerCase()));
  const missing = [...named].filter((owner) => !listed.has(owner));
  const failures = new Map<string, Failure>();
  for (let start = 0; start < missing.length; start += CONCURRENCY) {
    const some = missing.slice(start, start + CONCURRENCY);
    const found = await Promise.all(some.map((owner) => explainMissing(github, owner, list)));
    for (const [index, owner] of some.entries()) {
      const failure = found[index];
      if (failure) failures.set(owner, failure);
    }
  }
  return { ...list, failures };
}

async function explainMissing(
  github: GitHubClient,
  owner: string,
  { heldBack }: RepositoryList,
): Promise<Failure> {
  if (!(await github.hasAccount(owner)))
    return new Failure(
      'owner_not_found',
      `GitHub has no account ${owner}. It was renamed or deleted, or its name is misspelled: correct the rule, or delete it.`,
    );
  if (heldBack)
    return new Failure(
      'token_sso_required',
      `GitHub holds back the repositories of organizations with single sign-on, perhaps those of ${owner}. Authorize the token for it at GitHub.`,
    );
  const why =
    github.readsAs === 'installation'
      ? 'Give the GitHub App’s installation its repositories'
      : 'Give the token’s owner push access, or use another token';
  return new Failure('nothing_of_owner', `GitHub lists no repository of ${owner} here. ${why}.`);
}

/** Why a rule finds nothing, or not everything; undefined if it finds all. */
export function failureOf(
  { owner }: Pick<RuleDefinition, 'owner'>,
  { failures, complete, heldBack, repositories }: Listing,
): Failure | undefined {
  const failure = failures.get(owner.toLowerCase());
  if (failure) return failure;
  if (complete || heldBack || repositories.every((one) => !matchesPattern(owner, one.owner)))
    return undefined;
  return new Failure(
    'rule_too_wide',
    `GitHub lists more than ${repositories.length.toLocaleString('en-GB')} repositories to this token, and only these were looked at. Use a token or an app that sees fewer.`,
  );
}
