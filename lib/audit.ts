import type { ExpressionBuilder, Transaction } from 'kysely';
import * as z from 'zod';
import { cutToFit, type Part } from './answer.ts';
import type { AuditEvent, AuditLog } from './answers/audit.ts';
import { toCsv } from './csv.ts';
import { parseCursor, toCursor } from './cursor.ts';
import { addDays, type Day, startOf } from './day.ts';
import type { Db } from './db/database.ts';
import { insertRows, inTransaction, sqlContains } from './db/portable.ts';
import { type Tables, widthOf } from './db/tables.ts';
import { Failure } from './failure.ts';
import type { Instant } from './instant.ts';
import type { ApiRequest } from './request.ts';
import { auditKeptSince } from './retention.ts';
import { toStorable } from './storable.ts';

/** A person, or an API key, that does something, and when. */
export interface Actor {
  /** The person's address, or what `toKeyActor` calls the key. */
  email: string;
  now: Date;
}

/** The installation itself, which does something without being asked. */
export interface Unattended {
  email: null;
  now: Date;
}

/**
 * The kinds of events. Each has an area to filter by, and a sentence that follows the person's name. `{subject}` is what
 * was changed, and `{detail}` is how.
 */
export const AUDIT_KINDS = {
  installation_initialized: ['installation', 'set up the installation {subject}'],
  system_role_given: ['roles', 'gave {subject} the system role {detail}'],
  system_role_claimed: ['roles', 'claimed the system role of {subject} with the account {detail}'],
  system_role_removed: ['roles', 'took the system role {detail} from {subject}'],
  member_added: ['members', 'added {subject} as {detail}'],
  member_claimed: ['members', 'claimed the role of {subject} with the account {detail}'],
  member_changed: ['members', 'changed the role of {subject} from {detail}'],
  member_removed: ['members', 'removed {subject}, who was {detail}'],
  tenant_created: ['tenants', 'created the tenant {subject}, which reads GitHub with {detail}'],
  tenant_renamed: ['tenants', 'renamed the tenant {detail} to {subject}'],
  tenant_deleted: ['tenants', 'deleted the tenant {subject} with {detail}'],
  token_set: ['tokens', 'let the tenant {subject} read GitHub with {detail}'],
  server_added: ['servers', 'added the GitHub server {subject} at {detail}'],
  server_renamed: ['servers', 'renamed the GitHub server {detail} to {subject}'],
  server_deleted: ['servers', 'deleted the GitHub server {subject} at {detail}'],
  app_set: ['keys', 'set the GitHub App {detail} with its key for the server {subject}'],
  app_removed: ['keys', 'removed the GitHub App {detail} with its key from the server {subject}'],
  key_created: ['keys', 'created the API key {subject}: {detail}'],
  key_revoked: ['keys', 'revoked the API key {subject}: {detail}'],
  secrets_resealed: ['keys', 'sealed {detail} with the new {subject}'],
  repository_added: ['repositories', 'added the repository {subject}'],
  repository_removed: ['repositories', 'removed the repository {subject} with {detail}'],
  rule_created: ['repositories', 'created the rule {subject}, which tracks {detail}'],
  rule_changed: ['repositories', 'changed the rule {subject}, which tracks {detail}'],
  rule_deleted: ['repositories', 'deleted the rule {subject}, which tracked {detail}'],
  repository_tracked: ['repositories', 'added the repository {subject} by the rule {detail}'],
  exclusion_removed: ['repositories', 'let rules track the repository {subject} again'],
  group_created: ['groups', 'created the group {subject}: {detail}'],
  group_changed: ['groups', 'changed the group {subject}: {detail}'],
  group_deleted: ['groups', 'deleted the group {subject}: {detail}'],
  schedule_set: ['repositories', 'set the schedule of {subject} to {detail}'],
  channel_added: ['channels', 'added the channel {subject} for {detail}'],
  channel_changed: ['channels', 'changed the channel {subject}: {detail}'],
  channel_deleted: ['channels', 'deleted the channel {subject} for {detail}'],
  mail_asked: ['channels', 'asked {subject} to confirm the address for mails'],
  mail_confirmed: ['channels', 'confirmed {subject} for mails'],
  mail_declined: ['channels', 'declined mails to {subject}'],
  mail_stopped: ['channels', 'stopped mails to {subject}'],
  subscription_created: ['subscriptions', 'subscribed {subject} to {detail}'],
  subscription_changed: ['subscriptions', 'changed the subscription of {subject}, which gets {detail}'],
  subscription_deleted: ['subscriptions', 'deleted the subscription of {subject} to {detail}'],
  dashboard_created: ['dashboards', 'created the dashboard {subject}'],
  dashboard_changed: ['dashboards', 'changed the dashboard {subject}'],
  dashboard_deleted: ['dashboards', 'deleted the dashboard {subject}'],
  annotation_created: ['annotations', 'annotated {detail}: {subject}'],
  annotation_changed: ['annotations', 'changed the annotation of {detail}: {subject}'],
  annotation_deleted: ['annotations', 'deleted the annotation of {detail}: {subject}'],
  alerts_set: ['alerts', 'chose to be alerted of {subject}'],
  alerts_snoozed: ['alerts', 'snoozed alerts: {subject} {detail}'],
  alerts_unsnoozed: ['alerts', 'ended the snooze of alerts: {subject}'],
  share_created: ['shares', 'shared {subject}: {detail}'],
  share_changed: ['shares', 'changed the share {subject}: {detail}'],
  share_revoked: ['shares', 'revoked the share {subject} at {detail}'],
  import_created: ['imports', 'began to import {subject}: {detail}'],
  import_completed: ['imports', 'imported {subject}: {detail}'],
  import_taken_back: ['imports', 'took back the import of {subject}: {detail}'],
  report_sent: ['exports', 'sent the report of {subject} to {detail}'],
  exported: ['exports', 'downloaded {subject} ({detail})'],
} as const;

type AuditKind = keyof typeof AUDIT_KINDS;

const kinds = new Map<string, readonly [area: string, sentence: string]>(Object.entries(AUDIT_KINDS));

/** The kinds that delete something, whatever their area. */
const DELETIONS = [...kinds.keys()].filter((kind) => /_(deleted|removed)$/.test(kind));

/** A part of the log that you can ask for. */
export type AuditArea = (typeof AUDIT_KINDS)[AuditKind][0] | 'deletions';

/** All of them. */
export const AUDIT_AREAS: readonly AuditArea[] = [
  ...new Set(Object.values(AUDIT_KINDS).map(([area]) => area)),
  'deletions',
];

const MAX_SUBJECT = widthOf('auditEvent', 'subject');
const MAX_DETAIL = widthOf('auditEvent', 'detail');
/** What `tenant_id` is for what concerns the whole installation. */
export const INSTALLATION = 0;

/** Something that somebody did. Never name a secret in it. */
export interface AuditRecord {
  /** Null for what concerns the whole installation. */
  tenantId: number | null;
  kind: AuditKind;
  /** The name of what was changed, which stays readable when that is gone. */
  subject: string;
  detail?: string;
}

/**
 * Logs what somebody did, in the transaction that does it: one is never stored without the other. The tenant must still be
 * there, for its name. Without an e-mail address, the installation itself did it.
 */
export async function recordAudit(
  trx: Transaction<Tables>,
  by: Actor | Unattended,
  { tenantId, ...event }: AuditRecord,
): Promise<void> {
  const nameOf = (eb: ExpressionBuilder<Tables, 'auditEvent'>) =>
    eb
      .selectFrom('tenant')
      .select('name')
      .where('tenantId', '=', tenantId ?? INSTALLATION);
  await trx
    .insertInto('auditEvent')
    .values((eb) =>
      toRow(by, event, {
        tenantId: tenantId ?? INSTALLATION,
        tenantName: tenantId === null ? null : nameOf(eb),
      }),
    )
    .execute();
}

/** Logs several things that were done in one tenant, as `recordAudit` does. */
export async function recordAudits(
  trx: Transaction<Tables>,
  by: Actor,
  tenantId: number,
  events: readonly Omit<AuditRecord, 'tenantId'>[],
): Promise<void> {
  const tenant = await trx
    .selectFrom('tenant')
    .select(['tenantId', 'name as tenantName'])
    .where('tenantId', '=', tenantId)
    .executeTakeFirstOrThrow();
  await insertRows(
    trx,
    'auditEvent',
    events.map((event) => toRow(by, event, tenant)),
  );
}

/** Tenants of one statement. */
const ROWS_AT_ONCE = 500;

/** Logs the same for each of several tenants, as `recordAudit` does. */
export async function recordAuditOfTenants(
  trx: Transaction<Tables>,
  by: Actor,
  tenantIds: readonly number[],
  event: Omit<AuditRecord, 'tenantId'>,
): Promise<void> {
  for (let start = 0; start < tenantIds.length; start += ROWS_AT_ONCE) {
    const tenants = await trx
      .selectFrom('tenant')
      .select(['tenantId', 'name as tenantName'])
      .where('tenantId', 'in', tenantIds.slice(start, start + ROWS_AT_ONCE))
      .execute();
    await insertRows(
      trx,
      'auditEvent',
      tenants.map((tenant) => toRow(by, event, tenant)),
    );
  }
}

function toRow<Name>(
  { email, now }: Actor | Unattended,
  { kind, subject, detail }: Omit<AuditRecord, 'tenantId'>,
  { tenantId, tenantName }: { tenantId: number; tenantName: Name },
) {
  return {
    tenantId,
    occurredAt: now.toISOString(),
    kind,
    actor: email,
    tenantName,
    subject: toStorable(subject, MAX_SUBJECT),
    detail: detail === undefined ? null : toStorable(detail, MAX_DETAIL),
  };
}

/** Which part of the log you ask for. */
export interface AuditQuery {
  area?: AuditArea | undefined;
  /** A part of who did it, or of what was changed. Ignores case. */
  q?: string | undefined;
  /** The first and the last UTC day. */
  from?: Day | undefined;
  to?: Day | undefined;
  /** The `nextCursor` of the page before; none, or an empty one, for the first page. */
  cursor?: string | undefined;
}

/**
 * A page of the log, newest first: of one tenant, deleted or not, or (null) of the whole installation with all its tenants.
 * Throws `invalid_input` for an unknown cursor.
 */
export async function listAudit(
  db: Db,
  tenantId: number | null,
  query: AuditQuery,
  limit: number,
): Promise<AuditLog> {
  const rows = await selectEvents(db, tenantId, query)
    .select(['eventId', 'occurredAt', 'kind', 'actor', 'tenantId', 'tenantName', 'subject', 'detail'])
    .orderBy('eventId', 'desc')
    .limit(limit + 1)
    .execute();
  const events = rows.slice(0, limit).map(toEvent);
  return { events, nextCursor: rows.length > limit ? cursorAfter(events.at(-1)) : null };
}

const toPosition = () => z.tuple([z.int32().positive()]).transform(([eventId]) => eventId);

const cursorAfter = (event: AuditEvent | undefined) => (event ? toCursor([event.eventId]) : null);

function kindsOf(area: AuditArea): string[] {
  if (area === 'deletions') return DELETIONS;
  return [...kinds].filter(([, [one]]) => one === area).map(([kind]) => kind);
}

/** The entries that you ask for. A page begins after the cursor. */
function selectEvents(db: Db, tenantId: number | null, { area, q, from, to, cursor }: AuditQuery) {
  const before = parseCursor(cursor, toPosition);
  let events = db.selectFrom('auditEvent');
  if (tenantId !== null) events = events.where('tenantId', '=', tenantId);
  if (area) events = events.where('kind', 'in', kindsOf(area));
  if (q) events = events.where((eb) => eb.or([sqlContains('actor', q), sqlContains('subject', q)]));
  if (from) events = events.where('occurredAt', '>=', startOfDay(from));
  if (to) events = events.where('occurredAt', '<', startOfDay(addDays(to, 1)));
  if (before !== null) events = events.where('eventId', '<', before);
  return events;
}

const startOfDay = (day: Day): Instant => startOf(day).toISOString();

function toEvent({
  tenantId,
  ...row
}: Omit<AuditEvent, 'area' | 'sentence' | 'tenantId'> & { tenantId: number }): AuditEvent {
  const [area, sentence] = kinds.get(row.kind) ?? ['', `${row.kind}: {subject}`];
  const { actor, subject, detail } = row;
  const words = sentence.replace(/\{(\w+)\}/g, (_, name) => (name === 'subject' ? subject : (detail ?? '')));
  const action = `${actor ?? 'The installation'} ${words}.`;
  return { ...row, tenantId: tenantId === INSTALLATION ? null : tenantId, area, sentence: action };
}

/** About as many as fit into an answer. */
const MAX_CSV_ROWS = 4000;

const COLUMNS = ['time', 'tenant', 'who', 'kind', 'subject', 'detail', 'sentence'];

const toCells = ({ occurredAt, tenantName, actor, kind, subject, detail, sentence }: AuditEvent) => [
  occurredAt,
  tenantName,
  actor,
  kind,
  subject,
  detail,
  sentence,
];

/**
 * The log as CSV, newest first: a page of it if the query has a cursor, which may be empty, else all of it. Throws
 * `invalid_input` for an unknown cursor, and `answer_too_large` if not all fits into one answer.
 */
export async function toAuditCsv(
  db: Db,
  tenantId: number | null,
  query: AuditQuery,
): Promise<Required<Part> & { text: string }> {
  const isFirst = !query.cursor;
  const total = isFirst ? await countEvents(db, tenantId, query) : null;
  const { events, nextCursor } = await listAudit(db, tenantId, query, MAX_CSV_ROWS);
  const { text, count } = cutToFit(events, (shown) => toCsv(COLUMNS, shown.map(toCells)));
  if (query.cursor === undefined && (nextCursor !== null || count < events.length)) {
    const message = `These are ${total} entries, and one file holds ${count}: ask for fewer days with from and to, or page by page, beginning with an empty cursor.`;
    throw new Failure('answer_too_large', message);
  }
  return { text, total, nextCursor: count < events.length ? cursorAfter(events[count - 1]) : nextCursor };
}

async function countEvents(db: Db, tenantId: number | null, query: AuditQuery): Promise<number> {
  const { count } = await selectEvents(db, tenantId, query)
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return count;
}

/** How long the download of a file in pages may take. */
const MAX_DOWNLOAD_MS = 3_600_000;

/** What somebody downloads. */
interface Download {
  tenantId: number | null;
  /** Of the file; without an ending, it is CSV. */
  name: string;
  request: ApiRequest;
  /** Whether an earlier request began it. Default: the request has a cursor. */
  isLaterPart?: boolean;
}

/**
 * Logs that somebody downloads a file, and which one. A file that comes in pages is logged once. A later page belongs
 * to a download only if the same person began it within the last hour, because anybody can make up a cursor.
 */
export async function recordExport(
  db: Db,
  by: Actor,
  { tenantId, name, request, isLaterPart }: Download,
): Promise<void> {
  const asked = new URL(request.url).searchParams;
  const isLaterPage = isLaterPart ?? Boolean(asked.get('cursor'));
  asked.delete('cursor');
  const file = {
    tenantId,
    kind: 'exported',
    subject: name.includes('.') ? name : `${name}.csv`,
    detail: asked.toString() || 'everything',
  } as const;
  if (isLaterPage && (await hasBegun(db, by, file))) return;
  await inTransaction(db, (trx) => recordAudit(trx, by, file));
}

async function hasBegun(
  db: Db,
  { email, now }: Actor,
  { tenantId, kind, subject, detail }: Required<AuditRecord>,
): Promise<boolean> {
  const begun = await db
    .selectFrom('auditEvent')
    .select('eventId')
    .where('tenantId', '=', tenantId ?? INSTALLATION)
    .where('kind', '=', kind)
    .where('actor', '=', email)
    .where('subject', '=', toStorable(subject, MAX_SUBJECT))
    .where('detail', '=', toStorable(detail, MAX_DETAIL))
    .where('occurredAt', '>', new Date(now.getTime() - MAX_DOWNLOAD_MS).toISOString())
    .orderBy('eventId', 'desc')
    .limit(1)
    .executeTakeFirst();
  return begun !== undefined;
}

/** Deletes what is older than two years. Returns how much that was. */
export async function deleteOldAudit(db: Db, now: Date): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('auditEvent')
    .where('occurredAt', '<', auditKeptSince(now))
    .executeTakeFirst();
  return Number(numDeletedRows);
}
