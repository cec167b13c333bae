import { createHash } from 'node:crypto';
import type { Transaction } from 'kysely';
import type { Db } from '../db/database.ts';
import { inTransaction } from '../db/portable.ts';
import type { Tables } from '../db/tables.ts';
import { Failure } from '../failure.ts';
import { lockTenant } from '../locks.ts';
import { toStoredFailure } from '../storable.ts';
import { claimedUntil, type Tried } from './attempt.ts';

/** Something that a person sends now. */
export interface Order {
  tenantId: number;
  by: { issuer: string; subject: string };
  /** The client's own key: the same one sends nothing twice. */
  key: string;
  /** Null: to the person's own address. */
  channelId: number | null;
}

interface Work {
  send: () => Promise<void>;
  onSent: (trx: Transaction<Tables>) => Promise<void>;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Attempts of a person, and of all people of a tenant, in an hour. */
const MAX_OF_PERSON = 20;
const MAX_OF_TENANT = 100;

/**
 * Sends what a person asked for, once for each key, however often and at how many places at once this is called within a day. What failed is
 * sent when it is asked for again. Returns `sending` if another call sends it right now. Throws `too_many_reports` with `details.retryAfter`,
 * and what `send` throws. `onSent` runs in the transaction that notes it. It arrives twice only if the activation ends between the receiver's answer and the note of it.
 */
export async function sendOnDemand(
  { db, clock }: { db: Db; clock: () => Date },
  order: Order,
  { send, onSent }: Work,
): Promise<'sent' | 'sending'> {
  const claimed = await inTransaction(db, (trx) => claim(trx, order, clock()));
  if (claimed !== 'claimed') return claimed;
  try {
    await send();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const { code: failureCode, message: failureMessage } = toStoredFailure(error);
    await note(db, order, { dueAt: null, sentAt: null, failureCode, failureMessage });
    throw error;
  }
  const sentAt = clock().toISOString();
  await inTransaction(db, async (trx) => {
    await note(trx, order, { dueAt: null, sentAt, failureCode: null, failureMessage: null });
    await onSent(trx);
  });
  return 'sent';
}

/** The person, as short as the column needs it: the names of an account may have 555 characters. */
function toPersonKey({ issuer, subject }: Order['by']): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([issuer, subject]))
    .digest('base64url');
  return `${hash.slice(0, 22)}:`;
}

const toDeliveryKey = ({ by, key }: Order) => `${toPersonKey(by)}${key}`;

const selectOrders = (db: Db, tenantId: number) =>
  db
    .selectFrom('delivery')
    .select(['deliveryKey', 'attempts', 'dueAt', 'sentAt', 'triedAt'])
    .where('tenantId', '=', tenantId)
    .where('about', '=', 'demand');

const updateOrder = (db: Db, order: Order) =>
  db
    .updateTable('delivery')
    .where('tenantId', '=', order.tenantId)
    .where('about', '=', 'demand')
    .where('deliveryKey', '=', toDeliveryKey(order));

async function claim(
  trx: Transaction<Tables>,
  order: Order,
  now: Date,
): Promise<'claimed' | 'sent' | 'sending'> {
  const { tenantId, channelId } = order;
  await lockTenant(trx, tenantId);
  const deliveryKey = toDeliveryKey(order);
  const known = await selectOrders(trx, tenantId).where('deliveryKey', '=', deliveryKey).executeTakeFirst();
  if (known?.sentAt) return 'sent';
  if (known?.dueAt && known.dueAt > now.toISOString()) return 'sending';
  await requireTurn(trx, order, now);
  await forgetOld(trx, tenantId, now);
  const claimed = { dueAt: claimedUntil(now), triedAt: now.toISOString() };
  if (known) {
    await updateOrder(trx, order)
      .set({ attempts: known.attempts + 1, ...claimed })
      .execute();
    return 'claimed';
  }
  const receiver =
    channelId === null
      ? ({ receiverKind: 'person', receiverId: 0 } as const)
      : ({ receiverKind: 'channel', receiverId: channelId } as const);
  await trx
    .insertInto('delivery')
    .values({ tenantId, ...receiver, about: 'demand', deliveryKey, attempts: 1, ...claimed })
    .execute();
  return 'claimed';
}

async function requireTurn(trx: Transaction<Tables>, { tenantId, by }: Order, now: Date): Promise<void> {
  const since = new Date(now.getTime() - HOUR_MS).toISOString();
  const tried = await selectOrders(trx, tenantId).where('triedAt', '>', since).orderBy('triedAt').execute();
  const person = toPersonKey(by);
  const own = tried.filter(({ deliveryKey }) => deliveryKey.startsWith(person));
  requireFew(own, MAX_OF_PERSON, `You have sent ${MAX_OF_PERSON} reports`, now);
  requireFew(tried, MAX_OF_TENANT, `Members of this tenant have sent ${MAX_OF_TENANT} reports`, now);
}

function requireFew(
  tried: readonly { attempts: number; triedAt: string }[],
  max: number,
  what: string,
  now: Date,
): void {
  const [oldest] = tried;
  const count = tried.reduce((sum, { attempts }) => sum + attempts, 0);
  if (!oldest || count < max) return;
  const left = Date.parse(oldest.triedAt) + HOUR_MS - now.getTime();
  const retryAfter = Math.max(1, Math.ceil(left / 1000));
  throw new Failure('too_many_reports', `${what} within an hour, which is the limit. Try again later.`, {
    retryAfter,
  });
}

/** A client that has not come back within a day does not come back. */
async function forgetOld(trx: Transaction<Tables>, tenantId: number, now: Date): Promise<void> {
  await trx
    .deleteFrom('delivery')
    .where('tenantId', '=', tenantId)
    .where('about', '=', 'demand')
    .where('triedAt', '<', new Date(now.getTime() - DAY_MS).toISOString())
    .execute();
}

async function note(db: Db, order: Order, tried: Tried): Promise<void> {
  await updateOrder(db, order).set(tried).execute();
}
