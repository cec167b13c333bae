import type { Transaction } from 'kysely';
import { startOf, toDayAndMonth } from '../day.ts';
import type { Db } from '../db/database.ts';
import { inTransaction } from '../db/portable.ts';
import { requireInitialized } from '../db/schema.ts';
import type { Tables } from '../db/tables.ts';
import type { Instant } from '../instant.ts';
import { lockTenantIfThere } from '../locks.ts';
import { stalledColumn, toFullName } from '../repositories/repository.ts';
import { logsKeptSince } from '../retention.ts';
import { listFailingRules } from '../tracking/failing.ts';
import { type Stall, stalledSince, toStallMessage, updateStalls } from '../traffic/publication.ts';
import { judgeSilence, listSuspectDays, type SuspectDays } from '../traffic/silence.ts';
import { ago, type FoundProblem, findProblems, toFreshSince, type WatchedRepository } from './rules.ts';

/** How far back to look at runs: longer than any collection may be late. */
const LOOK_BACK_MS = 14 * 86_400_000;

/**
 * Stores the problems of all tenants that began, and closes those that are over. Doing it twice changes nothing, and two at
 * once store each problem once. Returns how many began and how many are over. Throws `not_initialized` and
 * `schema_mismatch`.
 */
export async function watchProblems(db: Db, now: Date): Promise<{ began: number; over: number }> {
  await requireInitialized(db);
  const found = await findAll(db, now);
  const open = await listOpenProblems(db);
  const tenantIds = new Set([...found.keys(), ...open.map(({ tenantId }) => tenantId)]);
  const total = { began: 0, over: 0 };
  for (const tenantId of tenantIds) {
    const known = open.filter((one) => one.tenantId === tenantId);
    const { began, over } = compareProblems(known, found.get(tenantId) ?? []);
    if (began.length + over.length === 0) continue;
    const changes = await inTransaction(db, (trx) =>
      updateProblems(trx, tenantId, found.get(tenantId) ?? [], now),
    );
    total.began += changes.began;
    total.over += changes.over;
  }
  return total;
}

/** All repositories of the tenant's server fell silent together. */
function toSilenceNews({ first, last }: SuspectDays): FoundProblem {
  const from = toDayAndMonth(first);
  const when = first === last ? `on ${from}` : `between ${from} and ${toDayAndMonth(last)}`;
  const days = first === last ? 'this day is' : 'these days are';
  return {
    kind: 'all_silent',
    code: 'suspect',
    repositoryId: null,
    fullName: null,
    message: `GitHub counted nothing for any repository ${when}. That may be its failure, so ${days} not compared.`,
    since: startOf(first).toISOString(),
    daysUntilLoss: null,
  };
}

function toStallNews(stall: Stall): FoundProblem {
  return {
    kind: 'github_stalled',
    code: stall.visibility,
    repositoryId: null,
    fullName: null,
    message: toStallMessage(stall),
    since: stalledSince(stall),
    daysUntilLoss: null,
  };
}

async function findAll(db: Db, now: Date): Promise<Map<number, FoundProblem[]>> {
  const tenants = await db.selectFrom('tenant').select(['tenantId', 'tokenExpiresAt']).execute();
  const successes = await listLastSuccesses(db);
  const runs = await listLastRuns(db, now);
  const repositories = await listSuspects(db, now);
  const failingRules = await listFailingRules(db);
  const byTenant = new Map<number, WatchedRepository[]>();
  for (const { tenantId, owner, name, ...one } of repositories)
    byTenant.set(tenantId, [
      ...(byTenant.get(tenantId) ?? []),
      { ...one, fullName: toFullName({ owner, name }) },
    ]);
  const found = tenants.map(({ tenantId, tokenExpiresAt }): [number, FoundProblem[]] => {
    const lastSuccessAt = successes.get(tenantId) ?? null;
    const lastRunAt = runs.get(tenantId) ?? null;
    const suspects = byTenant.get(tenantId) ?? [];
    return [
      tenantId,
      findProblems(
        {
          tokenExpiresAt,
          lastSuccessAt,
          lastRunAt,
          repositories: suspects,
          failingRules: failingRules.filter((rule) => rule.tenantId === tenantId),
        },
        now,
      ),
    ];
  });
  const stalls = await findStallsOfTenants(db, now);
  const silences = await findSilences(db, now);
  const all = found.map(([tenantId, problems]): [number, FoundProblem[]] => [
    tenantId,
    [...problems, ...(stalls.get(tenantId) ?? []), ...(silences.get(tenantId) ?? [])],
  ]);
  return new Map(all.filter(([, problems]) => problems.length > 0));
}

/** Where GitHub stands still, by tenant: once for all the repositories of a visibility. */
async function findStallsOfTenants(db: Db, now: Date): Promise<Map<number, FoundProblem[]>> {
  const stalls = await updateStalls(db, now);
  if (stalls.length === 0) return new Map();
  const publishers = await db
    .selectFrom('repository as r')
    .innerJoin('tenant as t', 't.tenantId', 'r.tenantId')
    .select(['t.tenantId', 't.serverId', 'r.visibility'])
    .distinct()
    .where('r.schedule', '<>', 'paused')
    .where('r.publishedThrough', 'is not', null)
    .execute();
  const found = new Map<number, FoundProblem[]>();
  for (const { tenantId, serverId, visibility } of publishers) {
    const stall = stalls.find((one) => one.serverId === serverId && one.visibility === visibility);
    if (stall) found.set(tenantId, [...(found.get(tenantId) ?? []), toStallNews(stall)]);
  }
  return found;
}

/** Whose days are suspect, by tenant. */
async function findSilences(db: Db, now: Date): Promise<Map<number, FoundProblem[]>> {
  await judgeSilence(db, now);
  const suspect = await listSuspectDays(db, now);
  return new Map(suspect.map((days) => [days.tenantId, [toSilenceNews(days)]]));
}

async function listLastSuccesses(db: Db): Promise<Map<number, Instant | null>> {
  const rows = await db
    .selectFrom('repository')
    .select(({ fn }) => ['tenantId', fn.max<Instant | null>('lastSuccessAt').as('lastSuccessAt')])
    .where('schedule', '<>', 'paused')
    .groupBy('tenantId')
    .execute();
  return new Map(rows.map(({ tenantId, lastSuccessAt }) => [tenantId, lastSuccessAt]));
}

async function listLastRuns(db: Db, now: Date): Promise<Map<number, Instant>> {
  const rows = await db
    .selectFrom('collectionRun')
    .select(({ fn }) => ['tenantId', fn.max<Instant>('startedAt').as('startedAt')])
    .where('startedAt', '>', ago(now, LOOK_BACK_MS))
    .groupBy('tenantId')
    .execute();
  return new Map(rows.map(({ tenantId, startedAt }) => [tenantId, startedAt]));
}

/** The repositories of all tenants for which `isSuspect` holds, usually few. */
function listSuspects(db: Db, now: Date) {
  return db
    .selectFrom('repository as r')
    .innerJoin('tenant as t', 't.tenantId', 'r.tenantId')
    .leftJoin('publication as p', (join) =>
      join.onRef('p.serverId', '=', 't.serverId').onRef('p.visibility', '=', 'r.visibility'),
    )
    .select(['r.tenantId', 'r.repositoryId', 'r.owner', 'r.name', 'r.schedule', 'r.addedAt'])
    .select(['r.lastCoveredDate', 'r.publishedThrough', 'r.oldCopyThrough', 'r.lastSuccessAt'])
    .select(['r.failureCode', 'r.failureMessage', 'r.failureAt'])
    .select(stalledColumn)
    .where('schedule', '<>', 'paused')
    .where(({ eb, or }) =>
      or([
        eb('failureCode', 'is not', null),
        eb('lastSuccessAt', 'is', null),
        eb('lastSuccessAt', '<=', toFreshSince(now)),
        eb('oldCopyThrough', 'is not', null),
      ]),
    )
    .execute();
}

const selectOpenProblems = (db: Db) =>
  db
    .selectFrom('problem')
    .select(['tenantId', 'problemId', 'kind', 'code', 'repositoryId'])
    .where('untilAt', 'is', null);

const listOpenProblems = (db: Db) => selectOpenProblems(db).execute();

type OpenProblem = Awaited<ReturnType<typeof listOpenProblems>>[number];
type Cause = Pick<FoundProblem, 'kind' | 'code' | 'repositoryId'>;

const causeOf = ({ kind, code, repositoryId }: Cause) => `${kind} ${code} ${repositoryId ?? ''}`;

function compareProblems(open: readonly OpenProblem[], found: readonly FoundProblem[]) {
  const known = new Set(open.map(causeOf));
  const current = new Set(found.map(causeOf));
  return {
    began: found.filter((one) => !known.has(causeOf(one))),
    over: open.filter((one) => !current.has(causeOf(one))),
  };
}

/** Locks the tenant, so two that store its problems take turns. */
async function updateProblems(
  trx: Transaction<Tables>,
  tenantId: number,
  found: readonly FoundProblem[],
  now: Date,
): Promise<{ began: number; over: number }> {
  if (!(await lockTenantIfThere(trx, tenantId))) return { began: 0, over: 0 };
  const { began, over } = compareProblems(
    await selectOpenProblems(trx).where('tenantId', '=', tenantId).execute(),
    found,
  );
  for (const { since: sinceAt, daysUntilLoss: _, ...problem } of began)
    await trx
      .insertInto('problem')
      .values({ tenantId, ...problem, sinceAt })
      .execute();
  for (const { problemId } of over)
    await trx
      .updateTable('problem')
      .set({ untilAt: now.toISOString() })
      .where('tenantId', '=', tenantId)
      .where('problemId', '=', problemId)
      .execute();
  return { began: began.length, over: over.length };
}

/** Deletes problems that ended before logs are kept, with their notices. Returns how many. */
export async function deleteOldProblems(db: Db, now: Date): Promise<number> {
  const since = logsKeptSince(now);
  const { numDeletedRows } = await db.deleteFrom('problem').where('untilAt', '<', since).executeTakeFirst();
  return Number(numDeletedRows);
}
