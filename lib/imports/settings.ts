import { sql, type Transaction } from 'kysely';
import type { ImportedSetting } from '../answers/imports.ts';
import { type Actor, recordAudit } from '../audit.ts';
import { type Checked, requireWritten } from '../dashboards/check.ts';
import { listReferences, replaceReferences } from '../dashboards/references.ts';
import { insertDashboard } from '../dashboards.ts';
import type { Db } from '../db/database.ts';
import { given, mergeRows, updateRows } from '../db/portable.ts';
import { TABLES, type Tables, widthOf } from '../db/tables.ts';
import { Failure } from '../failure.ts';
import { listStoredGroups } from '../groups/contents.ts';
import { GroupRuleFields } from '../groups/fields.ts';
import { insertGroup, tooManyGroups } from '../groups.ts';
import { isSameName } from '../names.ts';
import { toStorable } from '../storable.ts';
import type { ImportedDashboard, ImportedGroup, ImportPart } from './part.ts';

/*
 * The groups and dashboards of our own exports. An import makes those whose names are free, and leaves the others as they are.
 */

interface ImportKey {
  tenantId: number;
  importId: number;
}

type Kind = ImportedSetting['kind'];

/** Whether one can be made; `kept` and `refused` say why not. */
type Judgement = Pick<ImportedSetting, 'outcome' | 'reason'>;

/** The names that are taken. */
type Names = Record<Kind, string[]>;

async function listNames(db: Db, tenantId: number): Promise<Names> {
  const groups = await listStoredGroups(db, tenantId);
  const dashboards = await db
    .selectFrom('dashboard')
    .select('name')
    .where('tenantId', '=', tenantId)
    .orderBy('dashboardId')
    .execute();
  return { group: groups.map(({ name }) => name), dashboard: dashboards.map(({ name }) => name) };
}

const MADE: Judgement = { outcome: 'made', reason: null };

const refused = (reason: string): Judgement => ({ outcome: 'refused', reason });

const kept = (kind: Kind): Judgement => ({
  outcome: 'kept',
  reason: `There is a ${kind} of this name, which stays as it is.`,
});

const isTaken = (names: readonly string[], name: string) => names.some((one) => isSameName(one, name));

function judgeGroup({ name, rule }: ImportedGroup, { group: names }: Names): Judgement {
  if (isTaken(names, name)) return kept('group');
  const full = tooManyGroups(names.length);
  if (full) return refused(full.message);
  const parsed = GroupRuleFields.nullable().safeParse(rule);
  return parsed.success
    ? MADE
    : refused(`Its rule: ${parsed.error.issues[0]?.message ?? 'it cannot be read'}`);
}

function judgeDashboard(
  { name, document }: ImportedDashboard,
  { dashboard: names }: Names,
): Judgement & { checked: Checked | null } {
  try {
    const checked = requireWritten(document);
    if (checked.document.name !== name)
      return { ...refused(`Its document has another name: ${checked.document.name}.`), checked: null };
    const judgement = isTaken(names, name) ? kept('dashboard') : MADE;
    return { ...judgement, checked };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { ...refused(error.message), checked: null };
  }
}

/** What would become of the groups and dashboards of a part. Writes nothing. */
export async function previewSettings(
  db: Db,
  tenantId: number,
  { groups = [], dashboards = [] }: Pick<ImportPart, 'groups' | 'dashboards'>,
): Promise<ImportedSetting[]> {
  if (groups.length + dashboards.length === 0) return [];
  const names = await listNames(db, tenantId);
  const found: ImportedSetting[] = [];
  const add = (kind: Kind, name: string, { outcome, reason }: Judgement) => {
    found.push({ kind, name, outcome, reason });
    if (outcome === 'made') names[kind].push(name);
  };
  for (const group of groups) add('group', group.name, judgeGroup(group, names));
  for (const one of dashboards) add('dashboard', one.name, judgeDashboard(one, names));
  return found;
}

/** Stores the groups and dashboards that an import brings. The same one again replaces it. */
export async function saveImportedSettings(
  trx: Transaction<Tables>,
  key: ImportKey,
  { groups = [], dashboards = [] }: Pick<ImportPart, 'groups' | 'dashboards'>,
): Promise<void> {
  const toRow = (kind: Kind) => (one: ImportedGroup | ImportedDashboard) => ({
    ...key,
    kind,
    name: one.name,
    content: JSON.stringify(one),
    outcome: 'waiting' as const,
  });
  const rows = [...groups.map(toRow('group')), ...dashboards.map(toRow('dashboard'))];
  const byKey = new Map(rows.map((row) => [`${row.kind} ${row.name}`, row]));
  await mergeRows(
    trx,
    {
      into: 'importedSetting',
      key: ['tenantId', 'importId', 'kind', 'name'],
      update: { content: given('content') },
    },
    [...byKey.values()],
  );
}

/** What became of the groups and dashboards of an import, by kind and name. */
export async function listSettings(db: Db, { tenantId, importId }: ImportKey): Promise<ImportedSetting[]> {
  return db
    .selectFrom('importedSetting')
    .select(['kind', 'name', 'outcome', 'reason'])
    .where('tenantId', '=', tenantId)
    .where('importId', '=', importId)
    .orderBy('kind', 'desc')
    .orderBy('name')
    .execute();
}

/**
 * Makes the groups and dashboards of an import that is complete, and notes what became of each. Those that were judged before stay
 * as they are. Lock the tenant before.
 */
export async function makeSettings(
  trx: Transaction<Tables>,
  { tenantId, importId }: ImportKey,
  by: Actor,
): Promise<void> {
  const rows = await trx
    .selectFrom('importedSetting')
    .select(['kind', 'name', 'content'])
    .where('tenantId', '=', tenantId)
    .where('importId', '=', importId)
    .where('outcome', '=', 'waiting')
    .orderBy('name')
    .execute();
  if (rows.length === 0) return;
  const names = await listNames(trx, tenantId);
  const outcomes: ImportedSetting[] = [];
  const note = (kind: Kind, name: string, { outcome, reason }: Judgement) => {
    const told = reason && toStorable(reason, widthOf('importedSetting', 'reason'));
    outcomes.push({ kind, name, outcome, reason: told });
    if (outcome === 'made') names[kind].push(name);
  };
  const known = await listRepositoryIds(trx, tenantId);
  for (const { name, content } of rows.filter(({ kind }) => kind === 'group')) {
    const group: ImportedGroup = JSON.parse(content);
    const judgement = judgeGroup(group, names);
    if (judgement.outcome === 'made') {
      const rule = GroupRuleFields.nullable().parse(group.rule);
      const repositoryIds = [...new Set(group.repositoryIds)].filter((id) => known.has(id));
      await insertGroup(trx, tenantId, { name, rule, repositoryIds, importId }, by);
    }
    note('group', name, judgement);
  }
  const groups = await listStoredGroups(trx, tenantId);
  for (const { name, content } of rows.filter(({ kind }) => kind === 'dashboard')) {
    const dashboard: ImportedDashboard = JSON.parse(content);
    const { checked, ...judgement } = judgeDashboard(dashboard, names);
    if (judgement.outcome === 'made' && checked) {
      const text = replaceReferences(checked.text, {
        repositories: new Map(
          dashboard.repositories.map(({ number, repositoryId }) => [number, repositoryId]),
        ),
        groups: new Map(
          dashboard.groups.flatMap(({ number, name: of }) => {
            const group = groups.find((one) => isSameName(one.name, of));
            return group ? [[number, group.groupId]] : [];
          }),
        ),
      });
      await insertDashboard(trx, tenantId, { name, text, importId }, by);
    }
    note('dashboard', name, judgement);
  }
  await updateRows(
    trx,
    { into: 'importedSetting', key: ['tenantId', 'importId', 'kind', 'name'] },
    outcomes.map((one) => ({ tenantId, importId, ...one })),
  );
}

async function listRepositoryIds(trx: Transaction<Tables>, tenantId: number): Promise<Set<number>> {
  const rows = await trx
    .selectFrom('repository')
    .select('repositoryId')
    .where('tenantId', '=', tenantId)
    .execute();
  return new Set(rows.map(({ repositoryId }) => repositoryId));
}

/**
 * Deletes the groups and dashboards that an import made, and returns those that stay: whatever somebody has changed since, or uses.
 * What another import has too, and would have made without this one, is that import's from now on. Lock the tenant before, and
 * remove the import's annotations.
 */
export async function removeSettings(
  trx: Transaction<Tables>,
  key: ImportKey,
  by: Actor,
): Promise<ImportedSetting[]> {
  const { tenantId, importId } = key;
  const brought = await listSettings(trx, key);
  const staying: ImportedSetting[] = [];
  // Dashboards first: they may show groups.
  for (const kind of ['dashboard', 'group'] as const) {
    const made = await listMade(trx, key, kind);
    const used = await findUsed(trx, tenantId, kind, made);
    const names = (await listNames(trx, tenantId))[kind];
    for (const { name } of brought.filter((one) => one.kind === kind && one.outcome === 'made')) {
      const own = made.find((one) => one.name === name);
      if (!own) {
        if (isTaken(names, name))
          staying.push({ kind, name, outcome: 'kept', reason: 'Somebody has changed it since.' });
        continue;
      }
      const heir = await findHeir(trx, key, { kind, name });
      if (heir === undefined && !used.has(own.id)) {
        await deleteMade(trx, tenantId, kind, own.id);
        const detail = 'it came with an import that was taken back';
        await recordAudit(trx, by, { tenantId, kind: `${kind}_deleted`, subject: name, detail });
        continue;
      }
      await trx
        .updateTable(MADE_IN[kind])
        .set({ importId: heir ?? null })
        .where('tenantId', '=', tenantId)
        .where('importId', '=', importId)
        .where('name', '=', name)
        .execute();
      const reason = heir === undefined ? 'It is in use.' : 'Another import has it too.';
      staying.push({ kind, name, outcome: 'kept', reason });
    }
  }
  await trx
    .deleteFrom('importedSetting')
    .where('tenantId', '=', tenantId)
    .where('importId', '=', importId)
    .execute();
  return staying;
}

const MADE_IN = { group: 'repositoryGroup', dashboard: 'dashboard' } as const;

/** Those of the kind that an import made and nobody has changed. */
async function listMade(
  trx: Transaction<Tables>,
  { tenantId, importId }: ImportKey,
  kind: Kind,
): Promise<{ id: number; name: string }[]> {
  if (kind === 'group')
    return trx
      .selectFrom('repositoryGroup')
      .select(['groupId as id', 'name'])
      .where('tenantId', '=', tenantId)
      .where('importId', '=', importId)
      .execute();
  return trx
    .selectFrom('dashboard')
    .select(['dashboardId as id', 'name'])
    .where('tenantId', '=', tenantId)
    .where('importId', '=', importId)
    .execute();
}

async function deleteMade(trx: Transaction<Tables>, tenantId: number, kind: Kind, id: number): Promise<void> {
  if (kind === 'group')
    await trx
      .deleteFrom('repositoryGroup')
      .where('tenantId', '=', tenantId)
      .where('groupId', '=', id)
      .execute();
  else
    await trx
      .deleteFrom('dashboard')
      .where('tenantId', '=', tenantId)
      .where('dashboardId', '=', id)
      .execute();
}

/** Whatever names one of the kind by its id, such as a channel, a share or an annotation. */
function listReferring(kind: Kind): (keyof Tables)[] {
  const own: string[] = [MADE_IN[kind], 'groupRepository'];
  const tables = Object.entries(TABLES) as [keyof Tables, object][];
  return tables.flatMap(([table, columns]) =>
    `${kind}Id` in columns && 'tenantId' in columns && !own.includes(table) ? [table] : [],
  );
}

async function findUsed(
  trx: Transaction<Tables>,
  tenantId: number,
  kind: Kind,
  made: readonly { id: number }[],
): Promise<Set<number>> {
  const used = new Set<number>();
  if (made.length === 0) return used;
  const column = `${kind}Id`;
  for (const table of listReferring(kind)) {
    const { rows } = await sql<{ id: number | string | null }>`
      select distinct ${sql.ref(column)} as ${sql.id('id')} from ${sql.table(table)}
      where ${sql.ref('tenantId')} = ${tenantId} and ${sql.ref(column)} is not null`.execute(trx);
    for (const { id } of rows) used.add(Number(id));
  }
  if (kind === 'group') for (const id of await listGroupsOfDashboards(trx, tenantId)) used.add(id);
  return used;
}

async function listGroupsOfDashboards(trx: Transaction<Tables>, tenantId: number): Promise<number[]> {
  const rows = await trx
    .selectFrom('dashboard')
    .select('document')
    .where('tenantId', '=', tenantId)
    .execute();
  return rows.flatMap(({ document }) => listReferences(document).groupIds);
}

/** The first other import that counts and was kept from making the same. */
async function findHeir(
  trx: Transaction<Tables>,
  { tenantId, importId }: ImportKey,
  { kind, name }: { kind: Kind; name: string },
): Promise<number | undefined> {
  const heir = await trx
    .selectFrom('importedSetting as s')
    .innerJoin('import as i', (join) =>
      join.onRef('i.tenantId', '=', 's.tenantId').onRef('i.importId', '=', 's.importId'),
    )
    .select('s.importId')
    .where('s.tenantId', '=', tenantId)
    .where('s.importId', '<>', importId)
    .where('s.kind', '=', kind)
    .where('s.name', '=', name)
    .where('s.outcome', '=', 'kept')
    .where('i.status', '=', 'complete')
    .orderBy('s.importId')
    .executeTakeFirst();
  if (!heir) return undefined;
  await trx
    .updateTable('importedSetting')
    .set({ outcome: 'made', reason: null })
    .where('tenantId', '=', tenantId)
    .where('importId', '=', heir.importId)
    .where('kind', '=', kind)
    .where('name', '=', name)
    .execute();
  return heir.importId;
}
