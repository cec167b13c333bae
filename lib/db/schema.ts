import { SCHEMA_VERSION } from 'virtual:schema-scripts';
import { Failure } from '../failure.ts';
import type { Db } from './database.ts';
import { isMissingTable } from './errors.ts';

export { SCHEMA_VERSION };

/** How far a database is set up. */
export interface SchemaState {
  /** The version of the stored schema; null when there is none. */
  stored: number | null;
  /** The installation's name; null if it is not initialized. */
  displayName: string | null;
}

/** How far the database is set up; it may be empty. Do not call it within a transaction. */
export async function readSchemaState(db: Db): Promise<SchemaState> {
  try {
    // A container's first answer waits for this, so it is one statement.
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
 * Returns if the installation is initialized with the schema that this code needs. Throws `not_initialized` or
 * `schema_mismatch`.
 */
export async function requireInitialized(db: Db): Promise<void> {
  const { stored, displayName } = await readSchemaState(db);
  if (stored !== null) requireVersion(stored);
  if (displayName !== null) return;
  throw new Failure('not_initialized');
}

/** Throws `schema_mismatch` if the stored schema is newer or older than the code's. */
export function requireVersion(stored: number): void {
  if (stored === SCHEMA_VERSION) return;
  const advice =
    stored < SCHEMA_VERSION
      ? 'Run the initialization once more with the installation’s secret: it upgrades the schema.'
      : 'Deploy the newer version of the actions.';
  const message = `The database has schema version ${stored}, but these actions need ${SCHEMA_VERSION}. ${advice}`;
  throw new Failure('schema_mismatch', message, { stored, expected: SCHEMA_VERSION });
}
