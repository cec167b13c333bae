import type { Db } from '../db/database.ts';
import { inTransaction } from '../db/portable.ts';
import { type KnownLimits, type TokenUse, UNKNOWN_LIMITS, UNUSED } from './token-use.ts';

/** The form of what is stored. Add one when it changes: activations of two versions must not read each other's. */
const FORMAT = 2;
const KEPT_MS = 24 * 3_600_000;
/** Longer than anything that is stored counts: a later use was dated by a clock that was ahead. */
const AHEAD_MS = 2 * 3_600_000;

function toKey(fingerprint: string): string {
  return `${FORMAT}:${fingerprint}`;
}

/** What is stored about a token's limits. */
export async function readLimits({ db, fingerprint }: { db: Db; fingerprint: string }): Promise<KnownLimits> {
  const stored = await db
    .selectFrom('tokenUse')
    .select('state')
    .where('tokenFingerprint', '=', toKey(fingerprint))
    .executeTakeFirst();
  return stored ? (JSON.parse(stored.state) as TokenUse).limits : UNKNOWN_LIMITS;
}

/** Changes the stored use of a token, one caller after the other. Returns the grant. */
export async function changeUse<T>(
  { db, fingerprint, now }: { db: Db; fingerprint: string; now: number },
  change: (use: TokenUse) => { use: TokenUse; grant: T },
): Promise<T> {
  const tokenFingerprint = toKey(fingerprint);
  return inTransaction(db, async (trx) => {
    const stored = await trx
      .selectFrom('tokenUse')
      .select(['state', 'usedAt'])
      .where('tokenFingerprint', '=', tokenFingerprint)
      .forUpdate()
      .executeTakeFirst();
    const isKnown = stored && Date.parse(stored.usedAt) < now + AHEAD_MS;
    const { use, grant } = change(isKnown ? (JSON.parse(stored.state) as TokenUse) : UNUSED);
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
