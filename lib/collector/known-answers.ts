import type { Transaction } from 'kysely';
import type { Db } from '../db/database.ts';
import { given, type Merge, mergeRows } from '../db/portable.ts';
import type { Tables } from '../db/tables.ts';
import { ANSWER_FORMAT, type AnswerKind, type KnownAnswer } from '../github/memory.ts';
import type { RepositoryKey } from '../traffic/tables.ts';

/** The answers of earlier collections, by repository. */
export interface StoredAnswers {
  /** Those of one repository, which are given once. */
  take(repositoryId: number): Promise<ReadonlyMap<AnswerKind, KnownAnswer>>;
}

type Answers = Map<AnswerKind, KnownAnswer>;

/** What was asked, with which token. */
interface Asked {
  tenantId: number;
  fingerprint: string;
  of: 'traffic' | 'releases';
}

/** Characters that the columns hold. */
const MAX_ETAG = 200;
const MAX_ANSWER_LENGTH = 6000;
/** Repositories that are read with one statement. */
const BATCH_SIZE = 100;

/**
 * Opens what GitHub answered to a token about repositories and their traffic, or their releases, which is read a hundred
 * at a time in their order. What another token was answered, or was stored in another form, is not known.
 */
export function openAnswers(db: Db, asked: Asked, repositoryIds: readonly number[]): StoredAnswers {
  const places = new Map(repositoryIds.map((id, index) => [id, Math.floor(index / BATCH_SIZE)]));
  const read = new Map<number, Promise<Map<number, Answers>>>();
  const load = (place: number) => {
    const ids = repositoryIds.slice(place * BATCH_SIZE, (place + 1) * BATCH_SIZE);
    const loading = read.get(place) ?? readAnswers(db, asked, ids);
    read.set(place, loading);
    return loading;
  };
  return {
    async take(repositoryId) {
      const answers = await load(places.get(repositoryId) ?? 0);
      const found = answers.get(repositoryId) ?? new Map();
      answers.delete(repositoryId);
      return found;
    },
  };
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

const merge: Merge<'githubAnswer'> = {
  into: 'githubAnswer',
  columns: {
    ...({ tenantId: 'integer', repositoryId: 'integer', kind: 'varchar(40)' } as const),
    ...({ tokenFingerprint: 'varchar(64)', format: 'integer', etag: 'varchar(200)' } as const),
    ...({ answer: 'varchar(6000)', readAt: 'timestamptz' } as const),
  },
  key: ['tenantId', 'repositoryId', 'kind'],
  update: Object.fromEntries(
    ['tokenFingerprint', 'format', 'etag', 'answer', 'readAt'].map((column) => [column, given(column)]),
  ),
};

/** Remembers answers for the next collection; what is longer than the columns is asked for in full again. */
export async function saveAnswers(
  trx: Transaction<Tables>,
  key: RepositoryKey,
  {
    fingerprint,
    answers,
    now,
  }: { fingerprint: string; answers: ReadonlyMap<AnswerKind, KnownAnswer>; now: Date },
): Promise<void> {
  const rows = [...answers]
    .filter(([, { etag, answer }]) => etag.length <= MAX_ETAG && answer.length <= MAX_ANSWER_LENGTH)
    .map(([kind, known]) => ({
      ...key,
      kind,
      tokenFingerprint: fingerprint,
      format: ANSWER_FORMAT,
      ...known,
      readAt: now.toISOString(),
    }));
  await mergeRows(trx, merge, rows);
}
