import { createHash } from 'node:crypto';
import { type Expression, expressionBuilder, type SqlBool } from 'kysely';
import type { Db } from '../db/database.ts';
import { inTransaction, type Merge, mergeRows } from '../db/portable.ts';
import type { Tables } from '../db/tables.ts';
import type { Instant } from '../instant.ts';

/** An account at the sign-in provider: the provider's issuer and its name for the account. */
export interface Account {
  issuer: string;
  subject: string;
}

/** What is known of an access token, to end it and whatever was issued for it. */
export interface Session extends Account {
  tokenId: string;
  /** When the token was issued, or its bearer signed in if that is earlier. By the provider's clock, in whole seconds. */
  issuedAt: Instant;
}

/**
 * Identifies an access token: a digest of its `jti`, or of its header and payload if it has none. The signature is left
 * out, because one signature can be encoded in several ways.
 */
export function toTokenId(token: string, jti: unknown): string {
  const isNamed = typeof jti === 'string' && jti !== '';
  const text = isNamed ? `jti ${jti}` : `token ${token.slice(0, token.lastIndexOf('.'))}`;
  return createHash('sha256').update(text).digest('base64url');
}

/** A condition: the token was signed out, alone or with all others of its account. */
export function hasEnded({ issuer, subject, tokenId, issuedAt }: Session): Expression<SqlBool> {
  const eb = expressionBuilder<Tables>();
  const isRevoked = eb.selectFrom('revokedToken').select('tokenId').where('tokenId', '=', tokenId);
  const isOlder = eb
    .selectFrom('principal')
    .select('subject')
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .where('signedOutAt', '>=', issuedAt);
  return eb.or([eb.exists(isRevoked), eb.exists(isOlder)]);
}

const revocations: Merge<'revokedToken'> = { into: 'revokedToken', key: ['tokenId'] };

/** Ends one token. It is remembered until it would have expired anyway. Doing it again changes nothing. */
export async function endToken(
  db: Db,
  { tokenId, expiresAt }: { tokenId: string; expiresAt: Instant },
  now: Date,
): Promise<void> {
  await inTransaction(db, async (trx) => {
    await trx.deleteFrom('revokedToken').where('expiresAt', '<', now.toISOString()).execute();
    await mergeRows(trx, revocations, [{ tokenId, expiresAt }]);
  });
}

/**
 * Ends every token of the account that was issued until now. A token that has ended itself ends no others, so doing it again
 * changes nothing.
 */
export async function endTokensOf(db: Db, session: Session, now: Date): Promise<void> {
  await db
    .updateTable('principal')
    .set({ signedOutAt: now.toISOString() })
    .where('issuer', '=', session.issuer)
    .where('subject', '=', session.subject)
    .where(({ not }) => not(hasEnded(session)))
    .execute();
}
