import type { Db } from '../db/database.ts';
import { GROUP_COLUMNS, readContents, type StoredGroup, toStoredGroup } from '../groups/contents.ts';

/** A member of a tenant. */
interface MemberKey {
  tenantId: number;
  email: string;
}

/** What a repository viewer was given. */
export interface Allowance {
  repositoryIds: number[];
  /** Groups whose repositories they may see too. */
  groupIds: number[];
}

/** What a repository viewer was given, in the order of the ids. A deleted group is not among it. */
export async function readAllowance(db: Db, member: MemberKey): Promise<Allowance> {
  const repositoryIds = await listNamedRepositories(db, member);
  const groups = await listGivenGroups(db, member);
  return { repositoryIds, groupIds: groups.map(({ groupId }) => groupId).sort((a, b) => a - b) };
}

async function listNamedRepositories(db: Db, { tenantId, email }: MemberKey): Promise<number[]> {
  const rows = await db
    .selectFrom('memberRepository')
    .select('repositoryId')
    .where('tenantId', '=', tenantId)
    .where('email', '=', email)
    .orderBy('repositoryId')
    .execute();
  return rows.map(({ repositoryId }) => repositoryId);
}

async function listGivenGroups(db: Db, { tenantId, email }: MemberKey): Promise<StoredGroup[]> {
  const rows = await db
    .selectFrom('memberGroup')
    .innerJoin('repositoryGroup', (join) =>
      join
        .onRef('repositoryGroup.tenantId', '=', 'memberGroup.tenantId')
        .onRef('repositoryGroup.groupId', '=', 'memberGroup.groupId'),
    )
    .select(GROUP_COLUMNS)
    .where('memberGroup.tenantId', '=', tenantId)
    .where('memberGroup.email', '=', email)
    .orderBy('repositoryGroup.name')
    .execute();
  return rows.map(toStoredGroup);
}

/**
 * The ids of the repositories that a repository viewer may see now: those given by name, and those that their groups hold at
 * present. Nothing, if all that they were given is gone.
 */
export async function listAllowedRepositories(db: Db, member: MemberKey): Promise<number[]> {
  const named = await listNamedRepositories(db, member);
  const groups = await listGivenGroups(db, member);
  if (groups.length === 0) return named;
  const contents = await readContents(db, { tenantId: member.tenantId, repositoryIds: null }, groups);
  return [...new Set([...named, ...[...contents.values()].flatMap((one) => one.repositoryIds)])];
}
