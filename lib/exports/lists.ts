import type { TenantAccess } from '../access.ts';
import { exportAnnotations } from '../annotations.ts';
import type { Db } from '../db/database.ts';
import { listStoredGroups } from '../groups/contents.ts';
import { listStoredRules } from '../tracking/rows.ts';
import type { ExportRow, ExportTable } from './format.ts';
import type { KeyedTable } from './tables.ts';

/** The tables that are short: each is read at once. */
export type ListedTable = Exclude<ExportTable, KeyedTable>;

type Lists = { [Table in ListedTable]: (db: Db, access: TenantAccess) => Promise<ListedRow<Table>[]> };

/** A row of a table about repositories has the repository's id here. */
type ListedRow<Table extends ListedTable> = ExportRow<Table> &
  (Table extends 'group-repositories' | 'import-repositories' ? { repositoryId: number } : unknown);

/** Reads what the access may see of each short table. Those who see only some repositories get no groups. */
export const LISTS: Lists = {
  repositories: listRepositories,
  groups: listGroups,
  'group-repositories': listGroupRepositories,
  annotations: exportAnnotations,
  dashboards: (db, { tenantId }) =>
    db
      .selectFrom('dashboard')
      .select(['name', 'document'])
      .where('tenantId', '=', tenantId)
      .orderBy('dashboardId')
      .execute(),
  rules: listTrackingRules,
  exclusions: listExclusions,
  imports: listImports,
  'import-files': listImportFiles,
  'import-repositories': listImportRepositories,
};

async function listRepositories(db: Db, { tenantId, repositoryIds }: TenantAccess) {
  if (repositoryIds?.length === 0) return [];
  const rows = await db
    .selectFrom('repository')
    .select(['repositoryId', 'githubId', 'owner', 'name', 'visibility', 'archivedAt', 'topics', 'schedule'])
    .select(['addedAt', 'firstCoveredDate', 'publishedThrough'])
    .where('tenantId', '=', tenantId)
    .$if(repositoryIds !== null, (query) => query.where('repositoryId', 'in', repositoryIds ?? []))
    .orderBy('repositoryId')
    .execute();
  const names = await db
    .selectFrom('repositoryEvent')
    .select(['repositoryId', 'nameBefore'])
    .where('tenantId', '=', tenantId)
    .where('kind', 'in', ['renamed', 'transferred'])
    .where('nameBefore', 'is not', null)
    .orderBy('repositoryId')
    .orderBy('occurredAt')
    .execute();
  const former = new Map<number, string[]>();
  for (const { repositoryId, nameBefore } of names) {
    const known = former.get(repositoryId) ?? [];
    if (nameBefore !== null && !known.includes(nameBefore)) known.push(nameBefore);
    former.set(repositoryId, known);
  }
  return rows.map((row) => ({ ...row, formerNames: former.get(row.repositoryId)?.join(' ') ?? null }));
}

async function listGroups(db: Db, { tenantId, repositoryIds }: TenantAccess) {
  if (repositoryIds !== null) return [];
  const groups = await listStoredGroups(db, tenantId);
  return groups.map(({ groupId, name, rule }) => ({
    name,
    owner: rule?.owner ?? null,
    namePattern: rule?.namePattern ?? null,
    topic: rule?.topic ?? null,
    visibility: rule?.visibility ?? null,
    groupId,
  }));
}

async function listGroupRepositories(db: Db, { tenantId, repositoryIds }: TenantAccess) {
  if (repositoryIds !== null) return [];
  return db
    .selectFrom('groupRepository as c')
    .innerJoin('repositoryGroup as g', (join) =>
      join.onRef('g.tenantId', '=', 'c.tenantId').onRef('g.groupId', '=', 'c.groupId'),
    )
    .select(['c.repositoryId', 'g.name as group'])
    .where('c.tenantId', '=', tenantId)
    .orderBy('g.name')
    .orderBy('c.groupId')
    .orderBy('c.repositoryId')
    .execute();
}

async function listTrackingRules(db: Db, { tenantId, repositoryIds }: TenantAccess) {
  if (repositoryIds !== null) return [];
  const rules = await listStoredRules(db, tenantId);
  return rules.map(({ owner, namePattern, exceptions, forks, archived, visibility }) => ({
    owner,
    namePattern,
    exceptions: exceptions.join(',') || null,
    forks,
    archived,
    visibility,
  }));
}

async function listExclusions(db: Db, { tenantId, repositoryIds }: TenantAccess) {
  if (repositoryIds !== null) return [];
  return db
    .selectFrom('trackingExclusion')
    .select(['githubId', 'owner', 'name'])
    .where('tenantId', '=', tenantId)
    .orderBy('githubId')
    .execute();
}

async function listImports(db: Db, { tenantId, repositoryIds }: TenantAccess) {
  if (repositoryIds !== null) return [];
  return db
    .selectFrom('import')
    .select(['importId', 'createdAt', 'author', 'tools', 'status', 'firstDate', 'lastDate'])
    .where('tenantId', '=', tenantId)
    .orderBy('importId')
    .execute();
}

async function listImportFiles(db: Db, { tenantId, repositoryIds }: TenantAccess) {
  if (repositoryIds !== null) return [];
  return db
    .selectFrom('importFile')
    .select(['importId', 'fileNumber', 'path', 'sizeBytes as size', 'sha256', 'tool'])
    .where('tenantId', '=', tenantId)
    .orderBy('importId')
    .orderBy('fileNumber')
    .execute();
}

async function listImportRepositories(db: Db, { tenantId, repositoryIds }: TenantAccess) {
  if (repositoryIds !== null) return [];
  return db
    .selectFrom('importRepository')
    .select(['importId', 'repositoryId', 'fileNumbers'])
    .where('tenantId', '=', tenantId)
    .orderBy('importId')
    .orderBy('repositoryId')
    .execute();
}
