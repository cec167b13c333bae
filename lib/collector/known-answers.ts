import type { Transaction } from 'kysely';
import type { Db } from '../db/database.ts';
import { given, type Merge, mergeRows } from '../db/portable.ts';
import { type Tables, widthOf } from '../db/tables.ts';
import { ANSWER_FORMAT, type AnswerKind, type KnownAnswer } from '../github/memory.ts';
import type { RepositoryKey } from '../traffic/tables.ts';
import { openReadAhead } from './read-ahead.ts';

/** GitHub's answers to earlier collections, by repository. */
export interface StoredAnswers {
  /** Takes out the answers for one repository: a second call returns none. */
  take(repositoryId: number): Promise<ReadonlyMap<AnswerKind, KnownAnswer>>;
}

type Answers = Map<AnswerKind, KnownAnswer>;

/** What was asked, and with which token. */
interface Asked {
  tenantId: number;
  fingerprint: string;
  of: 'traffic' | 'releases';
}

/** What the columns hold, in characters. */
const MAX_ETAG = widthOf('githubAnswer', 'etag');
const MAX_ANSWER_LENGTH = widthOf('githubAnswer', 'answer');
/**
 * Opens GitHub's stored answers to a token about repositories and their traffic, or about their releases. They are read a
 * hundred repositories at a time, in the given order. Answers to another token or in another format are left out.
 */
export function openAnswers(db: Db, asked: Asked, repositoryIds: readonly number[]): StoredAnswers {
  const take = openReadAhead(repositoryIds, (ids) => readAnswers(db, asked, ids));
  return { take: async (repositoryId) => (await take(repositoryId)) ?? new Map() };
}

async function readAnswers(
  db: Db,
  { tenantId, fingerprint, of }: Asked,
  repositoryIds: readonly number[],
): Promise<Map<number, Answers>> {
  const rows = await db
    .selectFrom('githubAnswer')
    .select(['repositoryId', 'kind', 'etag', 'answer'])
    .where('tenantId', '=', tenantId)
    .where('repositoryId', 'in', [...repositoryIds])
    .where('tokenFingerprint', '=', fingerprint)
    .where('format', '=', ANSWER_FORMAT)
    .where('kind', of === 'releases' ? '=' : '<>', 'releases')
    .execute();
  const answers = new Map<number, Answers>();
  for (const { repositoryId, kind, etag, answer } of rows) {
    const ofOne = answers.get(repositoryId) ?? new Map();
    answers.set(repositoryId, ofOne.set(kind, { etag, answer }));
  }
  return answers;
}

const githubAnswers: Merge<'githubAnswer'> = {
  into: 'githubAnswer',
  key: ['tenantId', 'repositoryId', 'kind'],
  update: Object.fromEntries(
    ['tokenFingerprint', 'format', 'etag', 'answer', 'readAt'].map((column) => [column, given(column)]),
  ),
};

/** New answers about a repository. */
export interface NewAnswers extends RepositoryKey {
  fingerprint: string;
  answers: ReadonlyMap<AnswerKind, KnownAnswer>;
  now: Date;
}

/** Stores answers for the next collection. What the columns cannot hold is asked for in full again. */
export async function saveAnswers(trx: Transaction<Tables>, all: readonly NewAnswers[]): Promise<void> {
  const rows = all.flatMap(({ tenantId, repositoryId, fingerprint, answers, now }) =>
    [...answers]
      .filter(([, { etag, answer }]) => etag.length <= MAX_ETAG && answer.length <= MAX_ANSWER_LENGTH)
      .map(([kind, { etag, answer }]) => ({
        tenantId,
        repositoryId,
        kind,
        tokenFingerprint: fingerprint,
        format: ANSWER_FORMAT,
        etag,
        answer,
        readAt: now.toISOString(),
      })),
  );
  await mergeRows(trx, githubAnswers, rows);
}
