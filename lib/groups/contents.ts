import type { Selectable } from 'kysely';
import type { Db } from '../db/database.ts';
import type { Tables } from '../db/tables.ts';
import { fromTopicsColumn } from '../repositories/topics.ts';
import { type GroupCandidate, type GroupRule, matchesGroupRule } from './rule.ts';

/** Which of a tenant's repositories somebody may see; null means all. The same as `TenantAccess`, which depends on this file. */
interface Sight {
  tenantId: number;
  repositoryIds: number[] | null;
}

/** A stored group. */
export interface StoredGroup {
  groupId: number;
  name: string;
  /** Null for a group that has only what was chosen by hand. */
  rule: GroupRule | null;
  createdAt: string;
  createdBy: string;
}

/** The columns of a stored group. */
export const GROUP_COLUMNS = [
  'repositoryGroup.groupId',
  'repositoryGroup.name',
  'repositoryGroup.owner',
  'repositoryGroup.namePattern',
  'repositoryGroup.topic',
  'repositoryGroup.visibility',
  'repositoryGroup.createdAt',
  'repositoryGroup.createdBy',
] as const;

type GroupRow = Omit<Selectable<Tables['repositoryGroup']>, 'tenantId' | 'importId'>;

/** A row as a group. */
export function toStoredGroup({ owner, namePattern, topic, visibility, ...row }: GroupRow): StoredGroup {
  const hasRule = owner !== null && namePattern !== null && visibility !== null;
  return { ...row, rule: hasRule ? { owner, namePattern, topic, visibility } : null };
}

/** A tenant's groups by name; only those with these ids, if any are given. */
export async function listStoredGroups(
  db: Db,
  tenantId: number,
  groupIds?: readonly number[],
): Promise<StoredGroup[]> {
  const rows = await db
    .selectFrom('repositoryGroup')
    .select(GROUP_COLUMNS)
    .where('tenantId', '=', tenantId)
    .$if(groupIds !== undefined, (query) => query.where('groupId', 'in', [...(groupIds ?? [])]))
    .orderBy('name')
    .orderBy('groupId')
    .execute();
  return rows.map(toStoredGroup);
}

/** A repository as groups' rules see it. */
export interface Candidate extends GroupCandidate {
  repositoryId: number;
}

/** The tenant's repositories within the access, as groups' rules see them, by full name. */
export async function listCandidates(db: Db, { tenantId, repositoryIds }: Sight): Promise<Candidate[]> {
  const rows = await db
    .selectFrom('repository')
    .select(['repositoryId', 'owner', 'name', 'visibility', 'topics'])
    .where('tenantId', '=', tenantId)
    .orderBy('owner')
    .orderBy('name')
    .execute();
  const visible = repositoryIds && new Set(repositoryIds);
  return rows
    .filter(({ repositoryId }) => visible === null || visible.has(repositoryId))
    .map(({ topics, ...row }) => ({ ...row, topics: fromTopicsColumn(topics) }));
}

/** The ids of the repositories that were chosen by hand, by group. */
async function listChosen(
  db: Db,
  tenantId: number,
  groupIds: readonly number[],
): Promise<Map<number, number[]>> {
  const chosen = new Map<number, number[]>(groupIds.map((groupId) => [groupId, []]));
  if (groupIds.length === 0) return chosen;
  const rows = await db
    .selectFrom('groupRepository')
    .select(['groupId', 'repositoryId'])
    .where('tenantId', '=', tenantId)
    .where('groupId', 'in', [...groupIds])
    .orderBy('groupId')
    .orderBy('repositoryId')
    .execute();
  for (const { groupId, repositoryId } of rows) chosen.get(groupId)?.push(repositoryId);
  return chosen;
}

/** The repositories of a group. */
export interface GroupContents {
  /** Those chosen by hand. */
  chosen: number[];
  /** All of them, each once. */
  repositoryIds: number[];
}

/**
 * What each of the groups holds now, within the access. Rules are evaluated here, whenever somebody asks: so a group is right
 * at once after a repository was added, renamed or transferred.
 */
export async function readContents(
  db: Db,
  access: Sight,
  groups: readonly StoredGroup[],
): Promise<Map<number, GroupContents>> {
  const ids = groups.map(({ groupId }) => groupId);
  const chosen = await listChosen(db, access.tenantId, ids);
  const candidates = groups.some(({ rule }) => rule !== null) ? await listCandidates(db, access) : [];
  const visible = access.repositoryIds && new Set(access.repositoryIds);
  const isVisible = (repositoryId: number) => visible === null || visible.has(repositoryId);
  return new Map(
    groups.map(({ groupId, rule }) => {
      const byHand = (chosen.get(groupId) ?? []).filter(isVisible);
      const matching =
        rule === null ? [] : candidates.filter((candidate) => matchesGroupRule(rule, candidate));
      const all = new Set([...byHand, ...matching.map(({ repositoryId }) => repositoryId)]);
      return [groupId, { chosen: byHand, repositoryIds: [...all] }];
    }),
  );
}
