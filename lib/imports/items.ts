import { type Insertable, sql, type Transaction } from 'kysely';
import type { Day } from '../day.ts';
import type { Db } from '../db/database.ts';
import { given, type Merge, mergeRows } from '../db/portable.ts';
import type { ItemKind } from '../db/tables/imports.ts';
import { type Tables, widthOf } from '../db/tables.ts';
import type { Instant } from '../instant.ts';
import { decideFirstReferrers, mergePaths, toPathRows, toReferrerRows } from '../snapshots.ts';
import { toStorable } from '../storable.ts';
import type { ImportedHistory } from '../traffic/layers.ts';
import type { RepositoryKey } from '../traffic/tables.ts';
import { whereCounting } from './counting.ts';
import type { ImportedRepository } from './part.ts';

/*
 * Everything that an import says of a repository besides its days. Ours wins as a whole row or list; an imported one fills a gap.
 * So a row without an import is ours, and a collection that writes the same key takes it over.
 */

type Section = Exclude<keyof ImportedRepository, 'repositoryId' | 'days'>;
type RowOf<Name extends Section> = NonNullable<ImportedRepository[Name]>[number];

/** An item of an import: what it is about, and what it says. */
export interface Item {
  kind: ItemKind;
  itemKey: string;
  content: string;
}

/** What rows need besides the item. */
interface Surroundings {
  /** The repository's, which tools leave in paths. */
  fullName: string;
  importedAt: Instant;
}

interface ItemRules<Name extends Section, Table extends keyof Tables> {
  section: Name;
  kind: ItemKind;
  into: Table;
  /** The columns besides tenant and repository that identify a row, as `toRows` gives them. */
  key: Merge<Table>['key'];
  /** What tells items of the kind apart. */
  keyOf(row: RowOf<Name>): string;
  toRows(row: RowOf<Name>, of: Surroundings): Omit<Insertable<Tables[Table]>, 'tenantId' | 'repositoryId'>[];
}

function rules<Name extends Section, Table extends keyof Tables>(of: ItemRules<Name, Table>) {
  return of as unknown as ItemRules<Section, keyof Tables>;
}

const short = (table: keyof Tables, column: string, text: string) =>
  toStorable(text, widthOf(table, column as never));

/** How the items of each section are stored. */
const RULES = [
  rules({
    section: 'revisions',
    kind: 'revision',
    into: 'trafficRevision',
    key: ['trafficDate', 'metric', 'observed'],
    keyOf: ({ date, metric, observed }) => `${date} ${metric} ${observed}`,
    toRows: ({ date, ...row }) => [{ ...row, trafficDate: date }],
  }),
  rules({
    section: 'weeks',
    kind: 'week',
    into: 'trafficWeek',
    key: ['weekStart'],
    keyOf: ({ weekStart }) => weekStart,
    toRows: (row, { importedAt }) => [{ ...row, observedAt: row.observedAt ?? importedAt }],
  }),
  rules({
    section: 'windows',
    kind: 'window',
    into: 'trafficWindow',
    key: ['observedDate'],
    keyOf: ({ date }) => date,
    toRows: ({ date, ...row }) => [{ ...row, observedDate: date }],
  }),
  rules({
    section: 'referrers',
    kind: 'referrers',
    into: 'referrerSnapshot',
    key: ['snapshotDate', 'listRank'],
    keyOf: ({ date }) => date,
    toRows: ({ date, rows }) =>
      toReferrerRows(rows.map(({ name, count, uniques }) => ({ referrer: name, count, uniques }))).map(
        (row) => ({ ...row, snapshotDate: date }),
      ),
  }),
  rules({
    section: 'paths',
    kind: 'paths',
    into: 'pathSnapshot',
    key: ['snapshotDate', 'listRank'],
    keyOf: ({ date }) => date,
    toRows: ({ date, rows }, { fullName }) =>
      toPathRows(
        mergePaths(
          rows.map(({ name, title, count, uniques }) => ({
            path: name,
            title: title ?? name,
            count,
            uniques,
          })),
          [fullName],
        ),
      ).map((row) => ({ ...row, snapshotDate: date })),
  }),
  rules({
    section: 'facts',
    kind: 'fact',
    into: 'repositoryFact',
    key: ['factDate'],
    keyOf: ({ date }) => date,
    toRows: ({ date, ...row }) => [{ ...row, factDate: date }],
  }),
  rules({
    section: 'starDays',
    kind: 'starDay',
    into: 'starDay',
    key: ['starDate'],
    keyOf: ({ date }) => date,
    toRows: ({ date, gained }) => [{ starDate: date, gained }],
  }),
  rules({
    section: 'releases',
    kind: 'release',
    into: 'publishedRelease',
    key: ['releaseId'],
    keyOf: ({ releaseId }) => String(releaseId),
    toRows: ({ releaseId, tag, name, publishedAt }) => [
      {
        releaseId,
        tag: short('publishedRelease', 'tag', tag),
        releaseName: short('publishedRelease', 'releaseName', name),
        publishedAt,
      },
    ],
  }),
  rules({
    section: 'releaseFiles',
    kind: 'releaseFile',
    into: 'releaseAsset',
    key: ['assetId'],
    keyOf: ({ assetId }) => String(assetId),
    toRows: ({ tag, releaseName, name, ...row }) => [
      {
        ...row,
        tag: short('releaseAsset', 'tag', tag),
        releaseName: short('releaseAsset', 'releaseName', releaseName),
        assetName: short('releaseAsset', 'assetName', name),
      },
    ],
  }),
  rules({
    section: 'downloads',
    kind: 'download',
    into: 'releaseDownload',
    key: ['assetId', 'downloadDate'],
    keyOf: ({ assetId, date }) => `${assetId} ${date}`,
    toRows: ({ date, ...row }) => [{ ...row, downloadDate: date }],
  }),
  rules({
    section: 'workflowDays',
    kind: 'workflowDay',
    into: 'workflowDay',
    key: ['runDate'],
    keyOf: ({ date }) => date,
    toRows: ({ date, runCount }) => [{ runDate: date, runCount }],
  }),
  rules({
    section: 'events',
    kind: 'event',
    into: 'repositoryEvent',
    key: ['kind', 'occurredAt'],
    keyOf: ({ kind, occurredAt }) => `${kind} ${occurredAt}`,
    toRows: (row) => [row],
  }),
];

/** The items that a part names of a repository. */
export function toItems(repository: ImportedRepository): Item[] {
  const items = new Map<string, Item>();
  // It becomes no row: `decideCoverage` reads it by its key.
  for (const row of repository.coverage ?? [])
    items.set('coverage', {
      kind: 'coverage',
      itemKey: row.firstCoveredDate,
      content: JSON.stringify(row),
    });
  for (const { section, kind, keyOf } of RULES)
    for (const row of repository[section] ?? []) {
      const itemKey = keyOf(row);
      items.set(`${kind} ${itemKey}`, { kind, itemKey, content: JSON.stringify(row) });
    }
  return [...items.values()];
}

/** Stores what an import says. The same item again replaces it. */
export async function saveItems(
  trx: Transaction<Tables>,
  items: readonly (Item & ImportedHistory)[],
): Promise<void> {
  await mergeRows(
    trx,
    {
      into: 'importedItem',
      key: ['tenantId', 'repositoryId', 'kind', 'itemKey', 'importId'],
      update: { content: given('content') },
    },
    [...items],
  );
}

const LISTS: readonly ItemKind[] = ['referrers', 'paths'];
/** Lists are shown as of the days of windows. */
const WITH_LISTS: readonly ItemKind[] = ['window', ...LISTS];

/** The kinds of items that an import has of a repository. */
async function listKinds(db: Db, { tenantId, repositoryId, importId }: ImportedHistory): Promise<ItemKind[]> {
  const rows = await db
    .selectFrom('importedItem')
    .select('kind')
    .distinct()
    .where('tenantId', '=', tenantId)
    .where('repositoryId', '=', repositoryId)
    .where('importId', '=', importId)
    .execute();
  const kinds = rows.map(({ kind }) => kind);
  return kinds.some((kind) => WITH_LISTS.includes(kind)) ? [...new Set([...kinds, ...WITH_LISTS])] : kinds;
}

/**
 * Decides anew what counts of everything that an import says of a repository besides days, from the imports that are applied. The
 * caller holds the repository's row, and calls this after the import was applied or no longer is.
 */
export async function decideItems(
  trx: Transaction<Tables>,
  history: ImportedHistory,
  fullName: string,
): Promise<void> {
  const { tenantId, repositoryId } = history;
  const kinds = await listKinds(trx, history);
  if (kinds.length === 0) return;
  if (kinds.includes('coverage')) await decideCoverage(trx, history);
  const winners = await listWinners(trx, history, kinds);
  for (const { into } of RULES.filter(({ kind }) => kinds.includes(kind))) await clear(trx, history, into);
  const ours = kinds.some((kind) => LISTS.includes(kind)) ? await listOurListDates(trx, history) : null;
  for (const { kind, into, key, toRows } of RULES) {
    const items = (winners.get(kind) ?? []).filter(
      ({ itemKey }) => !LISTS.includes(kind) || !ours?.[kind as 'referrers' | 'paths'].has(itemKey),
    );
    const rows = items.flatMap(({ importId, importedAt, row }) =>
      toRows(row, { fullName, importedAt }).map((one) => ({ ...one, tenantId, repositoryId, importId })),
    );
    await mergeRows(trx, { into, key: ['tenantId', 'repositoryId', ...key] as never }, rows as never);
  }
  if (!ours) return;
  await addWindows(trx, history, [...(winners.get('referrers') ?? []), ...(winners.get('paths') ?? [])]);
  await decideFirstReferrers(trx, { tenantId, repositoryId });
}

/** The first covered day is our own, or an earlier one that an import knows. */
async function decideCoverage(
  trx: Transaction<Tables>,
  { tenantId, repositoryId }: RepositoryKey,
): Promise<void> {
  const repository = trx
    .selectFrom('repository')
    .where('tenantId', '=', tenantId)
    .where('repositoryId', '=', repositoryId);
  const { collectedFrom } = await repository.select('collectedFrom').executeTakeFirstOrThrow();
  const imported = (await listWinners(trx, { tenantId, repositoryId }, ['coverage'])).get('coverage') ?? [];
  const days = [collectedFrom, ...imported.map(({ itemKey }) => itemKey)].filter((day) => day !== null);
  await trx
    .updateTable('repository')
    .set({ firstCoveredDate: days.sort()[0] ?? null })
    .where('tenantId', '=', tenantId)
    .where('repositoryId', '=', repositoryId)
    .execute();
}

interface Winner {
  importId: number;
  importedAt: Instant;
  itemKey: string;
  row: RowOf<Section>;
}

/** The items of the oldest import that has them. */
async function listWinners(
  db: Db,
  { tenantId, repositoryId }: RepositoryKey,
  kinds: readonly ItemKind[],
): Promise<Map<ItemKind, Winner[]>> {
  const rows = await db
    .selectFrom('importedItem as d')
    .innerJoin('importRepository as r', whereCounting)
    .innerJoin('import as i', (join) =>
      join.onRef('i.tenantId', '=', 'd.tenantId').onRef('i.importId', '=', 'd.importId'),
    )
    .select(['d.kind', 'd.itemKey', 'd.importId', 'd.content', 'i.createdAt as importedAt'])
    .where('d.tenantId', '=', tenantId)
    .where('d.repositoryId', '=', repositoryId)
    .where('d.kind', 'in', kinds)
    .orderBy('d.kind')
    .orderBy('d.itemKey')
    .orderBy('d.importId')
    .execute();
  const winners = new Map<ItemKind, Winner[]>();
  for (const { kind, itemKey, content, ...from } of rows) {
    const known = winners.get(kind) ?? [];
    winners.set(kind, known);
    if (known.at(-1)?.itemKey !== itemKey) known.push({ ...from, itemKey, row: JSON.parse(content) });
  }
  return winners;
}

/** Removes the rows of a table that come from imports. */
async function clear(
  trx: Transaction<Tables>,
  { tenantId, repositoryId }: RepositoryKey,
  into: keyof Tables,
): Promise<void> {
  await trx
    .deleteFrom(into as 'trafficWindow')
    .where('tenantId', '=', tenantId)
    .where('repositoryId', '=', repositoryId)
    .where('importId', 'is not', null)
    .execute();
}

/** The days of our own lists, empty ones too: a window says that both lists were read. */
async function listOurListDates(db: Db, { tenantId, repositoryId }: RepositoryKey) {
  const windows = await listReadDates(db, { tenantId, repositoryId });
  const datesOf = async (table: 'referrerSnapshot' | 'pathSnapshot') => {
    const rows = await db
      .selectFrom(table)
      .select('snapshotDate as date')
      .distinct()
      .where('tenantId', '=', tenantId)
      .where('repositoryId', '=', repositoryId)
      .where('importId', 'is', null)
      .execute();
    return new Set<Day>([...windows, ...rows.map(({ date }) => date)]);
  };
  return { referrers: await datesOf('referrerSnapshot'), paths: await datesOf('pathSnapshot') };
}

/** Gives days with an imported list, and without a window, one whose totals are unknown. */
async function addWindows(
  trx: Transaction<Tables>,
  { tenantId, repositoryId }: RepositoryKey,
  lists: readonly Winner[],
): Promise<void> {
  const dates = new Map(lists.map(({ itemKey, importId }) => [itemKey, importId]));
  await mergeRows(
    trx,
    { into: 'trafficWindow', key: ['tenantId', 'repositoryId', 'observedDate'] },
    [...dates].map(([observedDate, importId]) => ({ tenantId, repositoryId, observedDate, importId })),
  );
}

/** The newest day of the lists that imports have of a repository; null without any. */
export async function findNewestList(db: Db, { tenantId, repositoryId }: RepositoryKey): Promise<Day | null> {
  const row = await db
    .selectFrom('trafficWindow')
    .select(({ fn }) => fn.max<Day | null>('observedDate').as('newest'))
    .where('tenantId', '=', tenantId)
    .where('repositoryId', '=', repositoryId)
    .where('importId', 'is not', null)
    .executeTakeFirst();
  return row?.newest ?? null;
}

/** How many of the items are there already, so that they would not change anything. Lists count by their day. */
export async function countKnownItems(
  db: Db,
  repository: RepositoryKey,
  items: readonly Item[],
): Promise<number> {
  let count = await countKnownCoverage(db, repository, items);
  for (const { kind, into, key, toRows } of RULES) {
    const own = items.filter((item) => item.kind === kind);
    if (own.length === 0) continue;
    const isList = LISTS.includes(kind);
    const columns = isList ? ['snapshotDate'] : [...key];
    const keys: StoredKey[] = own.map(({ itemKey, content }) =>
      isList ? { snapshotDate: itemKey } : (toRows(JSON.parse(content), NOWHERE)[0] as StoredKey),
    );
    const known = await listStoredKeys(db, repository, into, { columns, keys });
    if (isList) for (const date of await listReadDates(db, repository)) known.add(date);
    count += keys.filter((one) => known.has(toText(columns, one))).length;
  }
  return count;
}

async function countKnownCoverage(
  db: Db,
  { tenantId, repositoryId }: RepositoryKey,
  items: readonly Item[],
): Promise<number> {
  const item = items.find(({ kind }) => kind === 'coverage');
  if (!item) return 0;
  const { firstCoveredDate } = await db
    .selectFrom('repository')
    .select('firstCoveredDate')
    .where('tenantId', '=', tenantId)
    .where('repositoryId', '=', repositoryId)
    .executeTakeFirstOrThrow();
  return firstCoveredDate !== null && firstCoveredDate <= item.itemKey ? 1 : 0;
}

/** Keys do not depend on it. */
const NOWHERE: Surroundings = { fullName: '', importedAt: '' };

type StoredKey = Record<string, string | number>;

const toText = (columns: readonly string[], key: StoredKey) => columns.map((column) => key[column]).join(' ');

/** The keys of the rows between the first and the last of some. */
async function listStoredKeys(
  db: Db,
  { tenantId, repositoryId }: RepositoryKey,
  from: keyof Tables,
  { columns, keys }: { columns: readonly string[]; keys: readonly StoredKey[] },
): Promise<Set<string>> {
  const [first = ''] = columns;
  const values = keys.map((key) => key[first] ?? '').sort((one, other) => (one < other ? -1 : 1));
  const rows = await db
    .selectFrom(sql<StoredKey>`${sql.table(from)}`.as('t'))
    .select([...columns])
    .distinct()
    .where('tenantId', '=', tenantId)
    .where('repositoryId', '=', repositoryId)
    .where(first, '>=', values[0] ?? '')
    .where(first, '<=', values.at(-1) ?? '')
    .execute();
  return new Set(rows.map((row) => toText(columns, row)));
}

/** The days on which we read lists ourselves, empty ones too. */
async function listReadDates(db: Db, { tenantId, repositoryId }: RepositoryKey): Promise<Day[]> {
  const windows = await db
    .selectFrom('trafficWindow')
    .select('observedDate')
    .where('tenantId', '=', tenantId)
    .where('repositoryId', '=', repositoryId)
    .where('importId', 'is', null)
    .execute();
  return windows.map(({ observedDate }) => observedDate);
}
