import type { Database } from './db/database.ts';
import { dropSchema } from './db/migrate.ts';
import { inTransaction } from './db/portable.ts';
import { readSchemaState } from './db/schema.ts';
import { Failure } from './failure.ts';

/**
 * Deletes everything that is stored, tables included: all or nothing. `confirmation` is the installation's name, or empty
 * if it was never initialized. Throws `confirmation_wrong`.
 */
export async function deleteAllData({ db, dialect }: Database, confirmation: string): Promise<void> {
  const { displayName } = await readSchemaState(db);
  if (confirmation !== (displayName ?? '')) {
    const message = `Nothing was deleted: this installation is not named “${confirmation}”. Give its exact name.`;
    throw new Failure('confirmation_wrong', message);
  }
  await inTransaction(db, (trx) => dropSchema(trx, dialect));
}
