import { type Expression, expressionBuilder, type SqlBool } from 'kysely';
import type { TenantAccess } from '../access.ts';
import type { ProblemGroup } from '../answers/problems.ts';
import type { ProblemLog } from '../answers/runs.ts';
import type { Overview } from '../answers/stats.ts';
import type { Db } from '../db/database.ts';
import type { Tables } from '../db/tables.ts';
import type { Instant } from '../instant.ts';
import { type RepositoryStanding, toFullName } from '../repositories/repository.ts';
import { readTenantPage, type TenantPageRequest } from '../tenants/page.ts';
import { listFailingRules } from '../tracking/failing.ts';
import {
  findProblems,
  foldConsequences,
  groupProblems,
  isSuspect,
  NEWS_KINDS,
  toFreshSince,
} from './rules.ts';

/**
 * What needs action now among the repositories that somebody may see, by the watchdog's rules but without waiting for its
 * next round. Somebody who sees only some repositories does not see when the token expires, nor rules.
 */
export async function readAttention(
  db: Db,
  { tenantId, repositoryIds }: TenantAccess,
  rows: readonly RepositoryStanding[],
  now: Date,
): Promise<ProblemGroup[]> {
  const active = rows.filter(({ schedule }) => schedule !== 'paused');
  const tenant = await readWatchedTenant(db, tenantId);
  const lastSuccessAt = active.reduce<Instant | null>(
    (newest, row) => ((row.lastSuccessAt ?? '') > (newest ?? '') ? row.lastSuccessAt : newest),
    null,
  );
  const tokenExpiresAt = repositoryIds === null ? (tenant?.tokenExpiresAt ?? null) : null;
  const freshSince = toFreshSince(now);
  const repositories = active
    .filter((row) => isSuspect(row, freshSince))
    .map((row) => ({ ...row, fullName: toFullName(row) }));
  const rules = repositoryIds === null ? await listFailingRules(db, tenantId) : [];
  const watched = {
    tokenExpiresAt,
    lastSuccessAt,
    lastRunAt: tenant?.lastRunAt ?? null,
    repositories,
    failingRules: rules,
  };
  return groupProblems(foldConsequences(findProblems(watched, now), repositories));
}

function readWatchedTenant(db: Db, tenantId: number) {
  return db
    .selectFrom('tenant')
    .select('tokenExpiresAt')
    .select((eb) =>
      eb
        .selectFrom('collectionRun')
        .select(({ fn }) => fn.max<Instant | null>('startedAt').as('startedAt'))
        .whereRef('collectionRun.tenantId', '=', 'tenant.tenantId')
        .as('lastRunAt'),
    )
    .where('tenantId', '=', tenantId)
    .executeTakeFirst();
}

/** What the watchdog noted of GitHub itself for a tenant, and nobody has to act for. */
export async function readNews(db: Db, tenantId: number): Promise<Overview['news']> {
  return db
    .selectFrom('problem')
    .select(['kind', 'code', 'message', 'sinceAt as since'])
    .where('tenantId', '=', tenantId)
    .where('untilAt', 'is', null)
    .where('kind', 'in', NEWS_KINDS)
    .orderBy('problemId')
    .execute();
}

/**
 * The watchdog's open problems of a page of tenants, by the tenant's name; `limit` counts tenants. Throws `invalid_input` for an
 * unknown cursor.
 */
export async function listProblems(db: Db, request: TenantPageRequest): Promise<ProblemLog> {
  const { tenantIds, nextCursor } = await readTenantPage(db, hasOpenProblem(), request);
  if (tenantIds.length === 0) return { problems: [], nextCursor: null };
  const rows = await db
    .selectFrom('problem as p')
    .innerJoin('tenant as t', 't.tenantId', 'p.tenantId')
    .select(['p.tenantId', 't.name as tenantName', 'p.problemId', 'p.kind', 'p.code', 'p.repositoryId'])
    .select(['p.fullName', 'p.message', 'p.sinceAt as since'])
    .where('p.tenantId', 'in', tenantIds)
    .where('p.untilAt', 'is', null)
    .where('p.kind', 'not in', NEWS_KINDS)
    .orderBy('t.name')
    .orderBy('p.tenantId')
    .orderBy('p.problemId')
    .execute();
  const untold = await listUntold(db, tenantIds);
  const tenants = new Map(rows.map(({ tenantId, tenantName }) => [tenantId, tenantName]));
  const problems = [...tenants].flatMap(([tenantId, tenantName]) =>
    groupProblems(
      rows.flatMap((row) => (row.tenantId === tenantId ? [{ ...row, daysUntilLoss: null }] : [])),
    ).map((group) => ({
      tenantId,
      tenantName,
      ...group,
      untold: untold
        .filter((one) => one.tenantId === tenantId)
        .map(({ channel, message }) => ({ channel, message: message ?? '' })),
    })),
  );
  return { problems, nextCursor };
}

/** The tenant has a problem that somebody has to act for. */
function hasOpenProblem(): Expression<SqlBool> {
  const { exists, selectFrom } = expressionBuilder<Tables, 'tenant'>();
  return exists(
    selectFrom('problem')
      .select('problem.problemId')
      .whereRef('problem.tenantId', '=', 'tenant.tenantId')
      .where('problem.untilAt', 'is', null)
      .where('problem.kind', 'not in', NEWS_KINDS),
  );
}

function listUntold(db: Db, tenantIds: number[]) {
  return db
    .selectFrom('problemNotice as n')
    .innerJoin('problem as p', (join) =>
      join.onRef('p.tenantId', '=', 'n.tenantId').onRef('p.problemId', '=', 'n.problemId'),
    )
    .innerJoin('channel as c', (join) =>
      join.onRef('c.tenantId', '=', 'n.tenantId').onRef('c.channelId', '=', 'n.channelId'),
    )
    .select(['n.tenantId', 'c.name as channel', 'n.failureMessage as message'])
    .distinct()
    .where('n.tenantId', 'in', tenantIds)
    .where('p.untilAt', 'is', null)
    .where('n.sentAt', 'is', null)
    .where('n.failureCode', 'is not', null)
    .execute();
}
