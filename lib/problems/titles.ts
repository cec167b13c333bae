import type { ProblemKind } from '../db/tables/channels.ts';

/** What each kind of problem is called, in messages and on the pages. */
export const PROBLEM_TITLES: Record<ProblemKind, string> = {
  repository_failing: 'Collecting fails',
  loss_near: 'Days are about to be lost',
  token_expires: 'The GitHub token expires',
  token_refused: 'GitHub rejects the token',
  not_running: 'Nothing is collected',
  github_stalled: 'GitHub publishes no traffic',
  all_silent: 'All repositories were silent',
  rule_failing: 'A rule fails',
};
