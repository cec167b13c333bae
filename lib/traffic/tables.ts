import type { Transaction } from 'kysely';
import type { TenantAccess } from '../access.ts';
import type { TrafficWindow } from '../answers/stats.ts';
import { addDays, type Day, toDay, weekOf } from '../day.ts';
import type { Db } from '../db/database.ts';
import { given, mergeRows } from '../db/portable.ts';
import type { Tables } from '../db/tables.ts';
import { METRICS } from './figures.ts';
import { mergeDays, type Reading, type Revision, type TrafficDay } from './merge.ts';
import type { Observed } from './observed.ts';
import { mergeWeeks, type TrafficWeek, type WeeksRead } from './week.ts';
import { coverageOf } from './window.ts';

/** The repository that rows belong to. */
export interface RepositoryKey {
  tenantId: number;
  repositoryId: number;
}

const givenFigures = Object.fromEntries(METRICS.map((figure) => [figure, given(figure)]));

/** The first stored day of any repository in scope; null if there is none. */
export async function findFirstDate(db: Db, { tenantId, repositoryIds }: TenantAccess): Promise<Day | null> {
  if (repositoryIds?.length === 0) return null;
  const row = await db
    .selectFrom('trafficDay')
    .select(({ fn }) => fn.min<Day | null>('trafficDate').as('first'))
    .where('tenantId', '=', tenantId)
    .$if(repositoryIds !== null, (query) => query.where('repositoryId', 'in', repositoryIds ?? []))
    .executeTakeFirst();
  return row?.first ?? null;
}

function selectStoredDays(db: Db, key: RepositoryKey) {
  return db
    .selectFrom('trafficDay')
    .select(['trafficDate', ...METRICS, 'state', 'observedAt'])
    .where('tenantId', '=', key.tenantId)
    .where('repositoryId', '=', key.repositoryId);
}

/** The stored days of a repository in a span, oldest first. */
export async function listDays(db: Db, key: RepositoryKey, from: Day, to: Day): Promise<TrafficDay[]> {
  return selectStoredDays(db, key)
    .where('trafficDate', '>=', from)
    .where('trafficDate', '<=', to)
    .orderBy('trafficDate')
    .execute();
}

/** The stored days that an answer can change: those of its span, and older ones that are unfinished. */
async function listMergedDays(db: Db, key: RepositoryKey, from: Day, to: Day): Promise<TrafficDay[]> {
  return selectStoredDays(db, key)
    .where(({ eb, or }) => or([eb('trafficDate', '>=', from), eb('state', '=', 'provisional')]))
    .where('trafficDate', '<=', to)
    .orderBy('trafficDate')
    .execute();
}

/** The stored whole weeks of a repository that begin in a span, oldest first. */
export async function listWeeks(db: Db, key: RepositoryKey, from: Day, to: Day): Promise<TrafficWeek[]> {
  return db
    .selectFrom('trafficWeek')
    .select(['weekStart', ...METRICS, 'observedAt'])
    .where('tenantId', '=', key.tenantId)
    .where('repositoryId', '=', key.repositoryId)
    .where('weekStart', '>=', from)
    .where('weekStart', '<=', to)
    .orderBy('weekStart')
    .execute();
}

/** The smaller figures that GitHub gave later for settled days in a span. */
export async function listRevisions(db: Db, key: RepositoryKey, from: Day, to: Day) {
  return db
    .selectFrom('trafficRevision')
    .select(['trafficDate as date', 'metric', 'kept', 'observed', 'observedAt'])
    .where('tenantId', '=', key.tenantId)
    .where('repositoryId', '=', key.repositoryId)
    .where('trafficDate', '>=', from)
    .where('trafficDate', '<=', to)
    .orderBy('trafficDate')
    .orderBy('metric')
    .orderBy('observedAt')
    .execute();
}

/** The newest two windows up to a day, newest first. Each marks a day on which the lists were collected too. */
export async function listNewestWindows(db: Db, key: RepositoryKey, to: Day): Promise<TrafficWindow[]> {
  return db
    .selectFrom('trafficWindow')
    .select(['observedDate', ...METRICS])
    .where('tenantId', '=', key.tenantId)
    .where('repositoryId', '=', key.repositoryId)
    .where('observedDate', '<=', to)
    .orderBy('observedDate', 'desc')
    .limit(2)
    .execute();
}

/** Merges GitHub's daily figures into the stored ones. The caller holds the repository's row. */
export async function saveDays(
  trx: Transaction<Tables>,
  key: RepositoryKey,
  observed: Observed,
  reading: Reading,
): Promise<void> {
  const { wholeFrom } = coverageOf(observed, reading.now);
  const named = [...(observed.views ?? []), ...(observed.clones ?? [])].map(({ date }) => date);
  const from = [...named, wholeFrom].sort()[0] ?? wholeFrom;
  const stored = await listMergedDays(trx, key, from, addDays(toDay(reading.now), 1));
  const { days, revisions } = mergeDays(stored, observed, reading);
  if (days.length > 0)
    await mergeRows(
      trx,
      {
        into: 'trafficDay',
        key: ['tenantId', 'repositoryId', 'trafficDate'],
        update: { ...givenFigures, state: given('state'), observedAt: given('observedAt') },
      },
      days.map((day) => ({ ...key, ...day })),
    );
  if (revisions.length > 0) await saveRevisions(trx, key, revisions, reading.now);
}

/** Keeps the first observation: the same smaller figure again is no news. */
async function saveRevisions(
  trx: Transaction<Tables>,
  key: RepositoryKey,
  revisions: readonly Revision[],
  now: Date,
): Promise<void> {
  await mergeRows(
    trx,
    {
      into: 'trafficRevision',
      key: ['tenantId', 'repositoryId', 'trafficDate', 'metric', 'observed'],
    },
    revisions.map((revision) => ({ ...key, ...revision, observedAt: now.toISOString() })),
  );
}

/** Merges GitHub's weekly figures into the stored ones. The caller holds the repository's row. */
export async function saveWeeks(
  trx: Transaction<Tables>,
  key: RepositoryKey,
  read: WeeksRead,
  now: Date,
): Promise<void> {
  const { wholeFrom, through } = coverageOf(read.days, now);
  const stored = await listWeeks(trx, key, weekOf(wholeFrom), through);
  const weeks = mergeWeeks(stored, read, now);
  if (weeks.length === 0) return;
  await mergeRows(
    trx,
    {
      into: 'trafficWeek',
      key: ['tenantId', 'repositoryId', 'weekStart'],
      update: { ...givenFigures, observedAt: given('observedAt') },
    },
    weeks.map((week) => ({ ...key, ...week })),
  );
}

/** Stores the window of a day; a later run on the same day replaces it. */
export async function saveWindow(
  trx: Transaction<Tables>,
  key: RepositoryKey,
  window: TrafficWindow,
): Promise<void> {
  await mergeRows(
    trx,
    {
      into: 'trafficWindow',
      key: ['tenantId', 'repositoryId', 'observedDate'],
      update: givenFigures,
    },
    [{ ...key, ...window }],
  );
}
