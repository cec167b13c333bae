import type { Transaction } from 'kysely';
import type { TenantAccess } from './access.ts';
import type { Subscription, SubscriptionList } from './answers/subscriptions.ts';
import { type Actor, recordAudit } from './audit.ts';
import { type Day, toDay } from './day.ts';
import type { Db } from './db/database.ts';
import { inTransaction } from './db/portable.ts';
import type { Tables } from './db/tables.ts';
import { type QuietHours, toQuietColumns, toQuietHours } from './deliveries/quiet.ts';
import { deleteDeliveries } from './deliveries/records.ts';
import { Failure } from './failure.ts';
import { inGroup, listGroupChoices } from './groups.ts';
import type { Person } from './identity/claims.ts';
import type { Account } from './identity/session.ts';
import { lockTenant } from './locks.ts';
import {
  listMailAddresses,
  type MailAddress,
  type MailServices,
  prepareMailAddress,
} from './mail-addresses.ts';
import { notFound } from './request.ts';
import { toStoredFailure } from './storable.ts';

/** What a member chooses. */
interface SubscriptionFields {
  /** Null for the address that the member signs in with. */
  email: string | null;
  weekly: boolean;
  monthly: boolean;
  alerts: boolean;
  /** Only about this group; null for all that the member sees. */
  groupId: number | null;
  quietHours: QuietHours | null;
  /** Nothing is sent before this day. */
  pausedUntil: Day | null;
}

interface SubscriptionKey {
  tenantId: number;
  subscriptionId: number;
}

/** The member who asks, and what they may see. */
export interface Subscriber {
  access: TenantAccess;
  person: Person;
  by: Actor;
}

/** Of a member in one tenant. */
const MAX_SUBSCRIPTIONS = 10;
/** Of all members of a tenant. */
const MAX_OF_TENANT = 10_000;

function selectOwn(db: Db, tenantId: number, { issuer, subject }: Account) {
  return db
    .selectFrom('subscription as s')
    .leftJoin('repositoryGroup as g', (join) =>
      join.onRef('g.tenantId', '=', 's.tenantId').onRef('g.groupId', '=', 's.groupId'),
    )
    .select(['s.subscriptionId', 's.email', 's.weekly', 's.monthly', 's.alerts', 's.groupId'])
    .select(['s.quietFrom', 's.quietTo', 's.quietZone', 's.pausedUntil', 's.stoppedAt', 's.createdAt'])
    .select(['s.sentAt', 's.failureCode', 's.failureMessage', 's.failureAt', 'g.name as groupName'])
    .where('s.tenantId', '=', tenantId)
    .where('s.issuer', '=', issuer)
    .where('s.subject', '=', subject);
}

type Row = Awaited<ReturnType<ReturnType<typeof selectOwn>['executeTakeFirstOrThrow']>>;

interface Seen {
  ownEmail: string;
  /** What the receivers of other addresses said. */
  addresses: ReadonlyMap<string, MailAddress>;
  /** The groups that the member sees now. */
  groupIds: ReadonlySet<number>;
  today: Day;
}

function toSubscription(row: Row, seen: Seen): Subscription {
  const { subscriptionId, email, groupId, groupName, failureCode, failureMessage, failureAt } = row;
  const { pausedUntil, createdAt, sentAt } = row;
  const hasFailed = failureCode !== null && failureAt !== null;
  const mail = email === null ? null : toMailState(seen.addresses.get(email));
  return {
    subscriptionId,
    state: toState(row, mail, seen),
    email: email ?? seen.ownEmail,
    mail,
    weekly: row.weekly === 1,
    monthly: row.monthly === 1,
    alerts: row.alerts === 1,
    group: groupId === null ? null : { groupId, name: groupName },
    quietHours: toQuietHours(row),
    pausedUntil,
    createdAt,
    sentAt,
    failure: hasFailed ? { code: failureCode, message: failureMessage ?? '', at: failureAt } : null,
  };
}

function toMailState(address: MailAddress | undefined): NonNullable<Subscription['mail']> {
  return { state: address?.state ?? 'waiting', askedAt: address?.askedAt ?? null };
}

function toState(
  { stoppedAt, groupId, pausedUntil }: Row,
  mail: Subscription['mail'],
  { groupIds, today }: Seen,
): Subscription['state'] {
  if (stoppedAt !== null) return 'stopped';
  if (mail !== null && mail.state !== 'confirmed') return 'unconfirmed';
  if (groupId !== null && !groupIds.has(groupId)) return 'group_gone';
  return pausedUntil !== null && pausedUntil > today ? 'paused' : 'active';
}

async function readSeen(db: Db, { access, person, by }: Subscriber): Promise<Seen> {
  const groups = await listGroupChoices(db, access);
  return {
    ownEmail: person.email,
    addresses: await listMailAddresses(db, access.tenantId),
    groupIds: new Set(groups.map(({ groupId }) => groupId)),
    today: toDay(by.now),
  };
}

/** The member's own subscriptions in the tenant, oldest first. */
export async function listSubscriptions(db: Db, subscriber: Subscriber): Promise<Subscription[]> {
  const { access, person } = subscriber;
  const rows = await selectOwn(db, access.tenantId, person).orderBy('s.subscriptionId').execute();
  const seen = await readSeen(db, subscriber);
  return rows.map((row) => toSubscription(row, seen));
}

async function findOwn(db: Db, { access, person }: Subscriber, subscriptionId: number): Promise<Row> {
  const row = await selectOwn(db, access.tenantId, person)
    .where('s.subscriptionId', '=', subscriptionId)
    .executeTakeFirst();
  if (!row) throw notFound('subscription');
  return row;
}

async function getSubscription(
  db: Db,
  subscriber: Subscriber,
  subscriptionId: number,
): Promise<Subscription> {
  return toSubscription(await findOwn(db, subscriber, subscriptionId), await readSeen(db, subscriber));
}

/** How many subscriptions a tenant's members have, and how many members have one. Not whose, and to which address. */
export async function countSubscriptions(
  db: Db,
  tenantId: number,
): Promise<NonNullable<SubscriptionList['ofTenant']>> {
  const rows = await db
    .selectFrom('subscription')
    .select(({ fn }) => ['issuer', 'subject', fn.countAll<number>().as('count')])
    .where('tenantId', '=', tenantId)
    .groupBy(['issuer', 'subject'])
    .execute();
  return { members: rows.length, subscriptions: rows.reduce((sum, { count }) => sum + count, 0) };
}

function requireSomething({ weekly, monthly, alerts }: SubscriptionFields): void {
  if (weekly || monthly || alerts) return;
  throw new Failure('invalid_input', 'Choose at least one of weekly, monthly and alerts.');
}

/**
 * Subscribes the member. Another address than the one they sign in with is asked with a mail, and gets nothing before it is
 * confirmed. Throws `too_many_subscriptions`, `group_not_found` for a group that holds nothing they see, `invalid_input` if
 * nothing is chosen, and for another address what `prepareMailAddress` throws.
 */
export async function createSubscription(
  services: MailServices,
  subscriber: Subscriber,
  given: SubscriptionFields,
): Promise<Subscription> {
  const { db } = services;
  const { access, person, by } = subscriber;
  const { tenantId } = access;
  const { issuer, subject } = person;
  requireSomething(given);
  const fields = { ...given, email: toOtherAddress(given.email, person) };
  if (fields.email !== null) await prepareMailAddress(services, { tenantId, email: fields.email }, by);
  const subscriptionId = await inTransaction(db, async (trx) => {
    await lockTenant(trx, tenantId);
    await inGroup(trx, access, fields.groupId ?? undefined);
    const own = await selectOwn(trx, tenantId, person).execute();
    if (own.length >= MAX_SUBSCRIPTIONS)
      throw tooMany(`You have ${MAX_SUBSCRIPTIONS} subscriptions here already. Delete one first.`);
    const { subscriptions } = await countSubscriptions(trx, tenantId);
    if (subscriptions >= MAX_OF_TENANT)
      throw tooMany(`A tenant has at most ${MAX_OF_TENANT} subscriptions. Ask a manager.`);
    const inserted = await trx
      .insertInto('subscription')
      .values({ tenantId, issuer, subject, ...toColumns(fields), createdAt: by.now.toISOString() })
      .returning('subscriptionId')
      .executeTakeFirstOrThrow();
    await record(trx, subscriber, 'subscription_created', fields);
    return inserted.subscriptionId;
  });
  return getSubscription(db, subscriber, subscriptionId);
}

/** Null for the address that the person signs in with. */
const toOtherAddress = (email: string | null, person: Person) => (email === person.email ? null : email);

const tooMany = (message: string) => new Failure('too_many_subscriptions', message);

const toColumns = ({ weekly, monthly, alerts, quietHours, ...fields }: SubscriptionFields) => ({
  ...fields,
  weekly: Number(weekly),
  monthly: Number(monthly),
  alerts: Number(alerts),
  ...toQuietColumns(quietHours),
});

const toFields = (row: Row): SubscriptionFields => ({
  email: row.email,
  weekly: row.weekly === 1,
  monthly: row.monthly === 1,
  alerts: row.alerts === 1,
  groupId: row.groupId,
  quietHours: toQuietHours(row),
  pausedUntil: row.pausedUntil,
});

/** A change of a subscription; what is left out stays. */
type SubscriptionChange = { [F in keyof SubscriptionFields]?: SubscriptionFields[F] | undefined } & {
  /** Sends again what a link in a mail stopped. */
  resume?: true | undefined;
};

/**
 * Changes the given fields of an own subscription. Another address clears the last failure, and is asked as by
 * `createSubscription`. Throws `subscription_not_found`, `group_not_found` for a group that holds nothing the member sees,
 * `invalid_input` if nothing is left, and for another address what `prepareMailAddress` throws.
 */
export async function updateSubscription(
  services: MailServices,
  subscriber: Subscriber,
  subscriptionId: number,
  { resume, ...change }: SubscriptionChange,
): Promise<Subscription> {
  const { db } = services;
  const { access, person, by } = subscriber;
  const { tenantId } = access;
  const current = await findOwn(db, subscriber, subscriptionId);
  if (change.email !== undefined) change.email = toOtherAddress(change.email, person);
  if (change.email != null && change.email !== current.email)
    await prepareMailAddress(services, { tenantId, email: change.email }, by);
  await inTransaction(db, async (trx) => {
    await lockTenant(trx, tenantId);
    const before = toFields(await findOwn(trx, subscriber, subscriptionId));
    const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
    const after: SubscriptionFields = { ...before, ...given };
    requireSomething(after);
    if (after.groupId !== before.groupId) await inGroup(trx, access, after.groupId ?? undefined);
    const isOther = after.email !== before.email;
    await updateRow(trx, { tenantId, subscriptionId })
      .set({
        ...toColumns(after),
        ...(resume && { stoppedAt: null }),
        ...(isOther && { failureCode: null, failureMessage: null, failureAt: null }),
      })
      .execute();
    await record(trx, subscriber, 'subscription_changed', after);
  });
  return getSubscription(db, subscriber, subscriptionId);
}

/**
 * Asks the other address of an own subscription once more. Throws `subscription_not_found`, and what `prepareMailAddress`
 * throws. Does nothing for the address that the member signs in with.
 */
export async function askAgain(
  services: MailServices,
  subscriber: Subscriber,
  subscriptionId: number,
): Promise<Subscription> {
  const { db } = services;
  const { access, by } = subscriber;
  const { email } = await findOwn(db, subscriber, subscriptionId);
  if (email !== null) await prepareMailAddress(services, { tenantId: access.tenantId, email }, by);
  return getSubscription(db, subscriber, subscriptionId);
}

/** Deletes an own subscription. Throws `subscription_not_found`. */
export async function deleteSubscription(
  db: Db,
  subscriber: Subscriber,
  subscriptionId: number,
): Promise<void> {
  await inTransaction(db, async (trx) => {
    const fields = toFields(await findOwn(trx, subscriber, subscriptionId));
    await removeRow(trx, subscriber.access.tenantId, subscriptionId);
    await record(trx, subscriber, 'subscription_deleted', fields);
  });
}

async function removeRow(trx: Transaction<Tables>, tenantId: number, subscriptionId: number): Promise<void> {
  await trx
    .deleteFrom('subscription')
    .where('tenantId', '=', tenantId)
    .where('subscriptionId', '=', subscriptionId)
    .execute();
  await deleteDeliveries(trx, { tenantId, kind: 'subscription', id: subscriptionId });
}

/** Deletes all subscriptions of an account in a tenant, which it leaves. */
export async function deleteSubscriptionsOf(
  trx: Transaction<Tables>,
  tenantId: number,
  account: Account,
): Promise<void> {
  const rows = await selectOwn(trx, tenantId, account).execute();
  for (const { subscriptionId } of rows) await removeRow(trx, tenantId, subscriptionId);
}

/** Does what sends a mail of a subscription, and stores how that went. Throws what it throws. */
export async function notingOutcome(
  { db, clock }: { db: Db; clock: () => Date },
  key: SubscriptionKey,
  send: () => Promise<void>,
): Promise<void> {
  const now = () => clock().toISOString();
  try {
    await send();
    const worked = { sentAt: now(), failureCode: null, failureMessage: null, failureAt: null };
    await updateRow(db, key).set(worked).execute();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const { code: failureCode, message: failureMessage } = toStoredFailure(error);
    await updateRow(db, key).set({ failureCode, failureMessage, failureAt: now() }).execute();
    throw error;
  }
}

const updateRow = (db: Db, { tenantId, subscriptionId }: SubscriptionKey) =>
  db
    .updateTable('subscription')
    .where('tenantId', '=', tenantId)
    .where('subscriptionId', '=', subscriptionId);

/**
 * Stops a subscription for good, as the link in its mails asks, until its member resumes it. Doing it again changes nothing, nor does it
 * for one that is gone.
 */
export async function stopSubscription(db: Db, key: SubscriptionKey, now: Date): Promise<void> {
  await updateRow(db, key).set({ stoppedAt: now.toISOString() }).where('stoppedAt', 'is', null).execute();
}

/** Ends the stop. Doing it again changes nothing. */
export async function resumeSubscription(db: Db, key: SubscriptionKey): Promise<void> {
  await updateRow(db, key).set({ stoppedAt: null }).execute();
}

/** Whether a subscription was stopped; null if it is gone. */
export async function isStopped(db: Db, key: SubscriptionKey): Promise<boolean | null> {
  const row = await db
    .selectFrom('subscription')
    .select('stoppedAt')
    .where('tenantId', '=', key.tenantId)
    .where('subscriptionId', '=', key.subscriptionId)
    .executeTakeFirst();
  return row ? row.stoppedAt !== null : null;
}

const ABOUTS = { weekly: 'the weekly report', monthly: 'the monthly report', alerts: 'alerts' } as const;

/** What a subscription sends, in words: "the weekly report and alerts". */
function describe(fields: SubscriptionFields): string {
  const chosen = (['weekly', 'monthly', 'alerts'] as const).filter((about) => fields[about]);
  const words = chosen.map((about) => ABOUTS[about]);
  const last = words.pop();
  if (last === undefined) return 'nothing';
  return words.length === 0 ? last : `${words.join(', ')} and ${last}`;
}

async function record(
  trx: Transaction<Tables>,
  { access: { tenantId }, person, by }: Subscriber,
  kind: 'subscription_created' | 'subscription_changed' | 'subscription_deleted',
  fields: SubscriptionFields,
): Promise<void> {
  await recordAudit(trx, by, {
    tenantId,
    kind,
    subject: fields.email ?? person.email,
    detail: describe(fields),
  });
}
