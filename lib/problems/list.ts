import type { TenantAccess } from '../access.ts';
import type { ProblemGroup } from '../answers/problems.ts';
import type { LoggedProblem } from '../answers/runs.ts';
import type { Overview } from '../answers/stats.ts';
import type { Db } from '../db/database.ts';
import type { Instant } from '../instant.ts';
import { type RepositoryRow, toFullName } from '../repositories/repository.ts';
import { findProblems, groupProblems, NEWS_KINDS } from './rules.ts';

/**
 * What needs action now among the repositories that somebody may see, by the watchdog's rules but without waiting for its
 * next round. Somebody who sees only some repositories does not see when the token expires.
 */
export async function readAttention(
  db: Db,
  { tenantId, repositoryIds }: TenantAccess,
  rows: readonly RepositoryRow[],
  now: Date,
): Promise<ProblemGroup[]> {
  const active = rows.filter(({ schedule }) => schedule !== 'paused');
  const tenant = await readWatchedTenant(db, tenantId);
  const lastSuccessAt = active.reduce<Instant | null>(
    (newest, row) => ((row.lastSuccessAt ?? '') > (newest ?? '') ? row.lastSuccessAt : newest),
    null,
  );
  const tokenExpiresAt = repositoryIds === null ? (tenant?.tokenExpiresAt ?? null) : null;
  const repositories = active.map((row) => ({ ...row, fullName: toFullName(row) }));
  const watched = { tokenExpiresAt, lastSuccessAt, lastRunAt: tenant?.lastRunAt ?? null, repositories };
  return groupProblems(findProblems(watched, now));
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

/** The watchdog's open problems of all tenants, by tenant. */
export async function listProblems(db: Db): Promise<LoggedProblem[]> {
  const rows = await db
    .selectFrom('problem as p')
    .innerJoin('tenant as t', 't.tenantId', 'p.tenantId')
    .select(['p.tenantId', 't.name as tenantName', 'p.problemId', 'p.kind', 'p.code', 'p.repositoryId'])
    .select(['p.fullName', 'p.message', 'p.sinceAt as since'])
    .where('p.untilAt', 'is', null)
    .where('p.kind', 'not in', NEWS_KINDS)
    .orderBy('t.name')
    .orderBy('p.problemId')
    .execute();
  const untold = await listUntold(db);
  const tenants = new Map(rows.map(({ tenantId, tenantName }) => [tenantId, tenantName]));
  return [...tenants].flatMap(([tenantId, tenantName]) =>
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
}

function listUntold(db: Db) {
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
    .where('p.untilAt', 'is', null)
    .where('n.sentAt', 'is', null)
    .where('n.failureCode', 'is not', null)
    .execute();
}
