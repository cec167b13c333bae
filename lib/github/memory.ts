/** The requests about a repository whose answers are remembered. */
export type AnswerKind =
  | 'repository'
  | 'views'
  | 'clones'
  | 'view_weeks'
  | 'clone_weeks'
  | 'referrers'
  | 'paths'
  | 'releases';

/** An answer of GitHub's, with the ETag that lets GitHub answer 304. */
export interface KnownAnswer {
  etag: string;
  /** The parsed answer as JSON. */
  answer: string;
}

/** One repository's earlier answers to the same token, and the new ones. */
export interface AnswerMemory {
  known: ReadonlyMap<AnswerKind, KnownAnswer>;
  /** Answers that are new. */
  changed: Map<AnswerKind, KnownAnswer>;
  /** Requests that count against the token's quota, retries included. */
  counted: number;
  /** Requests that GitHub answered with 304, which do not count. */
  unchanged: number;
}

/**
 * The format of remembered answers. Raise it whenever the parsed form of an answer changes, so that an old answer that lacks
 * something is not used.
 */
export const ANSWER_FORMAT = 5;

/** A memory of earlier answers, empty by default; its counts begin at 0. */
export function createMemory(known: ReadonlyMap<AnswerKind, KnownAnswer> = new Map()): AnswerMemory {
  return { known, changed: new Map(), counted: 0, unchanged: 0 };
}
