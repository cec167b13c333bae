import type { Db } from '../db/database.ts';
import { inTransaction } from '../db/portable.ts';
import { type TokenUse, UNUSED } from './token-use.ts';

/** The form of what is stored. Add one when it changes: activations of two versions must not read each other's. */
const FORMAT = 2;
const KEPT_MS = 24 * 3_600_000;

/** Changes the stored use of a token, one caller after the other. Returns the grant. */
export async function changeUse<T>(
  { db, fingerprint, now }: { db: Db; fingerprint: string; now: number },
  change: (use: TokenUse) => { use: TokenUse; grant: T },
): Promise<T> {
  const tokenFingerprint = `${FORMAT}:${fingerprint}`;
  return inTransaction(db, async (trx) => {
    const stored = await trx
      .selectFrom('tokenUse')
      .select('state')
      .where('tokenFingerprint', '=', tokenFingerprint)
      .forUpdate()
      .executeTakeFirst();
    const { use, grant } = change(stored ? (JSON.parse(stored.state) as TokenUse) : UNUSED);
    const row = { state: JSON.stringify(use), usedAt: new Date(now).toISOString() };
    if (stored) {
      await trx.updateTable('tokenUse').set(row).where('tokenFingerprint', '=', tokenFingerprint).execute();
      return grant;
    }
    const old = new Date(now - KEPT_MS).toISOString();
    await trx.deleteFrom('tokenUse').where('usedAt', '<', old).execute();
    await trx
      .insertInto('tokenUse')
      .values({ tokenFingerprint, ...row })
      .execute();
    return grant;
  });
}
