import { type RawBuilder, sql } from 'kysely';
import type { TenantAccess } from '../access.ts';
import type { Bucket, Range } from '../answers/figures.ts';
import { type Day, toDay } from '../day.ts';
import type { Db } from '../db/database.ts';
import { sqlMonthOf, sqlWeekOf } from '../db/portable.ts';
import { listRepositoryRows, toFullName } from '../repositories/repository.ts';
import { METRICS } from '../traffic/figures.ts';
import { findFirstDate } from '../traffic/tables.ts';
import { rememberedFrom } from '../traffic/window.ts';
import { type RangeRequest, toRange } from './range.ts';

/** Which days of which repositories. */
export interface TableScope extends RangeRequest {
  /** Only repositories whose full name contains it. */
  q?: string | undefined;
  /** Only these. */
  repositories?: number[] | undefined;
}

interface RepositoryName {
  owner: string;
  name: string;
}

const MAX_BUCKETS = 3660;

/**
 * The days and repositories that a request means today; `sought` is null for all of the tenant's. Throws what `toRange`
 * throws.
 */
export async function toScope(db: Db, access: TenantAccess, request: TableScope, now: Date) {
  const today = toDay(now);
  const first = request.range === 'all' ? await findFirstDate(db, access) : null;
  const range = toRange(request, today, first, MAX_BUCKETS);
  const found = await searchRepositories(db, access, request.q);
  const { repositories } = request;
  const sought =
    repositories && found ? repositories.filter((id) => found.includes(id)) : (repositories ?? found);
  return { today, range, sought };
}

/** The ids of the repositories in scope whose name contains the text; null: all of the tenant's. */
async function searchRepositories(db: Db, access: TenantAccess, q: string | undefined) {
  const sought = q?.trim().toLowerCase() ?? '';
  if (sought === '') return access.repositoryIds;
  const rows = await listRepositoryRows(db, access);
  return rows
    .filter((row) => toFullName(row).toLowerCase().includes(sought))
    .map(({ repositoryId }) => repositoryId);
}

/** The names of the repositories in scope, by id. */
export async function readNames(db: Db, { tenantId, repositoryIds }: TenantAccess) {
  if (repositoryIds?.length === 0) return new Map<number | null, RepositoryName>();
  const rows = await db
    .selectFrom('repository')
    .select(['repositoryId', 'owner', 'name'])
    .where('tenantId', '=', tenantId)
    .$if(repositoryIds !== null, (query) => query.where('repositoryId', 'in', repositoryIds ?? []))
    .execute();
  return new Map<number | null, RepositoryName>(
    rows.map(({ repositoryId, owner, name }) => [repositoryId, { owner, name }]),
  );
}

/** SQL for the first day of the bucket that `d`, a stored day, is in. */
export function bucketColumn(by: Bucket): RawBuilder<Day> {
  if (by === 'day') return sql<Day>`d.traffic_date`;
  return by === 'week' ? sqlWeekOf('d.trafficDate') : sqlMonthOf('d.trafficDate');
}

/** The first and the last day. */
export type Span = Pick<Range, 'from' | 'to'>;

/** The stored days of a span in scope, as `d`. */
export function selectSpan(db: Db, { tenantId, repositoryIds }: TenantAccess, { from, to }: Span) {
  return db
    .selectFrom('trafficDay as d')
    .where('d.tenantId', '=', tenantId)
    .where('d.trafficDate', '>=', from)
    .where('d.trafficDate', '<=', to)
    .$if(repositoryIds !== null, (query) => query.where('d.repositoryId', 'in', repositoryIds ?? []));
}

/** The figures of all repositories in scope together, by day. */
export function selectFiguresByDay(db: Db, access: TenantAccess, span: Span) {
  return selectSpan(db, access, span)
    .select('d.trafficDate as date')
    .select(({ fn }) => METRICS.map((metric) => fn.sum<number | null>(`d.${metric}`).as(metric)))
    .groupBy('d.trafficDate');
}

/** The stored days of a range in scope with their buckets. */
export function selectDays(db: Db, access: TenantAccess, range: Range) {
  return selectSpan(db, access, range).select(['d.repositoryId', bucketColumn(range.by).as('bucket')]);
}

/** The same with their repositories, as `r`. */
export function selectNamedDays(db: Db, access: TenantAccess, span: Span) {
  return selectSpan(db, access, span).innerJoin('repository as r', (join) =>
    join.onRef('r.tenantId', '=', 'd.tenantId').onRef('r.repositoryId', '=', 'd.repositoryId'),
  );
}

/** Conditions on a day of {@link selectNamedDays}: were it not stored, it would be lost, or could still come. */
export function coverage(today: Day) {
  const shown = sql`coalesce(r.forgotten_before, ${rememberedFrom(today)})`;
  return {
    isCovered: sql`d.traffic_date >= r.first_covered_date and d.traffic_date < ${shown}`,
    isShown: sql`d.traffic_date >= r.first_covered_date and d.traffic_date >= ${shown}`,
  };
}

/** The condition that a row of a statement with one table is of a repository in scope. */
export function inScope({ tenantId, repositoryIds }: TenantAccess) {
  const inTenant = sql<boolean>`tenant_id = ${tenantId}`;
  if (repositoryIds === null) return inTenant;
  if (repositoryIds.length === 0) return sql<boolean>`1 = 0`;
  return sql<boolean>`${inTenant} and repository_id in (${sql.join(repositoryIds)})`;
}
