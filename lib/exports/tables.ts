import { type RawBuilder, type SqlBool, sql } from 'kysely';
import * as z from 'zod';
import type { TenantAccess } from '../access.ts';
import { parseCursor, toCursor } from '../cursor.ts';
import type { Db } from '../db/database.ts';
import { TABLES, type Tables } from '../db/tables.ts';
import { dayField } from '../fields.ts';
import { METRICS } from '../traffic/figures.ts';
import type { ExportRow, ExportTable, ExportValue } from './format.ts';

/**
 * The tables that may be long. They are read in the order of their keys, so that each statement begins where the last one ended,
 * and what changes before that place or behind it does no harm.
 */
interface Source<Name extends keyof Tables> {
  from: Name;
  /** The database's column of each exported one. */
  columns: Record<string, keyof Tables[Name] & string>;
  /** What comes after the tenant and the repository in the table's key. */
  key: readonly (keyof Tables[Name] & string)[];
  /** How many columns of the key name what belongs together, such as a list: it is read by one statement. */
  whole?: number;
}

function source<Name extends keyof Tables>(of: Source<Name>): Source<Name> {
  return of;
}

const figures = Object.fromEntries(METRICS.map((metric) => [metric, metric])) as Record<
  (typeof METRICS)[number],
  (typeof METRICS)[number]
>;
const listFigures = { viewCount: 'viewCount', viewUniques: 'viewUniques' } as const;

const SOURCES = {
  'traffic-days': source({
    from: 'trafficDay',
    columns: { date: 'trafficDate', ...figures, state: 'state', observedAt: 'observedAt' },
    key: ['trafficDate'],
  }),
  'traffic-revisions': source({
    from: 'trafficRevision',
    columns: {
      date: 'trafficDate',
      metric: 'metric',
      kept: 'kept',
      observed: 'observed',
      observedAt: 'observedAt',
    },
    key: ['trafficDate', 'metric', 'observed'],
  }),
  'traffic-weeks': source({
    from: 'trafficWeek',
    columns: { weekStart: 'weekStart', ...figures, observedAt: 'observedAt' },
    key: ['weekStart'],
  }),
  'traffic-windows': source({
    from: 'trafficWindow',
    columns: { date: 'observedDate', ...figures },
    key: ['observedDate'],
  }),
  referrers: source({
    from: 'referrerSnapshot',
    columns: { date: 'snapshotDate', rank: 'listRank', referrer: 'referrer', ...listFigures },
    key: ['snapshotDate', 'listRank'],
    whole: 1,
  }),
  paths: source({
    from: 'pathSnapshot',
    columns: { date: 'snapshotDate', rank: 'listRank', path: 'path', title: 'title', ...listFigures },
    key: ['snapshotDate', 'listRank'],
    whole: 1,
  }),
  facts: source({
    from: 'repositoryFact',
    columns: {
      date: 'factDate',
      stars: 'stars',
      forks: 'forks',
      subscribers: 'subscribers',
      openIssues: 'openIssues',
    },
    key: ['factDate'],
  }),
  stars: source({
    from: 'starDay',
    columns: { date: 'starDate', gained: 'gained' },
    key: ['starDate'],
  }),
  releases: source({
    from: 'publishedRelease',
    columns: { releaseId: 'releaseId', tag: 'tag', name: 'releaseName', publishedAt: 'publishedAt' },
    key: ['releaseId'],
  }),
  'release-files': source({
    from: 'releaseAsset',
    columns: {
      assetId: 'assetId',
      releaseId: 'releaseId',
      tag: 'tag',
      releaseName: 'releaseName',
      name: 'assetName',
      sizeBytes: 'sizeBytes',
      createdAt: 'createdAt',
      publishedAt: 'publishedAt',
      downloadCount: 'downloadCount',
      removedDate: 'removedDate',
    },
    key: ['assetId'],
  }),
  downloads: source({
    from: 'releaseDownload',
    columns: {
      assetId: 'assetId',
      date: 'downloadDate',
      sinceDate: 'sinceDate',
      gained: 'gained',
      downloadCount: 'downloadCount',
    },
    key: ['assetId', 'downloadDate'],
  }),
  'workflow-days': source({
    from: 'workflowDay',
    columns: { date: 'runDate', runCount: 'runCount' },
    key: ['runDate'],
  }),
  events: source({
    from: 'repositoryEvent',
    columns: {
      occurredAt: 'occurredAt',
      kind: 'kind',
      nameBefore: 'nameBefore',
      nameAfter: 'nameAfter',
    },
    key: ['kind', 'occurredAt'],
  }),
} satisfies Partial<{
  [Table in ExportTable]: { columns: Record<Exclude<keyof ExportRow<Table>, 'importId'>, string> };
}>;

/** A table that is read by its key. */
export type KeyedTable = keyof typeof SOURCES;

/** Whether the table is read by its key: the others are short. */
export function isKeyed(table: ExportTable): table is KeyedTable {
  return Object.hasOwn(SOURCES, table);
}

/** The columns of a source; each table says which import a row comes from. */
const columnsIn = ({ columns }: AnySource) => ({ ...columns, importId: 'importId' });

/** A source, whatever its table. */
interface AnySource {
  from: keyof Tables;
  columns: Record<string, string>;
  key: readonly string[];
  whole?: number;
}

/** A row with its repository, named as exported. */
export type KeyedRow = Record<string, ExportValue>;

/** Where reading goes on: after the row, or the whole list, with this key. */
export type Position = readonly (string | number)[];

/** The columns that a position holds. */
function positionColumns({ key, whole = key.length }: AnySource): string[] {
  return ['repositoryId', ...key.slice(0, whole)];
}

/** The position that a cursor stands for; null without one. Throws `invalid_input` for one that we never gave. */
export function parsePosition(table: KeyedTable, cursor: string | undefined): Position | null {
  return parseCursor(cursor, () => {
    const of: AnySource = SOURCES[table];
    const columns: Record<string, { type: unknown }> = TABLES[of.from];
    const fields = positionColumns(of).map((name) => toField(columns[name]?.type));
    return z.tuple(fields as [z.ZodType<string | number>]);
  });
}

function toField(type: unknown): z.ZodType<string | number> {
  if (type === 'date') return dayField;
  if (type === 'timestamptz') return z.iso.datetime();
  return type === 'integer' || type === 'bigint' ? z.int() : z.string().max(400);
}

/** The cursor after a row. */
export function cursorAfter(table: KeyedTable, row: KeyedRow): string {
  return toCursor(positionOf(table, row));
}

/** The position after a row. */
export function positionOf(table: KeyedTable, row: KeyedRow): Position {
  const of: AnySource = SOURCES[table];
  const names = new Map(Object.entries(of.columns).map(([name, column]) => [column, name]));
  return positionColumns(of).map((column) => row[names.get(column) ?? column] ?? '');
}

/**
 * Up to `limit` rows after a position, in the order of the key. A list is never given in part. `isLast`: nothing comes after them.
 */
export async function readRows(
  db: Db,
  access: TenantAccess,
  table: KeyedTable,
  { after, limit }: { after: Position | null; limit: number },
): Promise<{ rows: KeyedRow[]; isLast: boolean }> {
  if (access.repositoryIds?.length === 0) return { rows: [], isLast: true };
  const of: AnySource = SOURCES[table];
  const columns = columnsIn(of);
  const rows = await selectFrom(db, access, of)
    .select(['repositoryId', ...Object.entries(columns).map(([name, column]) => `${column} as ${name}`)])
    .$if(after !== null, (query) => query.where(isAfter(positionColumns(of), after ?? [])))
    .orderBy('repositoryId')
    .$call((query) => of.key.reduce((sorted, column) => sorted.orderBy(column), query))
    .limit(limit)
    .execute();
  if (rows.length < limit) return { rows, isLast: true };
  return { rows: of.whole === undefined ? rows : withoutLastList(table, rows), isLast: false };
}

/** The rows without the last list, of which some may be missing; all of them if there is no other list. */
function withoutLastList(table: KeyedTable, rows: KeyedRow[]): KeyedRow[] {
  const kept = rows.slice(0, endOfLists(table, rows, rows.length - 1));
  return kept.length > 0 ? kept : rows;
}

/** How many of the first `count` rows are there without the list that the next row belongs to. */
export function endOfLists(table: KeyedTable, rows: readonly KeyedRow[], count: number): number {
  const next = rows[count];
  if (!next) return rows.length;
  const list = positionOf(table, next).join(' ');
  let end = count;
  for (let row = rows[end - 1]; row && positionOf(table, row).join(' ') === list; row = rows[end - 1]) end--;
  return end;
}

function selectFrom(db: Db, { tenantId, repositoryIds }: TenantAccess, { from }: AnySource) {
  return db
    .selectFrom(sql<KeyedRow>`${sql.table(from)}`.as('t'))
    .where('tenantId', '=', tenantId)
    .$if(repositoryIds !== null, (query) => query.where('repositoryId', 'in', repositoryIds ?? []));
}

/** The key is greater than the position's. The first condition is part of the others; with it, an index finds the place. */
function isAfter(columns: readonly string[], position: Position): RawBuilder<SqlBool> {
  const [first = ''] = columns;
  const greater = columns.map((column, at) => {
    const equal = columns.slice(0, at).map((one, place) => sql`${sql.ref(one)} = ${position[place]}`);
    return sql`(${sql.join([...equal, sql`${sql.ref(column)} > ${position[at]}`], sql` and `)})`;
  });
  return sql<SqlBool>`(${sql.ref(first)} >= ${position[0]} and (${sql.join(greater, sql` or `)}))`;
}

/** How many rows of the table the access sees. */
export async function countRows(db: Db, access: TenantAccess, table: KeyedTable): Promise<number> {
  if (access.repositoryIds?.length === 0) return 0;
  const { count } = await selectFrom(db, access, SOURCES[table])
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return count;
}
