/** What is asked about a repository, each with an answer of its own. */
export type AnswerKind =
  | 'repository'
  | 'views'
  | 'clones'
  | 'view_weeks'
  | 'clone_weeks'
  | 'referrers'
  | 'paths'
  | 'releases';

/** What GitHub answered, with the mark by which it tells whether that is still so. */
export interface KnownAnswer {
  etag: string;
  /** What was read from it, as JSON. */
  answer: string;
}

/** What is known of one repository from earlier answers to the same token, and what came of asking now. */
export interface AnswerMemory {
  known: ReadonlyMap<AnswerKind, KnownAnswer>;
  /** Answers that were not known. */
  changed: Map<AnswerKind, KnownAnswer>;
  /** Requests that count against the token's quota, those that were tried again included. */
  counted: number;
  /** Requests that GitHub answered with 304, which do not count. */
  unchanged: number;
}

/**
 * The form in which answers are remembered: one more whenever what is read from an answer changes, so that
 * nothing is taken for an answer that lacks what is read today.
 */
export const ANSWER_FORMAT = 2;

/** A memory of what is known from before, nothing unless told; nothing was asked yet, so its counts are 0. */
export function createMemory(known: ReadonlyMap<AnswerKind, KnownAnswer> = new Map()): AnswerMemory {
  return { known, changed: new Map(), counted: 0, unchanged: 0 };
}
