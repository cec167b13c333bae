import { DEFAULT_MIGRATION_LOCK_TABLE, DEFAULT_MIGRATION_TABLE, sql, type Transaction } from 'kysely';
import postgres001 from '../../sql/postgres/001-schema.sql';
import type { DialectName } from './database.ts';
import { requireVersion } from './schema.ts';
import type { Instant, Tables } from './tables.ts';

const scripts: Record<DialectName, string[]> = { postgres: [postgres001], db2: [] };

/**
 * Brings the schema to the version that this code needs, within the transaction: all of it or nothing. Of two that
 * migrate at once, one waits for the other. Doing it again changes nothing. Throws `schema_mismatch` when the stored
 * schema is newer than the code.
 */
export async function migrate(trx: Transaction<Tables>, dialect: DialectName, now: Instant): Promise<void> {
  const adapter = trx.getExecutor().adapter;
  await adapter.acquireMigrationLock(trx, {
    lockTable: DEFAULT_MIGRATION_LOCK_TABLE,
    lockRowId: DEFAULT_MIGRATION_TABLE,
  });
  const stored = await storedVersion(trx);
  for (const [index, script] of scripts[dialect].entries()) {
    const version = index + 1;
    if (version <= stored) continue;
    for (const statement of toStatements(script)) await sql.raw(statement).execute(trx);
    await trx.insertInto('schemaVersion').values({ version, appliedAt: now }).execute();
  }
  requireVersion(Math.max(stored, scripts[dialect].length));
}

/** 0 when there is no schema. */
async function storedVersion(trx: Transaction<Tables>): Promise<number> {
  const tables = await trx.introspection.getTables();
  if (!tables.some(({ name }) => name === 'schema_version')) return 0;
  const row = await trx
    .selectFrom('schemaVersion')
    .select(({ fn }) => fn.max('version').as('stored'))
    .executeTakeFirst();
  return row?.stored ?? 0;
}

/** The scripts' statements end with a semicolon at the end of a line and hold none elsewhere. */
function toStatements(script: string): string[] {
  return script
    .replace(/--.*$/gm, '')
    .split(/;\s*$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}
