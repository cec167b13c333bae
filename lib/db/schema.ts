import { SCHEMA_VERSION } from 'virtual:schema-scripts';
import { Failure } from '../failure.ts';
import type { Db } from './database.ts';
import { isMissingTable } from './errors.ts';

export { SCHEMA_VERSION };

/** How far a database is set up. */
export interface SchemaState {
  /** The version of the stored schema; null when there is none. */
  stored: number | null;
  /** The installation's name; null when it was not initialised. */
  displayName: string | null;
}

/** What is stored so far; asks nothing of the database but that it answers. Not to be used within a transaction. */
export async function readSchemaState(db: Db): Promise<SchemaState> {
  try {
    // Every first answer of a container waits for this: one statement.
    const state = await db
      .selectFrom('schemaVersion')
      .leftJoin('installation', (join) => join.on('installation.displayName', 'is not', null))
      .select(['schemaVersion.version as stored', 'installation.displayName'])
      .orderBy('schemaVersion.version', 'desc')
      .limit(1)
      .executeTakeFirst();
    return state ?? { stored: null, displayName: null };
  } catch (error) {
    if (isMissingTable(error)) return { stored: null, displayName: null };
    throw error;
  }
}

/**
 * Returns once the installation is initialised with the schema that this code needs; throws `not_initialized` or
 * `schema_mismatch`.
 */
export async function requireInitialized(db: Db): Promise<void> {
  const { stored, displayName } = await readSchemaState(db);
  if (stored !== null) requireVersion(stored);
  if (displayName !== null) return;
  throw new Failure('not_initialized');
}

/** Throws `schema_mismatch` when the stored schema is newer or older than the code's. */
export function requireVersion(stored: number): void {
  if (stored === SCHEMA_VERSION) return;
  const advice =
    stored < SCHEMA_VERSION
      ? 'Run the initialisation once more with the installation’s secret: it upgrades the schema.'
      : 'Deploy the newer version of the actions.';
  const message = `The database has schema version ${stored}, but these actions need ${SCHEMA_VERSION}. ${advice}`;
  throw new Failure('schema_mismatch', message, { stored, expected: SCHEMA_VERSION });
}
