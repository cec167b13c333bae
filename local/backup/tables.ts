import { once } from 'node:events';
import pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { toSettings } from '../../lib/db/scope.ts';
import type { TableContents } from './manifest.ts';

/** The schemas of the product besides the one that holds the numbers. */
const OTHER_SCHEMAS = ['sign_in'];

/** A table as a backup names it, and where it is. */
export interface Table {
  name: string;
  /** The name for SQL, quoted. */
  sql: string;
  columns: string[];
}

/** An identity column and the last number that it gave. */
export interface Sequence {
  table: string;
  column: string;
  last: number;
}

const NAME = `case when n.nspname = current_schema() then '' else n.nspname || '.' end || c.relname`;
const IN_SCHEMAS = '(n.nspname = current_schema() or n.nspname = any ($1::text[]))';
/** Tables of extensions are not the product's. */
const FROM_TABLES = `from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p') and not c.relispartition and ${IN_SCHEMAS}
    and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')`;

/** How values are written as text, whatever the server's own settings are. */
const AS_TEXT = `set local timezone = 'UTC'; set local datestyle = 'ISO, YMD'; set local intervalstyle = 'postgres';
  set local client_encoding = 'UTF8'; set local statement_timeout = 0; set local lock_timeout = 0`;

/** Settings for the transaction: values are written in one way, and the policies of tenants hide nothing. */
export async function prepareTransaction(client: pg.ClientBase): Promise<void> {
  await client.query(AS_TEXT);
  for (const setting of toSettings('all tenants'))
    await client.query('select set_config($1, $2, true)', setting);
}

/** Every table of the product, with the columns that hold values of their own, from the database's catalogue. */
export async function listTables(client: pg.ClientBase): Promise<Table[]> {
  const { rows } = await client.query(
    `select ${NAME} as name, format('%I.%I', n.nspname, c.relname) as sql,
      (select coalesce(array_agg(a.attname::text order by a.attnum), '{}') from pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as columns
    ${FROM_TABLES} order by 1`,
    [OTHER_SCHEMAS],
  );
  return rows;
}

export async function countRows(client: pg.ClientBase, { sql }: Table): Promise<number> {
  const { rows } = await client.query(`select count(*)::float8 as count from ${sql}`);
  return rows[0].count;
}

/** The last numbers given. Read after the rows, they are at least the largest ones there. */
export async function listSequences(client: pg.ClientBase): Promise<Sequence[]> {
  const { rows } = await client.query(
    `select ${NAME} as table, a.attname::text as column, s.last_value::float8 as last
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
      join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      join pg_sequences s on format('%I.%I', s.schemaname, s.sequencename)
        = pg_get_serial_sequence(format('%I.%I', n.nspname, c.relname), a.attname)
    where ${IN_SCHEMAS} and s.last_value is not null
    order by 1, 2`,
    [OTHER_SCHEMAS],
  );
  return rows;
}

/** Lets identity columns continue after the given numbers. */
export async function setSequences(
  client: pg.ClientBase,
  tables: Table[],
  sequences: Sequence[],
): Promise<void> {
  for (const { table, column, last } of sequences) {
    const sql = tables.find(({ name }) => name === table)?.sql;
    if (sql) await client.query('select setval(pg_get_serial_sequence($1, $2), $3)', [sql, column, last]);
  }
}

const columnsOf = ({ columns }: Pick<TableContents, 'columns'>) =>
  columns.map(pg.escapeIdentifier).join(', ');

/** Parts of a table are this large, and a row more at most. */
const PART_BYTES = 4 * 2 ** 20;
const NEWLINE = 10;

/** The rows as PostgreSQL's COPY writes them, in parts of whole rows. */
export async function* readRows(client: pg.ClientBase, table: Table): AsyncGenerator<Buffer> {
  const rows = client.query(copyTo(`copy ${table.sql} (${columnsOf(table)}) to stdout`));
  let chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of rows as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    const end = size < PART_BYTES ? -1 : chunk.lastIndexOf(NEWLINE);
    if (end < 0) continue;
    chunks[chunks.length - 1] = chunk.subarray(0, end + 1);
    yield Buffer.concat(chunks);
    chunks = [chunk.subarray(end + 1)];
    size = chunk.length - end - 1;
  }
  if (size > 0) yield Buffer.concat(chunks);
}

/** How many rows a part has. A newline within a value is written as a backslash and an n. */
export function countLines(part: Buffer): number {
  let count = 0;
  for (let at = part.indexOf(NEWLINE); at >= 0; at = part.indexOf(NEWLINE, at + 1)) count += 1;
  return count;
}

/** Inserts a part's rows. */
export async function writeRows(client: pg.ClientBase, { sql, columns }: Table, part: Buffer): Promise<void> {
  const writing = client.query(copyFrom(`copy ${sql} (${columnsOf({ columns })}) from stdin`));
  writing.end(part);
  await once(writing, 'finish');
}

/** Drops the foreign keys of the tables, so that rows may come in any order. Returns the SQL that adds them again. */
export async function dropForeignKeys(client: pg.ClientBase): Promise<string[]> {
  const { rows } = await client.query(
    `select format('%I.%I', n.nspname, c.relname) as sql, quote_ident(k.conname) as name, pg_get_constraintdef(k.oid) as definition
    from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
    where k.contype = 'f' and ${IN_SCHEMAS} order by 1, 2`,
    [OTHER_SCHEMAS],
  );
  for (const { sql, name } of rows) await client.query(`alter table ${sql} drop constraint ${name}`);
  return rows.map(({ sql, name, definition }) => `alter table ${sql} add constraint ${name} ${definition}`);
}
