import type { Transaction } from 'kysely';
import type { ExtraStanding } from '../answers/stats.ts';
import { type Day, toDay } from '../day.ts';
import type { Db } from '../db/database.ts';
import { given, mergeRows } from '../db/portable.ts';
import type { ExtraKind } from '../db/tables/repositories.ts';
import type { Tables } from '../db/tables.ts';
import { Failure, meetsEveryRequest } from '../failure.ts';
import type { AnswerMemory } from '../github/memory.ts';
import type { GitHubClient } from '../github.ts';
import type { Instant } from '../instant.ts';
import { toStoredFailure } from '../storable.ts';
import type { RepositoryKey } from '../traffic/tables.ts';

/** What is stored about reading one kind of extra of a repository. */
export interface ExtraState {
  kind: ExtraKind;
  /** The last attempt, successful or not. */
  triedAt: Instant;
  readAt: Instant | null;
  /** The page from which to continue reading a history; null when all of it has been read. Of releases, 1 if there are more. */
  nextPage: number | null;
  /** The number of stars when the history was last read. */
  seenCount: number | null;
  failureCode: string | null;
  failureMessage: string | null;
}

/** A repository whose extras are collected. */
export interface ExtraSubject extends RepositoryKey {
  githubId: number;
  /** Its stars as of the collection just before; null when unknown. */
  stars: number | null;
  /** The first day that a collection covered. */
  firstCoveredDate: string | null;
}

/** What GitHub answered about one kind of extra of a repository, not yet stored. */
export interface ExtraReading<Found = unknown> {
  kind: ExtraKind;
  /** Requests that count against the token's quota. */
  requestCount: number;
  /** What changes in the state besides `triedAt`. */
  state: Partial<Pick<ExtraState, 'readAt' | 'nextPage' | 'seenCount'>>;
  /** Why it was not read, or only in part. */
  failure: Failure | null;
  /** What is to be stored; null if GitHub gave nothing. */
  found: Found | null;
}

/** What GitHub answered, of which repository and when. */
export interface ExtraFound<Found> extends RepositoryKey {
  found: Found;
  now: Date;
}

/** What reading an extra works with. */
interface ExtraContext {
  github: GitHubClient;
  now: Date;
  memory: AnswerMemory;
  /** The days whose workflow runs are stored, as far back as they are read. */
  storedRunDays: () => Promise<ReadonlySet<Day>>;
}

/** How one kind of extra is collected. */
export interface Extra<Found = unknown> {
  kind: ExtraKind;
  isDue(subject: ExtraSubject, state: ExtraState | undefined, now: Date): boolean;
  /** Asks GitHub. Throws only failures that every other repository of the token would meet too. */
  read(
    context: ExtraContext,
    subject: ExtraSubject,
    state: ExtraState | undefined,
  ): Promise<ExtraReading<Found>>;
  /** Stores what was found of several repositories. Doing it twice changes nothing. The caller holds their rows. */
  save(trx: Transaction<Tables>, all: readonly ExtraFound<Found>[]): Promise<void>;
}

/** Extras are read once a UTC day, so a refusal is not repeated before tomorrow. */
export function isTriedToday(state: ExtraState | undefined, now: Date): boolean {
  return state !== undefined && toDay(new Date(state.triedAt)) >= toDay(now);
}

/** The states of all extras of a tenant, or of one repository. */
export async function listExtraStates(
  db: Db,
  tenantId: number,
  repositoryId?: number,
): Promise<(ExtraState & { repositoryId: number })[]> {
  return db
    .selectFrom('repositoryExtra')
    .select(['repositoryId', 'kind', 'triedAt', 'readAt', 'nextPage', 'seenCount'])
    .select(['failureCode', 'failureMessage'])
    .where('tenantId', '=', tenantId)
    .$if(repositoryId !== undefined, (query) => query.where('repositoryId', '=', repositoryId ?? 0))
    .execute();
}

/** The outcome of trying an extra of a repository. */
export interface ExtraTried extends RepositoryKey {
  before: ExtraState | undefined;
  reading: ExtraReading;
  now: Date;
}

/** Stores that extras were tried. What a reading leaves open stays as it was. */
export async function saveExtraStates(trx: Transaction<Tables>, all: readonly ExtraTried[]): Promise<void> {
  const rows = all.map(({ tenantId, repositoryId, before, reading: { kind, state, failure }, now }) => {
    const stored = failure && toStoredFailure(failure);
    const { readAt = null, nextPage = null, seenCount = null } = { ...before, ...state };
    return {
      tenantId,
      repositoryId,
      kind,
      triedAt: now.toISOString(),
      readAt,
      nextPage,
      seenCount,
      failureCode: stored?.code ?? null,
      failureMessage: stored?.message ?? null,
    };
  });
  const changing = ['triedAt', 'readAt', 'nextPage', 'seenCount', 'failureCode', 'failureMessage'] as const;
  await mergeRows(
    trx,
    {
      into: 'repositoryExtra',
      key: ['tenantId', 'repositoryId', 'kind'],
      update: Object.fromEntries(changing.map((column) => [column, given(column)])),
    },
    rows,
  );
}

/** When one kind of extra was last read, and what went wrong since; null if it was never tried. */
export function toStanding(states: readonly ExtraState[], kind: ExtraKind): ExtraStanding | null {
  const state = states.find((one) => one.kind === kind);
  if (!state) return null;
  const { readAt, failureCode: code, failureMessage: message, triedAt: since } = state;
  return { readAt, problem: code === null || message === null ? null : { code, message, since } };
}

const NAMES: Record<ExtraKind, string> = {
  stars: 'star history',
  releases: 'releases',
  'workflow runs': 'workflow runs',
};

/**
 * Turns an error of GitHub into a failure about the extra. Throws the error again if every other repository would meet it
 * too, or if it is a defect.
 */
export function toExtraFailure(kind: ExtraKind, error: unknown): Failure {
  if (!(error instanceof Failure) || meetsEveryRequest(error.code)) throw error;
  const name = NAMES[kind];
  const needed = error.details?.needed;
  if (error.code === 'missing_permission' && typeof needed === 'string')
    return new Failure(error.code, `The token lacks the permission ${needed} to read the ${name}.`);
  if (error.code === 'not_found')
    return new Failure(error.code, `GitHub shows this token no ${name} for the repository.`);
  return new Failure(error.code, `GitHub did not give the ${name}: ${error.message}`);
}
