import type { Db } from '../db/database.ts';
import { inTransaction } from '../db/portable.ts';
import { type TokenUse, UNUSED } from './token-use.ts';

/** Tokens that were not used for so long are of no interest any more. */
const FORGOTTEN_MS = 24 * 3_600_000;

/** Changes what is stored of a token's use, one after the other. */
export async function changeUse<T>(
  { db, fingerprint: tokenFingerprint, now }: { db: Db; fingerprint: string; now: number },
  change: (use: TokenUse) => { use: TokenUse; grant: T },
): Promise<T> {
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
    const old = new Date(now - FORGOTTEN_MS).toISOString();
    await trx.deleteFrom('tokenUse').where('usedAt', '<', old).execute();
    await trx
      .insertInto('tokenUse')
      .values({ tokenFingerprint, ...row })
      .execute();
    return grant;
  });
}
