import { type Selectable, type SqlBool, sql } from 'kysely';
import type { TenantAccess } from '../access.ts';
import type { Problem, Repository, RepositoryList, Stored } from '../answers/repositories.ts';
import { type Day, toDay } from '../day.ts';
import type { Db } from '../db/database.ts';
import type { Schedule } from '../db/tables/repositories.ts';
import type { Tables } from '../db/tables.ts';
import { isRefusal, isTokenFault } from '../failure.ts';
import { notFound } from '../request.ts';
import { daysUntilLoss } from '../traffic/window.ts';
import { withoutTrailingSlashes } from '../url.ts';

/** A stored repository with the URL of its server, its newest stars and forks, the rule that added it, and where GitHub stands still. */
export type RepositoryRow = Selectable<Tables['repository']> & {
  serverUrl: string;
  ruleOwner: string | null;
  namePattern: string | null;
  stars: number | null;
  forks: number | null;
  stalledThrough: Day | null;
};

/** `stalledThrough` of a statement that joins `publication as p` with a repository's server and visibility. */
export const stalledColumn =
  sql<Day | null>`case when p.stalled_at is not null then p.published_through end`.as('stalledThrough');

/** What an overview needs of each repository. */
const STANDING = [
  'repositoryId',
  'owner',
  'name',
  'visibility',
  'colorIndex',
  'archivedAt',
  'schedule',
  'addedAt',
  'firstCoveredDate',
  'lastCoveredDate',
  'publishedThrough',
  'forgottenBefore',
  'oldCopyThrough',
  'lastSuccessAt',
  'failureCode',
  'failureMessage',
  'failureAt',
] as const satisfies (keyof RepositoryRow)[];

/** A repository's names, and how its collection stands. */
export type RepositoryStanding = Pick<
  RepositoryRow,
  (typeof STANDING)[number] | 'serverUrl' | 'stars' | 'forks' | 'stalledThrough'
>;

/** The rows of the repositories in scope, by full name. */
export async function listRepositoryRows(db: Db, access: TenantAccess): Promise<RepositoryRow[]> {
  if (access.repositoryIds?.length === 0) return [];
  return selectRepositories(db, access)
    .leftJoin('trackingRule as g', (join) =>
      join.onRef('g.tenantId', '=', 'r.tenantId').onRef('g.ruleId', '=', 'r.ruleId'),
    )
    .selectAll('r')
    .select(['g.owner as ruleOwner', 'g.namePattern'])
    .execute();
}

/** The same with fewer columns: there may be thousands. */
export async function listStandings(db: Db, access: TenantAccess): Promise<RepositoryStanding[]> {
  if (access.repositoryIds?.length === 0) return [];
  return selectRepositories(db, access)
    .select(STANDING.map((column) => `r.${column}` as const))
    .execute();
}

function selectRepositories(db: Db, { tenantId, repositoryIds }: TenantAccess) {
  return db
    .selectFrom('repository as r')
    .innerJoin('tenant as t', 't.tenantId', 'r.tenantId')
    .innerJoin('githubServer as s', 's.serverId', 't.serverId')
    .leftJoin('repositoryFact as f', (join) =>
      join
        .onRef('f.tenantId', '=', 'r.tenantId')
        .onRef('f.repositoryId', '=', 'r.repositoryId')
        .onRef('f.factDate', '=', 'r.lastCoveredDate'),
    )
    .leftJoin('publication as p', (join) =>
      join.onRef('p.serverId', '=', 't.serverId').onRef('p.visibility', '=', 'r.visibility'),
    )
    .select(['s.webUrl as serverUrl', 'f.stars', 'f.forks'])
    .select(stalledColumn)
    .where('r.tenantId', '=', tenantId)
    .$if(repositoryIds !== null, (query) => query.where('r.repositoryId', 'in', repositoryIds ?? []))
    .orderBy('r.owner')
    .orderBy('r.name');
}

/** Which repositories to list. Pages count from 1. */
export interface RepositoryListRequest {
  /** Only those whose full name contains this. */
  q?: string | undefined;
  /** Only those with this schedule. */
  schedule?: Schedule | undefined;
  /** Only those that a rule added and that no rule matches any more. */
  state?: 'unmatched' | undefined;
  page: number;
  size: number;
}

/** One page of the repositories in scope, by full name. */
export async function listTenantRepositories(
  db: Db,
  access: TenantAccess,
  { q = '', schedule, state, page, size }: RepositoryListRequest,
  now: Date,
): Promise<Omit<RepositoryList, 'activeRunId'>> {
  const rows = await listRepositoryRows(db, access);
  const sought = q.trim().toLowerCase();
  const found = rows.filter(
    (row) =>
      toFullName(row).toLowerCase().includes(sought) &&
      (schedule === undefined || row.schedule === schedule) &&
      (state === undefined || row.unmatchedAt !== null),
  );
  return {
    repositories: found.slice((page - 1) * size, page * size).map((row) => toRepository(row, now)),
    page: { number: page, size, total: found.length },
    repositoryCount: rows.length,
  };
}

/** The row of one repository in scope; throws `repository_not_found`. */
export async function requireRepositoryRow(
  db: Db,
  { tenantId, repositoryIds }: TenantAccess,
  repositoryId: number,
): Promise<RepositoryRow> {
  const visible = repositoryIds === null || repositoryIds.includes(repositoryId);
  const [row] = visible ? await listRepositoryRows(db, { tenantId, repositoryIds: [repositoryId] }) : [];
  if (!row) throw notFound('repository');
  return row;
}

/** Throws `repository_not_found` if the tenant lacks one of these, which are distinct. */
export async function requireRepositories(
  db: Db,
  tenantId: number,
  repositoryIds: readonly number[],
): Promise<void> {
  if (repositoryIds.length === 0) return;
  const found = await db
    .selectFrom('repository')
    .select('repositoryId')
    .where('tenantId', '=', tenantId)
    .where('repositoryId', 'in', [...repositoryIds])
    .execute();
  if (found.length < repositoryIds.length) throw notFound('repository');
}

/** A repository as shown at an instant. */
export function toRepository(row: RepositoryRow, now: Date): Repository {
  return {
    repositoryId: row.repositoryId,
    githubId: row.githubId,
    owner: row.owner,
    name: row.name,
    fullName: toFullName(row),
    webUrl: toWebUrl(row),
    visibility: row.visibility,
    archived: row.archivedAt !== null,
    schedule: row.schedule,
    addedAt: row.addedAt,
    addedBy: row.addedBy,
    firstCoveredDate: row.firstCoveredDate,
    lastCoveredDate: row.publishedThrough ?? row.lastCoveredDate,
    lastSuccessAt: row.lastSuccessAt,
    oldCopyThrough: row.oldCopyThrough,
    daysUntilLoss: givesNoTraffic(row) ? null : daysUntilLoss(row, toDay(now)),
    problem: toProblem(row, now),
    rule: row.ruleOwner === null ? null : `${row.ruleOwner}/${row.namePattern}`,
    unmatchedAt: row.unmatchedAt,
  };
}

/** Whether GitHub refuses a repository's traffic because it is archived, and not because of the token. */
export function isForArchive({ code }: { code: string }, { archived }: { archived: boolean }): boolean {
  return archived && isRefusal(code) && !isTokenFault(code);
}

/** Whether GitHub gives no traffic of a repository because it is archived: that is not a problem, and nothing is lost. */
export function givesNoTraffic({ failureCode }: { failureCode: string | null }): boolean {
  return failureCode === NO_TRAFFIC;
}

const NO_TRAFFIC = 'archived';

/** The same in SQL, of a statement with the repository as `r`. */
export const sqlGivesTraffic = sql<SqlBool>`(r.failure_code is null or r.failure_code <> ${sql.lit(NO_TRAFFIC)})`;

/** The failure of a repository's newest collection; null if it succeeded or the repository is paused. */
export function toProblem(row: RepositoryStanding, now: Date): Problem | null {
  const { failureCode, failureMessage, failureAt, schedule } = row;
  if (failureCode === null || failureAt === null || schedule === 'paused') return null;
  return {
    code: failureCode,
    message: failureMessage ?? '',
    since: failureAt,
    daysUntilLoss: daysUntilLoss(row, toDay(now)),
  };
}

/** GitHub's `owner/name`. */
export function toFullName({ owner, name }: { owner: string; name: string }): string {
  return `${owner}/${name}`;
}

/** The URL of the repository's page on its GitHub server. */
export function toWebUrl(row: Pick<RepositoryRow, 'owner' | 'name' | 'serverUrl'>): string {
  return `${withoutTrailingSlashes(row.serverUrl)}/${toFullName(row)}`;
}

/** The URL of a release on its GitHub server. */
export function toReleaseUrl(row: Parameters<typeof toWebUrl>[0], tag: string): string {
  return `${toWebUrl(row)}/releases/tag/${tag.split('/').map(encodeURIComponent).join('/')}`;
}

/** How much is stored for one repository. */
export async function readStored(db: Db, tenantId: number, repositoryId: number): Promise<Stored> {
  const days = await db
    .selectFrom('trafficDay')
    .select(({ fn }) => [
      fn.countAll<number>().as('trafficDays'),
      fn.min('trafficDate').as('firstDate'),
      fn.max('trafficDate').as('lastDate'),
    ])
    .where('tenantId', '=', tenantId)
    .where('repositoryId', '=', repositoryId)
    .executeTakeFirstOrThrow();
  const windows = await db
    .selectFrom('trafficWindow')
    .select(({ fn }) => fn.countAll<number>().as('snapshots'))
    .where('tenantId', '=', tenantId)
    .where('repositoryId', '=', repositoryId)
    .executeTakeFirstOrThrow();
  return { ...days, snapshots: windows.snapshots };
}
