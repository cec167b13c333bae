import { gzipSync } from 'node:zlib';
import * as z from 'zod';
import type { TenantAccess } from './access.ts';
import type { ExportPart, ExportPlan } from './answers/exports.ts';
import { parseCursor, toCursor } from './cursor.ts';
import type { Db } from './db/database.ts';
import {
  EXPORT_FORMAT,
  EXPORT_TABLE_NAMES,
  EXPORT_TABLES,
  EXPORT_VERSION,
  type ExportTable,
} from './exports/format.ts';
import { LISTS, type ListedTable } from './exports/lists.ts';
import {
  countRows,
  cursorAfter,
  endOfLists,
  isKeyed,
  type KeyedRow,
  type KeyedTable,
  parsePosition,
  positionOf,
  readRows,
} from './exports/tables.ts';
import { notFound } from './request.ts';

/** What an export of the tenant holds now, as far as the access sees it. */
export async function planExport(db: Db, access: TenantAccess, now: Date): Promise<ExportPlan> {
  const found = await db
    .selectFrom('tenant as t')
    .innerJoin('githubServer as s', 's.serverId', 't.serverId')
    .select(['t.tenantId', 't.name', 's.name as serverName', 's.webUrl'])
    .where('t.tenantId', '=', access.tenantId)
    .executeTakeFirst();
  if (!found) throw notFound('tenant');
  const { tenantId, name, serverName, webUrl } = found;
  const tables: ExportPlan['tables'] = [];
  for (const table of EXPORT_TABLE_NAMES) tables.push({ table, rows: await countTable(db, access, table) });
  return {
    format: EXPORT_FORMAT,
    version: EXPORT_VERSION,
    exportedAt: now.toISOString(),
    tenant: { tenantId, name },
    server: { name: serverName, webUrl },
    tables,
  };
}

async function countTable(db: Db, access: TenantAccess, table: ExportTable): Promise<number> {
  if (isKeyed(table)) return countRows(db, access, table);
  return (await LISTS[table as ListedTable](db, access)).length;
}

/** Rows of a statement. So many of the longest texts that the tables hold still fit into the action's memory. */
const BATCH = 2500;
/** What an action of 128 MB makes in about a second. */
const MAX_ROWS = 25_000;
const MAX_CHARACTERS = 4_000_000;
/** In base64 and with its envelope, this stays below the platform's limit for an answer. */
const MAX_BYTES = 700_000;

/**
 * A part of a table, as large as one answer can be. The rows of a list, such as the referrers of a day, are in the same part and
 * of the same moment. Throws `invalid_input` for a cursor that we never gave.
 */
export async function readExportPart(
  db: Db,
  access: TenantAccess,
  { table, cursor }: { table: ExportTable; cursor?: string | undefined },
): Promise<ExportPart> {
  return isKeyed(table)
    ? readKeyedPart(db, access, table, cursor)
    : readListedPart(db, access, table as ListedTable, cursor);
}

async function readKeyedPart(
  db: Db,
  access: TenantAccess,
  table: KeyedTable,
  cursor: string | undefined,
): Promise<ExportPart> {
  const rows: KeyedRow[] = [];
  let after = parsePosition(table, cursor);
  let isLast = false;
  for (let characters = 0; !isLast && rows.length < MAX_ROWS && characters < MAX_CHARACTERS; ) {
    const batch = await readRows(db, access, table, { after, limit: BATCH });
    for (const row of batch.rows) {
      rows.push(row);
      characters += lengthOf(row);
    }
    const last = rows.at(-1);
    if (last) after = positionOf(table, last);
    isLast = batch.isLast;
  }
  const { text, count } = cutRows(table, rows, (most) => endOfLists(table, rows, most));
  const last = rows[count - 1];
  const nextCursor = (isLast && count === rows.length) || !last ? null : cursorAfter(table, last);
  return { table, rows: count, columns: partColumns(table), data: text, nextCursor };
}

async function readListedPart(
  db: Db,
  access: TenantAccess,
  table: ListedTable,
  cursor: string | undefined,
): Promise<ExportPart> {
  const from = parseCursor(cursor, () => z.tuple([z.int().min(0)]))?.[0] ?? 0;
  const all: KeyedRow[] = (await LISTS[table](db, access)).slice(from);
  const rows: KeyedRow[] = [];
  for (let characters = 0; rows.length < all.length && characters < MAX_CHARACTERS; ) {
    const row = all[rows.length];
    if (!row) break;
    rows.push(row);
    characters += lengthOf(row);
  }
  const { text, count } = cutRows(table, rows, (most) => most);
  const nextCursor = count < all.length ? toCursor([from + count]) : null;
  return { table, rows: count, columns: partColumns(table), data: text, nextCursor };
}

function lengthOf(row: KeyedRow): number {
  let length = 0;
  for (const value of Object.values(row)) length += typeof value === 'string' ? value.length : 6;
  return length;
}

/** The columns of a part: those of the table, and the repository's id. */
function partColumns(table: ExportTable): string[] {
  const { about, columns } = EXPORT_TABLES[table];
  const own = Object.keys(columns);
  return about === 'repository' ? ['repositoryId', ...own] : own;
}

/** As many of the rows as an answer holds, but one at least, compressed. `endAt` says where a part of at most so many rows ends. */
function cutRows(
  table: ExportTable,
  rows: readonly KeyedRow[],
  endAt: (most: number) => number,
): { text: string; count: number } {
  const columns = partColumns(table);
  let count = rows.length;
  for (;;) {
    const shown = rows.slice(0, count);
    const json = JSON.stringify(columns.map((name) => shown.map((row) => row[name] ?? null)));
    const bytes = gzipSync(json, { level: 5 });
    if (bytes.length <= MAX_BYTES || count <= 1) return { text: bytes.toString('base64'), count };
    const fitting = Math.max(1, Math.floor((count * MAX_BYTES * 0.95) / bytes.length));
    count = Math.max(1, endAt(fitting));
  }
}
