import {
  type Expression,
  expressionBuilder,
  type Insertable,
  type RawBuilder,
  sql,
  type Transaction,
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

/** Markers per statement, below PostgreSQL's 65,535 and Db2's 32,767. */
const MARKERS = 12_000;

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
  const names = new Set([...rows, merge.update ?? {}].flatMap(Object.keys));
  const columns = Object.entries<Column<unknown>>(TABLES[merge.into]).filter(([name]) => names.has(name));
  const size = Math.max(1, Math.floor(MARKERS / columns.length));
  for (let start = 0; start < rows.length; start += size)
    await toMerge(merge, columns, rows.slice(start, start + size)).execute(trx);
}

function toMerge<T extends keyof Tables>(
  merge: Merge<T>,
  columns: [name: string, Column<unknown>][],
  rows: Insertable<Tables[T]>[],
): RawBuilder<unknown> {
  const eb = expressionBuilder<Tables>();
  const names = sql.join(columns.map(([column]) => sql.id(column)));
  const values = rows.map((row) => {
    const fields = row as Record<string, unknown>;
    return sql`(${sql.join(columns.map(([column, { type }]) => eb.cast(eb.val(fields[column] ?? null), type)))})`;
  });
  const same = merge.key.map(
    (column) => sql`${sql.ref(`kept.${String(column)}`)} = ${sql.ref(`given.${String(column)}`)}`,
  );
  const updates = Object.entries(merge.update ?? {}) as [string, Expression<unknown>][];
  const changes = updates.map(([column, value]) => sql`${sql.id(column)} = ${value}`);
  const matched = changes.length === 0 ? sql`` : sql`when matched then update set ${sql.join(changes)} `;
  return sql`merge into ${sql.table(merge.into)} as ${sql.id('kept')} using (values ${sql.join(values)}) as ${sql.id('given')} (${names}) on ${sql.join(same, sql` and `)} ${matched}when not matched then insert (${names}) values (${sql.join(columns.map(([column]) => given(column)))})`;
}
