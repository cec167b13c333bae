import type { Selectable } from 'kysely';
import type { Share } from '../answers/shares.ts';
import type { Badge } from '../badges/definition.ts';
import { builtInDashboards } from '../dashboards/built-in.ts';
import type { Db } from '../db/database.ts';
import type { Tables } from '../db/tables.ts';
import { toFullName } from '../repositories/repository.ts';
import { notFound } from '../request.ts';
import type { RangeName } from '../stats/range-names.ts';
import type { Shown } from './choices.ts';

/** A stored share. */
export type ShareRow = Selectable<Tables['share']>;

/** The folder of a share's files. */
export const folderOf = ({ slug }: Pick<ShareRow, 'slug'>) => `shared/${slug}/`;

/** The tenant's shares, the newest first. */
export async function listRows(db: Db, tenantId: number): Promise<ShareRow[]> {
  return db
    .selectFrom('share')
    .selectAll()
    .where('tenantId', '=', tenantId)
    .orderBy('shareId', 'desc')
    .execute();
}

/** Throws `share_not_found`. */
export async function requireRow(db: Db, tenantId: number, shareId: number): Promise<ShareRow> {
  const row = await db
    .selectFrom('share')
    .selectAll()
    .where('tenantId', '=', tenantId)
    .where('shareId', '=', shareId)
    .executeTakeFirst();
  if (!row) throw notFound('share');
  return row;
}

/** Words of a column that separates them by spaces. */
const wordsOf = (text: string) => text.split(' ').filter(Boolean);

export const shownOf = ({ shown }: Pick<ShareRow, 'shown'>) => wordsOf(shown) as Shown[];
export const originsOf = ({ frameOrigins }: Pick<ShareRow, 'frameOrigins'>) => wordsOf(frameOrigins);
export const badgesOf = ({ badges }: Pick<ShareRow, 'badges'>) => JSON.parse(badges) as Badge[];

/** Rows as answers. `urlOf` gives the address of a name below the files. */
export async function toShares(
  db: Db,
  tenantId: number,
  rows: readonly ShareRow[],
  urlOf: (name: string) => string,
): Promise<Share[]> {
  const nameOf = await readSubjectNames(db, tenantId, rows);
  return rows.map((row) => ({
    shareId: row.shareId,
    kind: row.kind,
    title: row.title,
    subject: row.subject,
    repositoryId: row.repositoryId,
    groupId: row.groupId,
    dashboardId: row.dashboardId,
    subjectName: nameOf(row),
    url: urlOf(folderOf(row)),
    listing: row.listing,
    name: row.listing === 'listed' ? row.slug : null,
    shown: shownOf(row),
    range: row.rangeName as RangeName | null,
    from: row.fromDate,
    to: row.toDate,
    names: row.naming === 'shown',
    until: row.untilDate,
    hasPassword: row.passwordSalt !== null,
    frameOrigins: originsOf(row),
    badges: badgesOf(row),
    madeBy: row.makerName,
    createdAt: row.createdAt,
    standing: row.revokedAt === null ? row.standing : 'removing',
    writtenAt: row.writtenAt,
    problem:
      row.failureCode === null
        ? null
        : { code: row.failureCode, message: row.failureMessage ?? '', since: row.failureAt ?? row.changedAt },
  }));
}

async function readSubjectNames(db: Db, tenantId: number, rows: readonly ShareRow[]) {
  const repositories = rows.flatMap(({ repositoryId }) => repositoryId ?? []);
  const groups = rows.flatMap(({ groupId }) => groupId ?? []);
  const dashboards = rows.flatMap(({ dashboardId }) =>
    /^\d+$/.test(dashboardId ?? '') ? Number(dashboardId) : [],
  );
  const names = new Map<string, string>(
    Object.entries(builtInDashboards).map(([id, { name }]) => [`dashboard ${id}`, name]),
  );
  if (repositories.length > 0)
    for (const { repositoryId, ...name } of await db
      .selectFrom('repository')
      .select(['repositoryId', 'owner', 'name'])
      .where('tenantId', '=', tenantId)
      .where('repositoryId', 'in', repositories)
      .execute())
      names.set(`repository ${repositoryId}`, toFullName(name));
  if (groups.length > 0)
    for (const { groupId, name } of await db
      .selectFrom('repositoryGroup')
      .select(['groupId', 'name'])
      .where('tenantId', '=', tenantId)
      .where('groupId', 'in', groups)
      .execute())
      names.set(`group ${groupId}`, name);
  if (dashboards.length > 0)
    for (const { dashboardId, name } of await db
      .selectFrom('dashboard')
      .select(['dashboardId', 'name'])
      .where('tenantId', '=', tenantId)
      .where('dashboardId', 'in', dashboards)
      .execute())
      names.set(`dashboard ${dashboardId}`, name);
  return ({ subject, repositoryId, groupId, dashboardId }: ShareRow) =>
    subject === 'portfolio'
      ? 'Overview'
      : (names.get(`${subject} ${repositoryId ?? groupId ?? dashboardId}`) ?? null);
}
