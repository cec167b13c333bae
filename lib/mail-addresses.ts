import {
  type Expression,
  type ExpressionBuilder,
  expressionBuilder,
  type SqlBool,
  sql,
  type Transaction,
} from 'kysely';
import type { MailLink } from './answers/mail.ts';
import { type Actor, recordAudit } from './audit.ts';
import type { Db } from './db/database.ts';
import { given, inTransaction, mergeRows } from './db/portable.ts';
import type { Tables } from './db/tables.ts';
import { Failure } from './failure.ts';
import type { Instant } from './instant.ts';
import { lockTenant } from './locks.ts';
import { mailButton, mailLayout, mailParagraph } from './mail/layout.ts';
import type { Mail, Mailer } from './mail.ts';
import {
  type LinkServices,
  type MailReceiver,
  type MailToken,
  toConfirmPage,
  toUnsubscribe,
} from './mail-links.ts';

/** What sending mail takes. */
export interface MailServices extends LinkServices {
  db: Db;
  clock: () => Date;
  /** Null: no mail is configured. */
  mailer: Mailer | null;
}

/** What the receiver said. `waiting`: nothing yet. */
export type MailState = NonNullable<MailLink['state']>;

/** An address that mails of a tenant go to, or would. */
export interface MailAddress {
  email: string;
  state: MailState;
  /** When a mail last asked for confirmation. */
  askedAt: Instant | null;
  askedBy: string | null;
}

/** An address of a tenant. */
interface AddressKey {
  tenantId: number;
  email: string;
}

type Row = Tables['mailAddress'];

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** How long nobody is asked again, after one mail, two, three, and more. */
const PAUSES_MS = [HOUR_MS / 6, HOUR_MS, DAY_MS, 7 * DAY_MS];
/** Addresses of a tenant that are asked in a day. */
const MAX_ASKED_PER_DAY = 30;

function toState({ confirmedAt, declinedAt, stoppedAt }: Row): MailState {
  if (declinedAt !== null) return 'declined';
  if (stoppedAt !== null) return 'stopped';
  return confirmedAt === null ? 'waiting' : 'confirmed';
}

/** A condition on the rows of `mailAddress`: the receiver wants mails. */
export const isConfirmed: Expression<SqlBool> = toConfirmed(expressionBuilder<Tables, 'mailAddress'>());

function toConfirmed(eb: ExpressionBuilder<Tables, 'mailAddress'>): Expression<SqlBool> {
  return eb.and([
    eb('mailAddress.confirmedAt', 'is not', null),
    eb('mailAddress.declinedAt', 'is', null),
    eb('mailAddress.stoppedAt', 'is', null),
  ]);
}

const toAddress = (row: Row): MailAddress => ({
  email: row.email,
  state: toState(row),
  askedAt: row.askedAt,
  askedBy: row.askedBy,
});

function selectAddress(db: Db, { tenantId, email }: AddressKey) {
  return db.selectFrom('mailAddress').selectAll().where('tenantId', '=', tenantId).where('email', '=', email);
}

/** All addresses that the tenant knows, by address. */
export async function listMailAddresses(db: Db, tenantId: number): Promise<Map<string, MailAddress>> {
  const rows = await db.selectFrom('mailAddress').selectAll().where('tenantId', '=', tenantId).execute();
  return new Map(rows.map((row) => [row.email, toAddress(row)]));
}

/** What is known of an address; null if the tenant does not know it. */
async function findMailAddress(db: Db, key: AddressKey): Promise<MailAddress | null> {
  const row = await selectAddress(db, key).executeTakeFirst();
  return row ? toAddress(row) : null;
}

/** Throws `mail_unconfirmed` or `mail_stopped` unless the receiver wants mails of this tenant. */
async function requireConfirmed(db: Db, key: AddressKey): Promise<void> {
  const state = (await findMailAddress(db, key))?.state ?? 'waiting';
  if (state === 'waiting') throw new Failure('mail_unconfirmed');
  if (state !== 'confirmed') throw new Failure('mail_stopped');
}

/** What the page shows to whoever opened the link. */
export async function readMailLink(db: Db, { use, tenantId, email }: MailToken): Promise<MailLink> {
  const tenant = await db
    .selectFrom('tenant')
    .select('name')
    .where('tenantId', '=', tenantId)
    .executeTakeFirst();
  const address = await findMailAddress(db, { tenantId, email });
  return {
    use,
    email,
    tenant: tenant ?? null,
    askedBy: address?.askedBy ?? null,
    state: address?.state ?? null,
    onlySubscription: false,
  };
}

/** To whom a mail goes. */
export interface Addressee extends AddressKey {
  receiver: MailReceiver;
  /** It is the address with which the person who wants the mails signs in, so nobody else is asked. */
  isOwn: boolean;
}

/**
 * Sends a mail that comes again and again, with the link that ends it. Throws `mail_not_configured`, `mail_unconfirmed`, `mail_stopped` and what
 * `Mailer.send` throws.
 */
export async function sendMail(
  services: MailServices,
  to: Addressee,
  mail: Omit<Mail, 'to' | 'unsubscribe'>,
): Promise<void> {
  const { db, mailer } = services;
  if (!mailer) throw new Failure('mail_not_configured');
  if (!to.isOwn) await requireConfirmed(db, to);
  await mailer.send({ ...mail, to: to.email, unsubscribe: await toUnsubscribe(services, to) });
}

const isOwnAddress = (email: string, by: Actor) => by.email === email;

/**
 * Makes an address ready for mails: a person's own counts as confirmed, because the sign-in verified it; others are asked with a mail. Does
 * nothing for a confirmed one. Throws `mail_not_configured`, `mail_stopped` if the receiver declined, `too_many_mails` with
 * `details.retryAfter`, `tenant_not_found`, and what `Mailer.send` throws.
 */
export async function prepareMailAddress(services: MailServices, key: AddressKey, by: Actor): Promise<void> {
  const { db, mailer } = services;
  if (!mailer) throw new Failure('mail_not_configured');
  if (isOwnAddress(key.email, by)) return inTransaction(db, (trx) => keepConfirmed(trx, key, by.now));
  const asked = await inTransaction(db, (trx) => claimQuestion(trx, key, by));
  if (!asked) return;
  try {
    await mailer.send(await toQuestion(services, key, { ...by, tenantName: asked.tenantName }));
  } catch (error) {
    // Nobody was asked, so the next try need not wait.
    await inTransaction(db, (trx) => putBack(trx, key, asked.before));
    throw error;
  }
}

/** The address counts as confirmed from now on, whatever was before. */
async function keepConfirmed(trx: Transaction<Tables>, key: AddressKey, now: Date): Promise<void> {
  const row = { ...key, askedAt: null, askedBy: null, askedCount: 0, confirmedAt: now.toISOString() };
  await mergeRows(
    trx,
    {
      into: 'mailAddress',
      key: ['tenantId', 'email'],
      update: {
        askedCount: given('askedCount'),
        confirmedAt: given('confirmedAt'),
        declinedAt: sql`null`,
        stoppedAt: sql`null`,
      },
    },
    [row],
  );
}

/** Notes that the address is being asked; null if it need not be. */
async function claimQuestion(trx: Transaction<Tables>, key: AddressKey, by: Actor) {
  await lockTenant(trx, key.tenantId);
  const before = (await selectAddress(trx, key).executeTakeFirst()) ?? null;
  const state = before ? toState(before) : 'waiting';
  if (state === 'confirmed') return null;
  if (state !== 'waiting') throw new Failure('mail_stopped');
  await requireTurn(trx, key, before, by.now);
  const row = {
    ...key,
    askedAt: by.now.toISOString(),
    askedBy: by.email,
    askedCount: (before?.askedCount ?? 0) + 1,
  };
  const update = { askedAt: given('askedAt'), askedBy: given('askedBy'), askedCount: given('askedCount') };
  await mergeRows(trx, { into: 'mailAddress', key: ['tenantId', 'email'], update }, [row]);
  await recordAudit(trx, by, { tenantId: key.tenantId, kind: 'mail_asked', subject: key.email });
  const { name: tenantName } = await trx
    .selectFrom('tenant')
    .select('name')
    .where('tenantId', '=', key.tenantId)
    .executeTakeFirstOrThrow();
  return { before, tenantName };
}

/** Throws `too_many_mails` if the address, or the tenant's others, were asked too often. */
async function requireTurn(
  trx: Transaction<Tables>,
  { tenantId }: AddressKey,
  before: Row | null,
  now: Date,
): Promise<void> {
  const pause = PAUSES_MS[Math.min(before?.askedCount ?? 0, PAUSES_MS.length) - 1] ?? 0;
  const left = before?.askedAt ? Date.parse(before.askedAt) + pause - now.getTime() : 0;
  if (left > 0) throw tooMany('This address was asked already, and is not asked again so soon.', left);
  const asked = await trx
    .selectFrom('mailAddress')
    .select('askedAt')
    .where('tenantId', '=', tenantId)
    .where('askedAt', '>', new Date(now.getTime() - DAY_MS).toISOString())
    .orderBy('askedAt')
    .execute();
  const [oldest] = asked;
  if (asked.length < MAX_ASKED_PER_DAY || !oldest?.askedAt) return;
  const message = `This tenant has asked ${MAX_ASKED_PER_DAY} addresses for confirmation in a day, which is the limit.`;
  throw tooMany(message, Date.parse(oldest.askedAt) + DAY_MS - now.getTime());
}

function tooMany(message: string, milliseconds: number): Failure {
  const retryAfter = Math.max(1, Math.ceil(milliseconds / 1000));
  return new Failure('too_many_mails', `${message} Try again later.`, { retryAfter });
}

async function putBack(trx: Transaction<Tables>, key: AddressKey, before: Row | null): Promise<void> {
  if (before === null) {
    await trx
      .deleteFrom('mailAddress')
      .where('tenantId', '=', key.tenantId)
      .where('email', '=', key.email)
      .where('confirmedAt', 'is', null)
      .execute();
    return;
  }
  const { askedAt, askedBy, askedCount } = before;
  await updateAddress(trx, key, { askedAt, askedBy, askedCount });
}

async function updateAddress(
  trx: Transaction<Tables>,
  { tenantId, email }: AddressKey,
  change: Partial<Omit<Row, 'tenantId' | 'email'>>,
): Promise<bigint> {
  const { numUpdatedRows } = await trx
    .updateTable('mailAddress')
    .set(change)
    .where('tenantId', '=', tenantId)
    .where('email', '=', email)
    .executeTakeFirst();
  return numUpdatedRows;
}

/** The mail that asks. It says who wants what, and that nothing comes unless the receiver agrees. */
async function toQuestion(
  services: MailServices,
  key: AddressKey,
  { email: asker, now, tenantName }: Actor & { tenantName: string },
): Promise<Mail> {
  const href = await toConfirmPage(services, key, now);
  const what = `${asker} wants to send you mails about the GitHub traffic of “${tenantName}”: reports, alerts, or problems with collecting.`;
  const { html, text } = mailLayout({
    title: 'Do you want these mails?',
    preheader: what,
    parts: [
      mailParagraph(what),
      mailParagraph(
        'Nothing is sent to this address unless you confirm it on the page behind this link. There you can also say that you want no more such questions.',
      ),
      mailButton({ label: 'Confirm or decline', href }),
      mailParagraph('The link works for a week. If you did nothing, nothing happens.'),
    ],
    reason: `This mail was sent once, because ${asker} entered ${key.email} at ${new URL(href).host}.`,
  });
  const subject = 'Confirm your address for GitHub Traffic Analytics';
  return { to: key.email, subject, html, text, pictures: [], unsubscribe: null };
}

/** What the receiver may say to mails. */
export type MailAnswer = 'confirm' | 'decline' | 'stop' | 'resume';

const AUDIT_OF = {
  confirm: 'mail_confirmed',
  resume: 'mail_confirmed',
  decline: 'mail_declined',
  stop: 'mail_stopped',
} as const;

/** The state that an answer leads to. */
const STATE_AFTER: Record<MailAnswer, MailState> = {
  confirm: 'confirmed',
  resume: 'confirmed',
  decline: 'declined',
  stop: 'stopped',
};

/**
 * Stores the receiver's answer. Answering again changes nothing. Returns the state, or null if the tenant no longer knows the
 * address and so sends nothing to it.
 */
export async function answerMail(
  db: Db,
  key: AddressKey,
  answer: MailAnswer,
  now: Date,
): Promise<MailState | null> {
  return inTransaction(db, async (trx) => {
    const before = await selectAddress(trx, key).forUpdate().executeTakeFirst();
    if (!before) return null;
    const state = STATE_AFTER[answer];
    if (toState(before) === state) return state;
    const at = now.toISOString();
    await updateAddress(trx, key, {
      declinedAt: state === 'declined' ? at : null,
      stoppedAt: state === 'stopped' ? at : null,
      ...(state === 'confirmed' && { confirmedAt: at, askedCount: 0 }),
    });
    const { tenantId, email } = key;
    await recordAudit(trx, { email, now }, { tenantId, kind: AUDIT_OF[answer], subject: email });
    return state;
  });
}

/** How long an address is known that nobody confirmed or declined. */
const UNANSWERED_DAYS = 30;

/** Forgets addresses of people who did not answer. Returns how many. */
export async function deleteUnansweredAddresses(db: Db, now: Date): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('mailAddress')
    .where('confirmedAt', 'is', null)
    .where('declinedAt', 'is', null)
    .where('askedAt', '<', new Date(now.getTime() - UNANSWERED_DAYS * DAY_MS).toISOString())
    .executeTakeFirst();
  return Number(numDeletedRows);
}
