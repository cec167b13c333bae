import { scripts } from 'virtual:schema-scripts';
import { sql, type Transaction } from 'kysely';
import type { Instant } from '../instant.ts';
import type { DialectName } from './database.ts';
import { type ActingUsers, isolate } from './isolation.ts';
import { requireVersion } from './schema.ts';
import type { Tables } from './tables.ts';

/** An arbitrary number for the lock. Db2 needs no lock: of two that create a table, its catalog makes one retry. */
const LOCK = 1_684_950_117;

/**
 * Upgrades the schema to the version that this code needs, within the transaction: all or nothing; in PostgreSQL with what `isolate`
 * does. Two at once within `inTransaction` wait for each other. Doing it again changes nothing. Throws `schema_mismatch` if the
 * stored schema is newer than the code.
 */
export async function migrate(
  trx: Transaction<Tables>,
  dialect: DialectName,
  now: Instant,
  users: ActingUsers = {},
): Promise<void> {
  if (dialect === 'postgres') await sql`select pg_advisory_xact_lock(${sql.lit(LOCK)})`.execute(trx);
  const stored = await storedVersion(trx);
  await applyScripts(trx, dialect, { after: stored, through: scripts[dialect].length, now });
  requireVersion(Math.max(stored, scripts[dialect].length));
  if (dialect === 'postgres') await isolate(trx, users);
}

/** Creates the tables as they were in an earlier version of the schema, in a database without tables. */
export async function createTables(
  trx: Transaction<Tables>,
  dialect: DialectName,
  { version, now }: { version: number; now: Instant },
): Promise<void> {
  await applyScripts(trx, dialect, { after: 0, through: version, now });
}

async function applyScripts(
  trx: Transaction<Tables>,
  dialect: DialectName,
  { after, through, now }: { after: number; through: number; now: Instant },
): Promise<void> {
  for (const [index, script] of scripts[dialect].slice(0, through).entries()) {
    const version = index + 1;
    if (version <= after) continue;
    for (const statement of toStatements(script)) await sql.raw(statement).execute(trx);
    await trx.insertInto('schemaVersion').values({ version, appliedAt: now }).execute();
  }
}

/** Drops every table of the schema with its rows. Doing it again changes nothing. */
export async function dropSchema(trx: Transaction<Tables>, dialect: DialectName): Promise<void> {
  const there = new Set((await trx.introspection.getTables()).map(({ name }) => name));
  const created = scripts[dialect]
    .flatMap(toStatements)
    .flatMap((statement) => /^create table (\w+)/i.exec(statement)?.[1] ?? []);
  for (const name of created.reverse()) if (there.has(name)) await sql.raw(`drop table ${name}`).execute(trx);
}

/** 0 if there is no schema. */
async function storedVersion(trx: Transaction<Tables>): Promise<number> {
  const tables = await trx.introspection.getTables();
  if (!tables.some(({ name }) => name === 'schema_version')) return 0;
  const row = await trx
    .selectFrom('schemaVersion')
    .select(({ fn }) => fn.max('version').as('stored'))
    .executeTakeFirst();
  return row?.stored ?? 0;
}

/** Splits a script: each statement ends with a semicolon at the end of a line, and has no other such semicolon. */
function toStatements(script: string): string[] {
  return script
    .replace(/--.*$/gm, '')
    .split(/;\s*$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}
