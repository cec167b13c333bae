import type { Database } from './db/database.ts';
import { dropSchema } from './db/migrate.ts';
import { inTransaction } from './db/portable.ts';
import { readSchemaState } from './db/schema.ts';
import { Failure } from './failure.ts';

/**
 * Deletes everything that is stored, tables included: all of it or nothing. `confirmation` is the installation's name,
 * or empty when it was never initialised. Throws `confirmation_wrong`.
 */
export async function deleteAllData({ db, dialect }: Database, confirmation: string): Promise<void> {
  const { displayName } = await readSchemaState(db);
  if (confirmation !== (displayName ?? '')) {
    const message = `Nothing was deleted: the name of this installation is another than “${confirmation}”.`;
    throw new Failure('confirmation_wrong', message);
  }
  await inTransaction(db, (trx) => dropSchema(trx, dialect));
}
