import type pg from 'pg';

/** Three rows for every table, made from the catalogue alone, so that a new table has rows too. */
const ROWS = 3;

interface Column {
  table: string;
  name: string;
  type: string;
  length: number | null;
  nullable: boolean;
}

/** Characters that a format of lines and columns might stumble over. */
const TRICKY = ['\t\\N\n', '"\\.\r\n', 'ẞ🦆,;\u0001'];

function makeValue({ type, length, nullable }: Column, row: number, allowed: string | undefined): unknown {
  if (nullable && row === ROWS) return null;
  if (allowed !== undefined) return allowed;
  if (/int|numeric|double|real/.test(type)) return row;
  if (type === 'date') return `2026-01-0${row}`;
  if (type.startsWith('timestamp')) return `2026-01-0${row}T01:02:03.45678${row}Z`;
  if (type === 'boolean') return row === 1;
  if (type === 'bytea') return Buffer.from([0, 92, row]);
  if (/json/.test(type)) return JSON.stringify({ row, text: TRICKY[row - 1] });
  return `${row}${TRICKY[row - 1]}`.slice(0, length ?? undefined);
}

async function listColumns(client: pg.Client): Promise<Column[]> {
  const { rows } = await client.query(
    `select quote_ident(table_schema) || '.' || quote_ident(table_name) as table, column_name as name, data_type as type,
      character_maximum_length as length, is_nullable = 'YES' as nullable
    from information_schema.columns join information_schema.tables using (table_schema, table_name)
    where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE'
      and table_name not in ('schema_version', 'applied_script') and is_generated = 'NEVER'
    order by table_schema, table_name, ordinal_position`,
  );
  return rows;
}

/** The values that a check constraint names for a column, as in `kind in ('a', 'b')`. */
async function listAllowed(client: pg.Client): Promise<Map<string, string[]>> {
  const { rows } = await client.query(
    `select quote_ident(n.nspname) || '.' || quote_ident(c.relname) || ' ' || a.attname as column, pg_get_constraintdef(k.oid) as definition
    from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
      join pg_attribute a on a.attrelid = c.oid and k.conkey = array[a.attnum] where k.contype = 'c'`,
  );
  const valuesIn = (definition: string) =>
    [...definition.matchAll(/'([^']*)'::(?:character|text)/g)].map(([, value]) => value ?? '');
  return new Map(rows.map(({ column, definition }) => [column, valuesIn(definition)]));
}

/**
 * Fills every table with rows that refer to each other: row n has n in every number, and the same text, day and instant in every
 * column. Needs the right to leave foreign keys unchecked while it does. Rows that a rule refuses are left out; returns the
 * tables that stay empty.
 */
export async function fillTables(client: pg.Client): Promise<string[]> {
  const columns = await listColumns(client);
  const allowed = await listAllowed(client);
  await client.query('set session_replication_role = replica');
  const empty: string[] = [];
  for (const table of new Set(columns.map(({ table: name }) => name))) {
    const own = columns.filter((column) => column.table === table);
    const names = own.map(({ name }) => `"${name}"`).join(', ');
    const markers = own.map((_, index) => `$${index + 1}`).join(', ');
    let count = 0;
    for (let row = 1; row <= ROWS; row += 1) {
      const values = own.map((column) => {
        const choices = allowed.get(`${table} ${column.name}`) ?? [];
        return makeValue(column, row, choices[row % Math.max(choices.length, 1)]);
      });
      const inserted = await client
        .query(`insert into ${table} (${names}) values (${markers})`, values)
        .catch(() => ({ rowCount: 0 }));
      count += inserted.rowCount ?? 0;
    }
    if (count === 0) empty.push(table);
  }
  await client.query('set session_replication_role = origin');
  return empty;
}

/** Every row of every table as text, and what the identity columns gave last. */
export async function readEverything(client: pg.Client): Promise<Record<string, string[]>> {
  await client.query("set timezone = 'UTC'");
  const found: Record<string, string[]> = {};
  for (const table of new Set((await listColumns(client)).map(({ table: name }) => name))) {
    const { rows } = await client.query(`select t::text as row from ${table} t order by 1`);
    found[table] = rows.map(({ row }) => row);
  }
  const { rows } = await client.query(
    'select sequencename as name, last_value::text as last from pg_sequences order by 1',
  );
  found.sequences = rows.map(({ name, last }) => `${name} ${last}`);
  return found;
}
