import type { Transaction } from 'kysely';
import type { TenantAccess } from '../access.ts';
import type { TrafficWindow } from '../answers/stats.ts';
import { addDays, type Day, toDay, weekOf } from '../day.ts';
import type { Db } from '../db/database.ts';
import { given, isImported, mergeRows } from '../db/portable.ts';
import type { Tables } from '../db/tables.ts';
import { type Figures, METRICS } from './figures.ts';
import { listCollectedDays, saveEffectiveDays, saveLayeredDays } from './layers.ts';
import { mergeDays, type Reading, type TrafficDay } from './merge.ts';
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

/** How each stored day of a repository is known, oldest first. */
export async function listDayStates(db: Db, key: RepositoryKey) {
  return db
    .selectFrom('trafficDay')
    .select(['trafficDate', 'state'])
    .where('tenantId', '=', key.tenantId)
    .where('repositoryId', '=', key.repositoryId)
    .orderBy('trafficDate')
    .execute();
}

/** The days of repositories around their answers. */
interface Around {
  tenantId: number;
  repositoryIds: readonly number[];
  from: Day;
  to: Day;
  /** No day before this one is unfinished; null if that is not known. */
  unfinishedFrom: Day | null;
}

/** The stored days that answers can change: those of their span, and older ones that are unfinished. */
async function listMergedDays(
  db: Db,
  { tenantId, repositoryIds, from, to, unfinishedFrom }: Around,
): Promise<(TrafficDay & { repositoryId: number; importId: number | null })[]> {
  return (
    db
      .selectFrom('trafficDay')
      .select(['repositoryId', 'trafficDate', ...METRICS, 'state', 'observedAt', 'importId'])
      .where('tenantId', '=', tenantId)
      .where('repositoryId', 'in', repositoryIds)
      .where(({ eb, or }) => or([eb('trafficDate', '>=', from), eb('state', '=', 'provisional')]))
      // Of years of days, only the newest are read.
      .$if(unfinishedFrom !== null, (query) => query.where('trafficDate', '>=', unfinishedFrom ?? from))
      .where('trafficDate', '<=', to)
      .orderBy('repositoryId')
      .orderBy('trafficDate')
      .execute()
  );
}

/** The stored whole weeks of a repository that begin in a span, oldest first. */
export async function listWeeks(db: Db, key: RepositoryKey, from: Day, to: Day): Promise<TrafficWeek[]> {
  const rows = await selectWeeks(db, key.tenantId, { from, to })
    .where('repositoryId', '=', key.repositoryId)
    .execute();
  return rows.map(({ repositoryId: _, ...week }) => week);
}

function selectWeeks(db: Db, tenantId: number, { from, to }: { from: Day; to: Day }) {
  return db
    .selectFrom('trafficWeek')
    .select(['repositoryId', 'weekStart', ...METRICS, 'observedAt'])
    .where('tenantId', '=', tenantId)
    .where('weekStart', '>=', from)
    .where('weekStart', '<=', to)
    .orderBy('weekStart');
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

/** GitHub's totals of 14 days as of a day. They are unknown where a file had only the lists of that day. */
export interface StoredWindow extends Figures {
  observedDate: Day;
}

/** Whether a window's totals are known. */
export function isWholeWindow<Window extends StoredWindow>(window: Window): window is Window & TrafficWindow {
  return METRICS.every((metric) => window[metric] !== null);
}

/** The newest two windows up to a day, newest first. Each marks a day of which there are lists too. */
export async function listNewestWindows(db: Db, key: RepositoryKey, to: Day): Promise<StoredWindow[]> {
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

/** The days of a span on which a window, and both lists, were read, oldest first. */
export async function listWindowDates(db: Db, key: RepositoryKey, from: Day, to: Day): Promise<Day[]> {
  const rows = await db
    .selectFrom('trafficWindow')
    .select('observedDate')
    .where('tenantId', '=', key.tenantId)
    .where('repositoryId', '=', key.repositoryId)
    .where('observedDate', '>=', from)
    .where('observedDate', '<=', to)
    .orderBy('observedDate')
    .execute();
  return rows.map(({ observedDate }) => observedDate);
}

/** GitHub's daily figures of a repository. */
export interface DaysRead {
  repositoryId: number;
  observed: Observed;
  reading: Reading;
  /** The last day that an earlier collection covered; null if there was none. */
  lastCoveredDate: Day | null;
  /** The repository's newest imported day; null without any. */
  importedThrough: Day | null;
}

/** Older days are final or cut since the last collection. */
const UNFINISHED_DAYS = 21;

/** Merges GitHub's daily figures into the stored ones. The caller holds the rows of the repositories. */
export async function saveDays(
  trx: Transaction<Tables>,
  tenantId: number,
  reads: readonly DaysRead[],
): Promise<void> {
  const around = { tenantId, ...toAround(reads) };
  const stored = await listMergedDays(trx, around);
  // Almost always none: imports are about the days before.
  const layered = reads
    .filter(({ importedThrough }) => mayMeet(importedThrough, around))
    .map(({ repositoryId }) => repositoryId);
  const hidden =
    layered.length === 0 ? [] : await listCollectedDays(trx, { ...around, repositoryIds: layered });
  const ours = [...stored.filter(({ importId }) => importId === null).map(toOwn), ...hidden];
  const merged = reads.map(({ repositoryId, observed, reading }) => {
    const own = ours.filter((day) => day.repositoryId === repositoryId);
    return { key: { tenantId, repositoryId }, reading, ...mergeDays(own, observed, reading) };
  });
  const changed = merged.flatMap(({ key: { repositoryId }, days }) =>
    days.map((day) => ({ ...day, repositoryId })),
  );
  if (layered.length === 0)
    await saveEffectiveDays(
      trx,
      tenantId,
      changed.map((day) => ({ ...day, importId: null })),
    );
  else await saveLayeredDays(trx, tenantId, changed);
  // The first observation stays: the same smaller figure again is no news.
  await mergeRows(
    trx,
    {
      into: 'trafficRevision',
      key: ['tenantId', 'repositoryId', 'trafficDate', 'metric', 'observed'],
      onlyIf: isImported,
      update: { kept: given('kept'), observedAt: given('observedAt'), importId: given('importId') },
    },
    merged.flatMap(({ key, reading, revisions }) =>
      revisions.map((revision) => ({ ...key, ...revision, observedAt: reading.now.toISOString() })),
    ),
  );
}

/** Whether an imported day may be among those that answers change. */
function mayMeet(importedThrough: Day | null, { from, unfinishedFrom }: Around): boolean {
  return (
    importedThrough !== null &&
    (unfinishedFrom === null || importedThrough >= unfinishedFrom || importedThrough >= from)
  );
}

const toOwn = ({ importId: _, ...day }: TrafficDay & { repositoryId: number; importId: number | null }) =>
  day;

function toAround(reads: readonly DaysRead[]): Omit<Around, 'tenantId'> {
  const spans = reads.map(({ observed, reading }) => {
    const named = [...(observed.views ?? []), ...(observed.clones ?? [])].map(({ date }) => date);
    const from = [...named, coverageOf(observed, reading.now).wholeFrom].sort();
    return { from: from[0] ?? toDay(reading.now), to: addDays(toDay(reading.now), 1) };
  });
  const from = spans.map((span) => span.from).sort()[0] ?? '';
  const to =
    spans
      .map((span) => span.to)
      .sort()
      .at(-1) ?? '';
  const covered = reads.map(({ lastCoveredDate }) => lastCoveredDate ?? '').sort()[0] ?? '';
  const unfinishedFrom = covered === '' ? null : [from, addDays(covered, -UNFINISHED_DAYS)].sort()[0];
  const repositoryIds = reads.map(({ repositoryId }) => repositoryId);
  return { repositoryIds, from, to, unfinishedFrom: unfinishedFrom ?? null };
}

/** GitHub's weekly figures of a repository. */
export interface RepositoryWeeksRead extends WeeksRead {
  repositoryId: number;
  now: Date;
}

/** Merges GitHub's weekly figures into the stored ones. The caller holds the rows of the repositories. */
export async function saveWeeks(
  trx: Transaction<Tables>,
  tenantId: number,
  reads: readonly RepositoryWeeksRead[],
): Promise<void> {
  if (reads.length === 0) return;
  const coverages = reads.map(({ days, now }) => coverageOf(days, now));
  const from = coverages.map(({ wholeFrom }) => weekOf(wholeFrom)).sort()[0] ?? '';
  const to =
    coverages
      .map(({ through }) => through)
      .sort()
      .at(-1) ?? '';
  const repositoryIds = reads.map(({ repositoryId }) => repositoryId);
  const stored = await selectWeeks(trx, tenantId, { from, to })
    .where('repositoryId', 'in', repositoryIds)
    .where('importId', 'is', null)
    .execute();
  await mergeRows(
    trx,
    {
      into: 'trafficWeek',
      key: ['tenantId', 'repositoryId', 'weekStart'],
      update: { ...givenFigures, observedAt: given('observedAt'), importId: given('importId') },
    },
    reads.flatMap(({ repositoryId, now, ...read }) => {
      const own = stored.filter((week) => week.repositoryId === repositoryId);
      return mergeWeeks(own, read, now).map((week) => ({ tenantId, repositoryId, ...week }));
    }),
  );
}

/** Stores the windows of a day; a later run on the same day replaces them. */
export async function saveWindows(
  trx: Transaction<Tables>,
  windows: readonly (RepositoryKey & TrafficWindow)[],
): Promise<void> {
  await mergeRows(
    trx,
    {
      into: 'trafficWindow',
      key: ['tenantId', 'repositoryId', 'observedDate'],
      update: { ...givenFigures, importId: given('importId') },
    },
    [...windows],
  );
}
