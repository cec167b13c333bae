import type { Transaction } from 'kysely';
import type { TrafficWindow } from '../answers/stats.ts';
import { addDays, type Day, toDay } from '../day.ts';
import type { Db } from '../db/database.ts';
import { inTransaction } from '../db/portable.ts';
import type { Tables } from '../db/tables.ts';
import type { Instant } from '../instant.ts';
import { toFullName } from '../repositories/repository.ts';
import {
  type Era,
  findCorrections,
  LOOK_AHEAD_DAYS,
  LOOK_BACK_DAYS,
  type StoredTraffic,
} from './correction.ts';
import { METRICS } from './figures.ts';
import type { TrafficDay } from './merge.ts';
import { isWholeWindow, type RepositoryKey } from './tables.ts';
import { shownFrom } from './window.ts';

/** Days of a repository whose zeros the stored windows neither confirm nor refute. */
interface UndecidedDays extends RepositoryKey {
  /** `owner/name`. */
  repository: string;
  days: Day[];
}

/** What a correction did; every number counts days of repositories. */
export interface CorrectedTraffic {
  /** Zero because of an old copy, and unknown now. */
  falseZeros: number;
  /** Zero, perhaps because of an old copy. They stay. */
  undecidedZeros: number;
  /** At most 20 repositories with such days. Each has a line in the log. */
  undecided: UndecidedDays[];
  /** Provisional, and final now. */
  madeFinal: number;
  /** Provisional, forgotten by GitHub, and incomplete now. */
  madeCut: number;
  /** The id of the last repository that was looked at when time ran out: continue after it. Null: all were. */
  next: number | null;
}

/** Where a correction starts, and how long it continues. */
export interface CorrectionOrder {
  /** Only repositories with a larger id. */
  after: number;
  now: Date;
  isTime: () => boolean;
}

/** github.com has written zeros out since then. */
const GITHUB_WRITES_ZEROS_SINCE: Instant = '2025-12-31T00:00:00.000Z';
/** The schema with which windows were first taken from the answers. */
const SCHEMA_OF_WINDOWS = 15;
/** Few, because years of days of each are read at once. */
const PAGE_SIZE = 25;
const MAX_EXAMPLES = 20;

/**
 * Corrects days that were stored by the rules for sparse answers though the server wrote zeros out, repository by
 * repository, while `isTime` says so. Logs a line for each repository with zeros that are wrong or undecided. Doing it
 * again changes nothing, but more provisional days may have been forgotten.
 */
export async function correctTraffic(db: Db, order: CorrectionOrder): Promise<CorrectedTraffic> {
  const total: CorrectedTraffic = {
    falseZeros: 0,
    undecidedZeros: 0,
    undecided: [],
    madeFinal: 0,
    madeCut: 0,
    next: null,
  };
  const eras = await readEras(db);
  for (let after = order.after; ; ) {
    const page = await listRepositories(db, after);
    const last = page.at(-1);
    if (!last) return total;
    const judged = await readJudged(db, page, eras);
    for (const one of judged) await correctRepository(db, one, order.now, total);
    after = last.repositoryId;
    if (page.length < PAGE_SIZE) return total;
    if (!order.isTime()) return { ...total, next: after };
  }
}

interface RepositoryToCorrect extends RepositoryKey {
  serverId: number;
  owner: string;
  name: string;
  forgottenBefore: Day | null;
}

interface Judged {
  repository: RepositoryToCorrect;
  stored: StoredTraffic;
  /** Null: the server is not known to have written zeros out. */
  era: Era | null;
}

async function correctRepository(
  db: Db,
  { repository, stored, era }: Judged,
  now: Date,
  total: CorrectedTraffic,
): Promise<void> {
  const { tenantId, repositoryId } = repository;
  const key = { tenantId, repositoryId };
  const { wrong, undecided, final } = era
    ? findCorrections(stored, era)
    : { wrong: [], undecided: [], final: [] };
  const isFinal = new Set(final.map(({ trafficDate }) => trafficDate));
  const shown = shownFrom(repository, toDay(now));
  const cut = stored.days
    .filter(({ state, trafficDate }) => state === 'provisional' && trafficDate < shown)
    .map(({ trafficDate }) => trafficDate)
    .filter((date) => !isFinal.has(date));
  const finalIn = (state: TrafficDay['state']) =>
    final.filter((one) => one.state === state).map(({ trafficDate }) => trafficDate);
  await inTransaction(db, async (trx) => {
    await deleteZeros(trx, key, wrong);
    await endProvisional(trx, key, 'measured', finalIn('measured'));
    await endProvisional(trx, key, 'zero', finalIn('zero'));
    await endProvisional(trx, key, 'cut', cut);
  });
  total.falseZeros += wrong.length;
  total.undecidedZeros += undecided.length;
  total.madeFinal += final.length;
  total.madeCut += cut.length;
  if (undecided.length > 0 && total.undecided.length < MAX_EXAMPLES)
    total.undecided.push({ ...key, repository: toFullName(repository), days: undecided });
  if (wrong.length + undecided.length > 0)
    console.log(JSON.stringify({ level: 'warn', code: 'false_zeros', ...key, unknownNow: wrong, undecided }));
}

/** When each server wrote zeros out while its answers were still read as sparse ones. */
async function readEras(db: Db): Promise<Map<number, Era>> {
  const applied = await db
    .selectFrom('schemaVersion')
    .select('appliedAt')
    .where('version', '=', SCHEMA_OF_WINDOWS)
    .executeTakeFirst();
  if (!applied) return new Map();
  const until = applied.appliedAt;
  const servers = await db.selectFrom('githubServer').select(['serverId', 'kind']).execute();
  const others = new Map((await listFirstWrittenZeros(db)).map((one) => [one.serverId, one.observedAt]));
  return new Map(
    servers.flatMap(({ serverId, kind }) => {
      const since = kind === 'github' ? GITHUB_WRITES_ZEROS_SINCE : others.get(serverId);
      return since === undefined ? [] : [[serverId, { since, until }]];
    }),
  );
}

/**
 * A sparse answer leaves out days without traffic, so that only a server which writes zeros out gives a day that is not
 * `zero` and has nothing but zeros.
 */
function listFirstWrittenZeros(db: Db): Promise<{ serverId: number; observedAt: Instant }[]> {
  return db
    .selectFrom('githubServer')
    .innerJoin('tenant', 'tenant.serverId', 'githubServer.serverId')
    .innerJoin('trafficDay', 'trafficDay.tenantId', 'tenant.tenantId')
    .select(['githubServer.serverId', ({ fn }) => fn.min<Instant>('observedAt').as('observedAt')])
    .where('kind', '<>', 'github')
    .where('state', 'in', ['measured', 'provisional'])
    .where('viewCount', '=', 0)
    .where('cloneCount', '=', 0)
    .groupBy('githubServer.serverId')
    .execute();
}

function listRepositories(db: Db, after: number): Promise<RepositoryToCorrect[]> {
  return db
    .selectFrom('repository')
    .innerJoin('tenant', 'tenant.tenantId', 'repository.tenantId')
    .select([
      'repository.tenantId',
      'repositoryId',
      'serverId',
      'owner',
      'repository.name',
      'forgottenBefore',
    ])
    .where('repositoryId', '>', after)
    .orderBy('repositoryId')
    .limit(PAGE_SIZE)
    .execute();
}

/** What is stored of the repositories that have days to judge, as far around those days as it matters. */
async function readJudged(
  db: Db,
  page: readonly RepositoryToCorrect[],
  eras: ReadonlyMap<number, Era>,
): Promise<Judged[]> {
  const spans = await listSpans(db, page, [...eras.values()][0]?.until ?? null);
  const ids = new Set(spans.map(({ repositoryId }) => repositoryId));
  const repositories = page.filter(({ repositoryId }) => ids.has(repositoryId));
  const first = spans.map((span) => span.first).sort()[0];
  const last = spans
    .map((span) => span.last)
    .sort()
    .at(-1);
  if (first === undefined || last === undefined) return [];
  const span = { from: addDays(first, -LOOK_BACK_DAYS), to: addDays(last, LOOK_AHEAD_DAYS) };
  const days = await listDaysOf(db, repositories, span);
  const windows = await listWindowsOf(db, repositories, span);
  const revised = await listRevisedOf(db, repositories, span);
  return repositories.map((repository) => {
    const isOfIt = (row: RepositoryKey) => row.repositoryId === repository.repositoryId;
    const revisedDays = revised.filter(isOfIt).map(({ trafficDate }) => trafficDate);
    return {
      repository,
      stored: {
        days: days.filter(isOfIt),
        windows: windows.filter(isOfIt),
        revised: new Set(revisedDays),
      },
      era: eras.get(repository.serverId) ?? null,
    };
  });
}

interface Span {
  from: Day;
  to: Day;
}

const tenantIdsOf = (rows: readonly RepositoryKey[]) => [...new Set(rows.map(({ tenantId }) => tenantId))];
const repositoryIdsOf = (rows: readonly RepositoryKey[]) => rows.map(({ repositoryId }) => repositoryId);

/** The first and the last day to judge of each repository that has any. */
async function listSpans(db: Db, page: readonly RepositoryKey[], until: Instant | null) {
  return db
    .selectFrom('trafficDay')
    .select(({ fn }) => [
      'repositoryId',
      fn.min<Day>('trafficDate').as('first'),
      fn.max<Day>('trafficDate').as('last'),
    ])
    .where('tenantId', 'in', tenantIdsOf(page))
    .where('repositoryId', 'in', repositoryIdsOf(page))
    .where(({ eb, or, and }) => {
      const isProvisional = eb('state', '=', 'provisional');
      if (until === null) return isProvisional;
      const isOldZero = and([
        eb('state', '=', 'zero'),
        eb('observedAt', '>=', GITHUB_WRITES_ZEROS_SINCE),
        eb('observedAt', '<', until),
      ]);
      return or([isProvisional, isOldZero]);
    })
    .groupBy('repositoryId')
    .execute();
}

function listDaysOf(
  db: Db,
  repositories: readonly RepositoryKey[],
  { from, to }: Span,
): Promise<(TrafficDay & RepositoryKey)[]> {
  return db
    .selectFrom('trafficDay')
    .select(['tenantId', 'repositoryId', 'trafficDate', ...METRICS, 'state', 'observedAt'])
    .where('tenantId', 'in', tenantIdsOf(repositories))
    .where('repositoryId', 'in', repositoryIdsOf(repositories))
    .where('importId', 'is', null)
    .where('trafficDate', '>=', from)
    .where('trafficDate', '<=', to)
    .orderBy('trafficDate')
    .execute();
}

async function listWindowsOf(
  db: Db,
  repositories: readonly RepositoryKey[],
  { from, to }: Span,
): Promise<(TrafficWindow & RepositoryKey)[]> {
  const rows = await db
    .selectFrom('trafficWindow')
    .select(['tenantId', 'repositoryId', 'observedDate', ...METRICS])
    .where('tenantId', 'in', tenantIdsOf(repositories))
    .where('repositoryId', 'in', repositoryIdsOf(repositories))
    .where('importId', 'is', null)
    .where('observedDate', '>=', from)
    .where('observedDate', '<=', to)
    .execute();
  return rows.filter(isWholeWindow);
}

function listRevisedOf(db: Db, repositories: readonly RepositoryKey[], { from, to }: Span) {
  return db
    .selectFrom('trafficRevision')
    .select(['tenantId', 'repositoryId', 'trafficDate'])
    .distinct()
    .where('tenantId', 'in', tenantIdsOf(repositories))
    .where('repositoryId', 'in', repositoryIdsOf(repositories))
    .where('trafficDate', '>=', from)
    .where('trafficDate', '<=', to)
    .execute();
}

/** A run may have read the days meanwhile: only what is still zero is deleted. */
async function deleteZeros(
  trx: Transaction<Tables>,
  { tenantId, repositoryId }: RepositoryKey,
  dates: readonly Day[],
): Promise<void> {
  if (dates.length === 0) return;
  await trx
    .deleteFrom('trafficDay')
    .where('tenantId', '=', tenantId)
    .where('repositoryId', '=', repositoryId)
    .where('trafficDate', 'in', dates)
    .where('importId', 'is', null)
    .where('state', '=', 'zero')
    .execute();
}

/** A run may have read the days meanwhile: only what is still provisional is changed. */
async function endProvisional(
  trx: Transaction<Tables>,
  { tenantId, repositoryId }: RepositoryKey,
  state: 'measured' | 'zero' | 'cut',
  dates: readonly Day[],
): Promise<void> {
  if (dates.length === 0) return;
  await trx
    .updateTable('trafficDay')
    .set({ state })
    .where('tenantId', '=', tenantId)
    .where('repositoryId', '=', repositoryId)
    .where('trafficDate', 'in', dates)
    .where('importId', 'is', null)
    .where('state', '=', 'provisional')
    .execute();
}
