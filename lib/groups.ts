import type { Transaction } from 'kysely';
import type { TenantAccess } from './access.ts';
import { keepAnnotationsOfGroup } from './annotations.ts';
import type { Group, GroupChoice, GroupList, GroupPreview } from './answers/groups.ts';
import { type Actor, recordAudit } from './audit.ts';
import type { Db } from './db/database.ts';
import { insertRows, inTransaction } from './db/portable.ts';
import type { Tables } from './db/tables.ts';
import { Failure } from './failure.ts';
import {
  type Candidate,
  type GroupContents,
  listCandidates,
  listStoredGroups,
  readContents,
  type StoredGroup,
} from './groups/contents.ts';
import { describeGroupRule, type GroupRule, isSameGroupRule, matchesGroupRule } from './groups/rule.ts';
import { lockTenant } from './locks.ts';
import { isSameName } from './names.ts';
import { plural } from './number-format.ts';
import { requireRepositories, toFullName } from './repositories/repository.ts';
import { notFound } from './request.ts';

/** What a group is made of. */
export interface GroupDefinition {
  name: string;
  rule: GroupRule | null;
  /** Repositories chosen by hand, besides those that the rule matches. */
  repositoryIds: number[];
}

/** The most groups of a tenant. */
const MAX_GROUPS = 200;
/** How many matches a preview holds. */
const MAX_MATCHES = 1000;

/**
 * The access narrowed to the repositories of a group, as they are now; the access itself without a group. Never more than it
 * was. Throws `group_not_found`, also if the access has repositories of its own and the group has none of them.
 */
export async function inGroup(
  db: Db,
  access: TenantAccess,
  groupId: number | undefined,
): Promise<TenantAccess> {
  if (groupId === undefined) return access;
  const groups = await listStoredGroups(db, access.tenantId, [groupId]);
  const contents = await readContents(db, access, groups);
  const [group] = groups.filter((one) => isVisible(access, contents.get(one.groupId)));
  if (!group) throw notFound('group');
  return { tenantId: access.tenantId, repositoryIds: contents.get(groupId)?.repositoryIds ?? [] };
}

/** Who may see only some repositories sees only groups that hold one of them. */
function isVisible({ repositoryIds }: TenantAccess, contents: GroupContents | undefined): boolean {
  return repositoryIds === null || (contents !== undefined && contents.repositoryIds.length > 0);
}

/** A group's name. Throws `group_not_found`. */
export async function getGroupName(
  db: Db,
  tenantId: number,
  groupId: number,
): Promise<Pick<GroupChoice, 'groupId' | 'name'>> {
  const [group] = await listStoredGroups(db, tenantId, [groupId]);
  if (!group) throw notFound('group');
  return { groupId, name: group.name };
}

/** Throws `group_not_found` if the tenant lacks one of these groups, which are distinct. */
export async function requireGroups(db: Db, tenantId: number, groupIds: readonly number[]): Promise<void> {
  if (groupIds.length === 0) return;
  const groups = await listStoredGroups(db, tenantId, groupIds);
  if (groups.length < groupIds.length) throw notFound('group');
}

/** The groups that the access sees, by name, with how many of its repositories each holds. */
export async function listGroupChoices(db: Db, access: TenantAccess): Promise<GroupChoice[]> {
  const groups = await listStoredGroups(db, access.tenantId);
  if (groups.length === 0) return [];
  const contents = await readContents(db, access, groups);
  return groups
    .filter(({ groupId }) => isVisible(access, contents.get(groupId)))
    .map(({ groupId, name }) => ({ groupId, name, count: contents.get(groupId)?.repositoryIds.length ?? 0 }));
}

/** The groups and repositories that the access sees, by name. */
export async function listGroups(db: Db, access: TenantAccess): Promise<GroupList> {
  const groups = await listStoredGroups(db, access.tenantId);
  const contents = await readContents(db, access, groups);
  const uses = access.repositoryIds === null ? await countUses(db, access.tenantId) : null;
  const candidates = await listCandidates(db, access);
  return {
    groups: groups
      .filter(({ groupId }) => isVisible(access, contents.get(groupId)))
      .map((group) => ({
        ...describe(group, access, contents.get(group.groupId)),
        uses: uses && {
          members: uses.members.get(group.groupId) ?? 0,
          channels: uses.channels.get(group.groupId) ?? 0,
        },
      })),
    repositories: candidates.map(toNamed),
  };
}

/** One group with its repositories. Throws `group_not_found`. */
export async function getGroup(db: Db, access: TenantAccess, groupId: number): Promise<Group> {
  const [group] = await listStoredGroups(db, access.tenantId, [groupId]);
  const contents = group && (await readContents(db, access, [group])).get(groupId);
  if (!contents || !isVisible(access, contents)) throw notFound('group');
  const ids = new Set(contents.repositoryIds);
  // Which of them the rule matches is part of the rule, which these readers do not see.
  const chosen = new Set(access.repositoryIds === null ? contents.chosen : contents.repositoryIds);
  return {
    ...describe(group, access, contents),
    repositories: (await listCandidates(db, access))
      .filter(({ repositoryId }) => ids.has(repositoryId))
      .map((one) => ({ ...toNamed(one), chosen: chosen.has(one.repositoryId) })),
  };
}

const toNamed = (one: Candidate) => ({ repositoryId: one.repositoryId, fullName: toFullName(one) });

function describe(
  { groupId, name, rule, createdAt, createdBy }: StoredGroup,
  { repositoryIds }: TenantAccess,
  { chosen, repositoryIds: all }: GroupContents = { chosen: [], repositoryIds: [] },
) {
  const shown = repositoryIds === null ? rule : null;
  const byHand = shown === null ? all : chosen;
  return {
    groupId,
    name,
    rule: shown,
    description: describeGroup(shown, byHand.length),
    repositoryCount: all.length,
    createdAt,
    createdBy,
  };
}

/** What a group holds, in words: "all repositories of acme, and 2 repositories chosen by hand". */
function describeGroup(rule: GroupRule | null, chosenCount: number): string {
  const chosen = `${plural(chosenCount, 'repository', 'repositories')} chosen by hand`;
  if (rule === null) return chosen;
  const matching = describeGroupRule(rule);
  return chosenCount === 0 ? matching : `${matching}, and ${chosen}`;
}

async function countUses(db: Db, tenantId: number) {
  const members = await db
    .selectFrom('memberGroup')
    .select(({ fn }) => ['groupId', fn.countAll<number>().as('count')])
    .where('tenantId', '=', tenantId)
    .groupBy('groupId')
    .execute();
  const channels = await db
    .selectFrom('channel')
    .select(({ fn }) => ['groupId', fn.countAll<number>().as('count')])
    .where('tenantId', '=', tenantId)
    .where('groupId', 'is not', null)
    .groupBy('groupId')
    .execute();
  return {
    members: new Map(members.map(({ groupId, count }) => [groupId, count])),
    channels: new Map(channels.map(({ groupId, count }) => [groupId, count])),
  };
}

/** What a rule would match now. Matching nothing, or everything, is allowed. Saves nothing. */
export async function previewGroup(db: Db, access: TenantAccess, rule: GroupRule): Promise<GroupPreview> {
  const candidates = await listCandidates(db, access);
  const matching = candidates.filter((candidate) => matchesGroupRule(rule, candidate));
  const isAll = matching.length === candidates.length;
  return {
    description: describeGroupRule(rule),
    matches: matching.length === 0 ? 'none' : isAll ? 'all' : 'some',
    matchCount: matching.length,
    repositoryCount: candidates.length,
    repositories: matching.slice(0, MAX_MATCHES).map(toNamed),
  };
}

/**
 * Creates a group and returns its id. If there is the same group already, as after a request that was sent twice, it is that
 * one's. Throws `group_exists` if another group has the name, `too_many_groups`, `repository_not_found` and
 * `tenant_not_found`.
 */
export async function createGroup(
  db: Db,
  tenantId: number,
  definition: GroupDefinition,
  by: Actor,
): Promise<{ groupId: number; created: boolean }> {
  const { name, rule } = definition;
  const repositoryIds = toIds(definition);
  return inTransaction(db, async (trx) => {
    await lockTenant(trx, tenantId);
    await requireRepositories(trx, tenantId, repositoryIds);
    const groups = await listStoredGroups(trx, tenantId);
    const namesake = groups.find((one) => isSameName(one.name, name));
    if (namesake && (await isSameAs(trx, tenantId, namesake, definition)))
      return { groupId: namesake.groupId, created: false };
    if (namesake) throw toNameTaken(name);
    const full = tooManyGroups(groups.length);
    if (full) throw full;
    const groupId = await insertGroup(trx, tenantId, { name, rule, repositoryIds, importId: null }, by);
    return { groupId, created: true };
  });
}

/** `too_many_groups` if a tenant that has so many groups can have no more. */
export function tooManyGroups(count: number): Failure | null {
  if (count < MAX_GROUPS) return null;
  return new Failure('too_many_groups', `A tenant has at most ${MAX_GROUPS} groups. Delete one first.`);
}

/**
 * Inserts a group whose name is free, and returns its id. `repositoryIds` are distinct, and the tenant's. Lock the tenant before.
 * `importId`: the import that makes it.
 */
export async function insertGroup(
  trx: Transaction<Tables>,
  tenantId: number,
  { name, rule, repositoryIds, importId }: GroupDefinition & { importId: number | null },
  by: Actor,
): Promise<number> {
  const { groupId } = await trx
    .insertInto('repositoryGroup')
    .values({
      tenantId,
      name,
      ...toColumns(rule),
      createdAt: by.now.toISOString(),
      createdBy: by.email,
      importId,
    })
    .returning('groupId')
    .executeTakeFirstOrThrow();
  await replaceChosen(trx, { tenantId, groupId }, repositoryIds);
  const detail = describeGroup(rule, repositoryIds.length);
  await recordAudit(trx, by, { tenantId, kind: 'group_created', subject: name, detail });
  return groupId;
}

/** Changes a group. Throws `group_not_found`, `group_exists` if another group has the name, and `repository_not_found`. */
export async function updateGroup(
  db: Db,
  { tenantId, groupId }: GroupKey,
  definition: GroupDefinition,
  by: Actor,
): Promise<void> {
  const { name, rule } = definition;
  const repositoryIds = toIds(definition);
  await inTransaction(db, async (trx) => {
    await lockTenant(trx, tenantId);
    const groups = await listStoredGroups(trx, tenantId);
    const before = groups.find((one) => one.groupId === groupId);
    if (!before) throw notFound('group');
    await requireRepositories(trx, tenantId, repositoryIds);
    if (groups.some((one) => one !== before && isSameName(one.name, name))) throw toNameTaken(name);
    if (await isSameAs(trx, tenantId, before, definition)) return;
    await trx
      .updateTable('repositoryGroup')
      .set({ name, ...toColumns(rule), importId: null })
      .where('tenantId', '=', tenantId)
      .where('groupId', '=', groupId)
      .execute();
    await replaceChosen(trx, { tenantId, groupId }, repositoryIds);
    const words = describeGroup(rule, repositoryIds.length);
    const detail = before.name === name ? words : `${words} (it was ${before.name})`;
    await recordAudit(trx, by, { tenantId, kind: 'group_changed', subject: name, detail });
  });
}

/**
 * Deletes a group. Who saw repositories only through it does not see them any more, and channels that reported on it report
 * nothing. Its annotations stay with its repositories. Throws `group_not_found`.
 */
export async function deleteGroup(db: Db, { tenantId, groupId }: GroupKey, by: Actor): Promise<void> {
  await inTransaction(db, async (trx) => {
    await lockTenant(trx, tenantId);
    const [group] = await listStoredGroups(trx, tenantId, [groupId]);
    if (!group) throw notFound('group');
    const access = { tenantId, repositoryIds: null };
    const { description } = describe(
      group,
      access,
      (await readContents(trx, access, [group])).get(group.groupId),
    );
    await keepAnnotationsOfGroup(trx, tenantId, groupId);
    await trx
      .deleteFrom('repositoryGroup')
      .where('tenantId', '=', tenantId)
      .where('groupId', '=', groupId)
      .execute();
    await recordAudit(trx, by, {
      tenantId,
      kind: 'group_deleted',
      subject: group.name,
      detail: description,
    });
  });
}

interface GroupKey {
  tenantId: number;
  groupId: number;
}

const toIds = ({ repositoryIds }: GroupDefinition) => [...new Set(repositoryIds)].sort((a, b) => a - b);

const toNameTaken = (name: string) =>
  new Failure('group_exists', `There already is a group “${name}”. Choose another name.`);

const NO_RULE = { owner: null, namePattern: null, topic: null, visibility: null };

function toColumns(rule: GroupRule | null) {
  return rule ?? NO_RULE;
}

/** Whether a stored group is the same already. */
async function isSameAs(
  trx: Transaction<Tables>,
  tenantId: number,
  group: StoredGroup,
  definition: GroupDefinition,
): Promise<boolean> {
  if (group.name !== definition.name || !isSameGroupRule(group.rule, definition.rule)) return false;
  const contents = await readContents(trx, { tenantId, repositoryIds: null }, [{ ...group, rule: null }]);
  return contents.get(group.groupId)?.chosen.join() === toIds(definition).join();
}

async function replaceChosen(
  trx: Transaction<Tables>,
  { tenantId, groupId }: GroupKey,
  repositoryIds: readonly number[],
): Promise<void> {
  await trx
    .deleteFrom('groupRepository')
    .where('tenantId', '=', tenantId)
    .where('groupId', '=', groupId)
    .execute();
  await insertRows(
    trx,
    'groupRepository',
    repositoryIds.map((repositoryId) => ({ tenantId, groupId, repositoryId })),
  );
}
