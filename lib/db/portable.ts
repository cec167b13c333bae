import {
  type Expression,
  expressionBuilder,
  type Insertable,
  type RawBuilder,
  sql,
  type Transaction,
  type Updateable,
} from 'kysely';
import type { Day } from '../day.ts';
import type { Column } from './columns.ts';
import type { Db } from './database.ts';
import { isWorthRetrying } from './errors.ts';
import { TABLES, type Tables } from './tables.ts';

const ATTEMPTS = 3;

/**
 * Runs the work in a transaction, and retries if it meets another writer (a duplicate key, a deadlock): at most three
 * times. The work must do nothing that a rollback does not undo.
 */
export async function inTransaction<T>(db: Db, work: (trx: Transaction<Tables>) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await db.transaction().execute(work);
    } catch (error) {
      if (attempt === ATTEMPTS || !isWorthRetrying(error)) throw error;
    }
  }
}

/** The Monday on or before the date in a column. */
export function sqlWeekOf(column: string): RawBuilder<Day> {
  return sql<Day>`cast(date_trunc('week', cast(${sql.ref(column)} as timestamp)) as date)`;
}

/** The first day of the month of the date in a column. */
export function sqlMonthOf(column: string): RawBuilder<Day> {
  return sql<Day>`cast(date_trunc('month', cast(${sql.ref(column)} as timestamp)) as date)`;
}

/** The column contains the text, whatever the case. */
export function sqlContains(column: string, text: string): RawBuilder<boolean> {
  const pattern = `%${text.toLowerCase().replace(/[!%_]/g, '!$&')}%`;
  return sql<boolean>`lower(${sql.ref(column)}) like ${pattern} escape '!'`;
}

/** How rows are merged into a table. */
export interface Merge<T extends keyof Tables> {
  into: T;
  /** The columns that identify a row. */
  key: (keyof Insertable<Tables[T]>)[];
  /**
   * New values for an existing row; without them it stays as it is. The existing row is `kept` and the merged one `given`,
   * as in `sql.ref('kept.viewCount')`.
   */
  update?: { [C in keyof Insertable<Tables[T]>]?: Expression<unknown> };
  /** Which existing rows get them; all if left out. */
  onlyIf?: Expression<unknown>;
}

/** The given value. */
export function given(column: string): RawBuilder<unknown> {
  return sql`${sql.ref(`given.${column}`)}`;
}

/** The larger of the kept and the given value. A known value wins over an unknown one. */
export function larger(column: string): RawBuilder<unknown> {
  const kept = sql.ref(`kept.${column}`);
  const other = sql.ref(`given.${column}`);
  return sql`coalesce(greatest(${kept}, ${other}), ${kept}, ${other})`;
}

/** The kept row comes from an import, so that ours takes its place. */
export const isImported = sql`${sql.ref('kept.importId')} is not null`;

/** The larger of the kept and the given value, unless the kept row comes from an import. */
export function largerOfOurs(column: string): RawBuilder<unknown> {
  return sql`case when ${isImported} then ${given(column)} else ${larger(column)} end`;
}

/** The sum of the kept and the given value. */
export function added(column: string): RawBuilder<unknown> {
  return sql`${sql.ref(`kept.${column}`)} + ${sql.ref(`given.${column}`)}`;
}

/** Markers per statement, below PostgreSQL's 65,535 and Db2's 32,767. The driver that stands in for Db2's reads no more than 7,497. */
const MARKERS = 7000;

/**
 * Inserts rows, or updates those whose key exists. A column that a row leaves out becomes null. The rows' keys must be
 * distinct. Two callers that merge the same new key at once meet a duplicate key: call it within `inTransaction`, which
 * retries.
 */
export async function mergeRows<T extends keyof Tables>(
  trx: Transaction<Tables>,
  merge: Merge<T>,
  rows: Insertable<Tables[T]>[],
): Promise<void> {
  const updated = Object.entries(merge.update ?? {}) as [string, Expression<unknown>][];
  const changes = updated.map(([column, value]) => sql`${sql.id(column)} = ${value}`);
  const columns = columnsOf(merge.into, [...rows, merge.update ?? {}]);
  const names = sql.join(columns.map(([column]) => sql.id(column)));
  const values = sql.join(columns.map(([column]) => given(column)));
  const condition = merge.onlyIf ? sql`and ${merge.onlyIf} ` : sql``;
  const matched =
    changes.length === 0 ? sql`` : sql`when matched ${condition}then update set ${sql.join(changes)} `;
  const rest = sql`${matched}when not matched then insert (${names}) values (${values})`;
  await writeRows(trx, { ...merge, columns, rows, rest });
}

/**
 * Gives rows new values, each its own, in one statement; `update` says how, if not to the given ones. All rows have the same
 * columns, and distinct keys. Those that do not exist are left out.
 */
export async function updateRows<T extends keyof Tables>(
  trx: Transaction<Tables>,
  { into, key, update = {} }: Merge<T>,
  rows: Updateable<Tables[T]>[],
): Promise<void> {
  const columns = columnsOf(into, rows);
  const isKey = new Set<PropertyKey>(key);
  const updated = update as Record<string, Expression<unknown>>;
  const changes = columns
    .filter(([column]) => !isKey.has(column))
    .map(([column]) => sql`${sql.id(column)} = ${updated[column] ?? given(column)}`);
  await writeRows(trx, {
    into,
    key,
    columns,
    rows,
    rest: sql`when matched then update set ${sql.join(changes)}`,
  });
}

type Columns = [name: string, column: Column<unknown>][];

/** The columns that any of the rows names, in the table's order. */
function columnsOf(table: keyof Tables, rows: readonly object[]): Columns {
  const names = new Set(rows.flatMap(Object.keys));
  return Object.entries<Column<unknown>>(TABLES[table]).filter(([name]) => names.has(name));
}

interface Writing {
  into: keyof Tables;
  key: readonly PropertyKey[];
  columns: Columns;
  rows: readonly object[];
  /** What happens to rows that exist, and to others. */
  rest: RawBuilder<unknown>;
}

/** Inserts rows of one kind. A column that a row leaves out becomes null. */
export async function insertRows<T extends keyof Tables>(
  trx: Transaction<Tables>,
  into: T,
  rows: readonly Insertable<Tables[T]>[],
): Promise<void> {
  const columns = columnsOf(into, rows);
  await insertValues(trx, { into, columns, values: toValues(columns, rows) });
}

/**
 * Inserts rows of numbers, days, instants and fixed words many times faster than `insertRows`: it writes them into the statement.
 * Throws for any other text, which must never be there.
 */
export async function insertPlainRows<T extends keyof Tables>(
  trx: Transaction<Tables>,
  into: T,
  rows: readonly Insertable<Tables[T]>[],
): Promise<void> {
  const columns = columnsOf(into, rows);
  await insertValues(trx, { into, columns, values: toPlainValues(columns, rows) });
}

interface Inserting {
  into: keyof Tables;
  columns: Columns;
  /** The rows of each statement. */
  values: Iterable<RawBuilder<unknown>>;
}

async function insertValues(trx: Transaction<Tables>, { into, columns, values }: Inserting): Promise<void> {
  const names = sql.join(columns.map(([column]) => sql.id(column)));
  for (const some of values) await sql`insert into ${sql.table(into)} (${names}) values ${some}`.execute(trx);
}

/** The rows as lists of typed values, few enough for a statement. */
function* toValues(columns: Columns, rows: readonly object[]): Generator<RawBuilder<unknown>> {
  const eb = expressionBuilder<Tables>();
  const toRow = (row: object) => {
    const fields = row as Record<string, unknown>;
    return sql`(${sql.join(columns.map(([column, { type }]) => eb.cast(eb.val(fields[column] ?? null), type)))})`;
  };
  const size = Math.max(1, Math.floor(MARKERS / columns.length));
  for (let start = 0; start < rows.length; start += size)
    yield sql.join(rows.slice(start, start + size).map(toRow));
}

/** Rows of a statement of plain values. */
const PLAIN_ROWS = 5000;
/** Numbers, days, instants, and words that a column may hold. */
const PLAIN = /^[\w .:-]*$/;

/** The rows as lists of values that stand in the statement. */
function* toPlainValues(columns: Columns, rows: readonly object[]): Generator<RawBuilder<unknown>> {
  for (let start = 0; start < rows.length; start += PLAIN_ROWS) {
    const texts = rows.slice(start, start + PLAIN_ROWS).map((row) => toPlainRow(columns, row));
    yield sql.raw(texts.join(', '));
  }
}

function toPlainRow(columns: Columns, row: object): string {
  const fields = row as Record<string, unknown>;
  return `(${columns.map(([name, { type }]) => toPlain(fields[name] ?? null, type === 'timestamptz')).join(', ')})`;
}

function toPlain(value: unknown, isInstant: boolean): string {
  if (value === null) return 'null';
  if (Number.isSafeInteger(value)) return String(value);
  if (typeof value !== 'string' || !PLAIN.test(value)) throw new Error('This is no plain value.');
  // Both databases read it so: their sessions are in UTC.
  return isInstant ? `'${new Date(value).toISOString().slice(0, 23).replace('T', ' ')}'` : `'${value}'`;
}

async function writeRows(
  trx: Transaction<Tables>,
  { into, key, columns, rows, rest }: Writing,
): Promise<void> {
  const names = sql.join(columns.map(([column]) => sql.id(column)));
  const same = sql.join(
    key.map((column) => sql`${sql.ref(`kept.${String(column)}`)} = ${sql.ref(`given.${String(column)}`)}`),
    sql` and `,
  );
  for (const values of toValues(columns, rows))
    await sql`merge into ${sql.table(into)} as ${sql.id('kept')} using (values ${values}) as ${sql.id('given')} (${names}) on ${same} ${rest}`.execute(
      trx,
    );
}
