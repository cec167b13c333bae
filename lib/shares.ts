import { randomBytes } from 'node:crypto';
import type { TenantAccess } from './access.ts';
import type { Share, SharedPage, SharePictures } from './answers/shares.ts';
import { type Actor, recordAudit } from './audit.ts';
import type { Badge } from './badges/definition.ts';
import { type Day, toDay } from './day.ts';
import type { Db } from './db/database.ts';
import { isDuplicateKey } from './db/errors.ts';
import { inTransaction } from './db/portable.ts';
import type { ShareSubject } from './db/tables/shares.ts';
import { Failure } from './failure.ts';
import { lockTenant } from './locks.ts';
import { notFound } from './request.ts';
import type { Shown } from './shares/choices.ts';
import type { ShareContent } from './shares/content.ts';
import { readSight } from './shares/maker.ts';
import { deriveKey } from './shares/password.ts';
import { drawnFiles, type Publishing, publishShare, readContent, removeFiles } from './shares/publication.ts';
import { listRows, requireRow, type ShareRow, toShares } from './shares/rows.ts';
import type { RangeName } from './stats/range-names.ts';

/** What a share shows, and to whom. */
export interface ShareContents {
  title: string;
  shown: readonly Shown[];
  /** A named range that moves on, or a first and a last day. */
  range?: RangeName | undefined;
  from?: Day | undefined;
  to?: Day | undefined;
  /** Whether the names of repositories appear. */
  names: boolean;
  until: Day | null;
  frameOrigins: readonly string[];
  badges: readonly Badge[];
  /** Null: none. Undefined, for a change: as before. */
  password?: string | null | undefined;
}

/** What is shared. */
export interface ShareOf {
  subject: ShareSubject;
  repositoryId?: number | undefined;
  groupId?: number | undefined;
  dashboardId?: string | undefined;
}

export interface NewShare extends ShareOf, ShareContents {
  key: string;
  kind: 'page' | 'badge';
  /** A short address that search engines may list; undefined: a secret one. */
  name?: string | undefined;
}

/** Who shares: their account decides what is shown, now and later. */
export interface Maker {
  issuer: string;
  subject: string;
  displayName: string;
}

const MAX_SHARES = 200;
/** 144 bits: nobody finds a name by guessing. */
const SECRET_BYTES = 18;

/** The tenant's shares, the newest first. */
export async function listShares(
  { db, files }: Pick<Publishing, 'db' | 'files'>,
  tenantId: number,
): Promise<Share[]> {
  return toShares(db, tenantId, await listRows(db, tenantId), files.addressOf);
}

/**
 * Saves a share under a key that the client made, and writes its files. The same key again answers the same share. A storage that
 * fails is said in the share: its files are written later. Throws `repository_not_found`, `group_not_found`,
 * `dashboard_not_found`, `share_name_taken`, `too_many_shares`, `invalid_input` and `tenant_not_found`.
 */
export async function createShare(
  publishing: Publishing,
  { tenantId, maker, by }: { tenantId: number; maker: Maker; by: Actor },
  share: NewShare,
): Promise<Share> {
  const { db, secrets } = publishing;
  requireSense(share, toDay(by.now));
  const password = share.password ? await sealPassword(secrets, share.password) : NO_PASSWORD;
  const at = by.now.toISOString();
  const saved = await inTransaction(db, async (trx) => {
    await lockTenant(trx, tenantId);
    const rows = await listRows(trx, tenantId);
    const stored = rows.find(({ clientKey }) => clientKey === share.key);
    if (stored) return stored;
    if (rows.length >= MAX_SHARES)
      throw new Failure('too_many_shares', `A tenant has at most ${MAX_SHARES} shares. Revoke one first.`);
    const of = {
      tenantId,
      subject: share.subject,
      repositoryId: share.repositoryId ?? null,
      groupId: share.groupId ?? null,
      dashboardId: share.dashboardId ?? null,
      makerIssuer: maker.issuer,
      makerSubject: maker.subject,
    };
    const sight = await readSight(trx, of);
    if (sight.standing !== 'live') throw notFound(share.subject === 'portfolio' ? 'tenant' : share.subject);
    const { shareId } = await trx
      .insertInto('share')
      .values({
        ...of,
        clientKey: share.key,
        slug: share.name ?? randomBytes(SECRET_BYTES).toString('base64url'),
        kind: share.kind,
        ...toColumns(share),
        ...password,
        listing: share.name === undefined ? 'secret' : 'listed',
        makerName: maker.displayName,
        createdAt: at,
        changedAt: at,
        standing: 'waiting',
      })
      .returning('shareId')
      .executeTakeFirstOrThrow();
    await recordAudit(trx, by, {
      tenantId,
      kind: 'share_created',
      subject: share.title || sight.name,
      detail: toDetail(share),
    });
    return requireRow(trx, tenantId, shareId);
  }).catch((error: unknown) => {
    if (isDuplicateKey(error)) throw toNameTaken();
    throw error;
  });
  return publishAndGet(publishing, saved);
}

const toNameTaken = () =>
  new Failure('share_name_taken', 'Another share has this address. Choose another name for it.');

/** Changes what a share shows and writes its files. Throws `share_not_found` and `invalid_input`. */
export async function updateShare(
  publishing: Publishing,
  { tenantId, shareId, by }: { tenantId: number; shareId: number; by: Actor },
  change: ShareContents,
): Promise<Share> {
  const { db, secrets } = publishing;
  requireSense(change, toDay(by.now));
  const password = change.password ? await sealPassword(secrets, change.password) : NO_PASSWORD;
  const changed = await inTransaction(db, async (trx) => {
    await lockTenant(trx, tenantId);
    const before = await requireRow(trx, tenantId, shareId);
    if (before.revokedAt !== null) throw notFound('share');
    requireSense(
      { ...change, subject: before.subject, hasPassword: before.passwordSalt !== null },
      toDay(by.now),
    );
    await trx
      .updateTable('share')
      .set({ ...toColumns(change), changedAt: by.now.toISOString() })
      .$if(change.password !== undefined, (query) => query.set(password))
      .where('tenantId', '=', tenantId)
      .where('shareId', '=', shareId)
      .execute();
    await recordAudit(trx, by, {
      tenantId,
      kind: 'share_changed',
      subject: change.title || (await nameOf(trx, before)),
      detail: toDetail(change),
    });
    return requireRow(trx, tenantId, shareId);
  });
  return publishAndGet(publishing, changed);
}

/**
 * Revokes a share: it is written never again, and its files are removed now. Throws `share_not_found`, and the storage's failure:
 * then the files are removed within the hour.
 */
export async function revokeShare(
  publishing: Publishing,
  { tenantId, shareId, by }: { tenantId: number; shareId: number; by: Actor },
): Promise<void> {
  const { db } = publishing;
  const revoked = await inTransaction(db, async (trx) => {
    await lockTenant(trx, tenantId);
    const share = await requireRow(trx, tenantId, shareId);
    if (share.revokedAt !== null) return share;
    const revokedAt = by.now.toISOString();
    await trx
      .updateTable('share')
      .set({ revokedAt })
      .where('tenantId', '=', tenantId)
      .where('shareId', '=', shareId)
      .execute();
    await recordAudit(trx, by, {
      tenantId,
      kind: 'share_revoked',
      subject: share.title || (await nameOf(trx, share)),
      detail: share.listing === 'listed' ? share.slug : 'a secret address',
    });
    return { ...share, revokedAt };
  });
  await publishShare(publishing, revoked);
}

/** Writes the files of a share again. Throws `share_not_found`, and the storage's failure. */
export async function publishAgain(
  publishing: Publishing,
  { tenantId, shareId }: { tenantId: number; shareId: number },
): Promise<Share> {
  const share = await requireRow(publishing.db, tenantId, shareId);
  if (share.revokedAt !== null) throw notFound('share');
  await publishShare(publishing, share);
  return getShare(publishing, share);
}

/** What is shared, for the log; its kind if that is gone. */
async function nameOf(db: Db, share: ShareRow): Promise<string> {
  const sight = await readSight(db, share);
  return sight.standing === 'live' ? sight.name : share.subject;
}

async function publishAndGet(publishing: Publishing, share: ShareRow): Promise<Share> {
  await publishShare(publishing, share).catch((error: unknown) => {
    // The share says it.
    if (!(error instanceof Failure)) throw error;
  });
  return getShare(publishing, share);
}

async function getShare({ db, files }: Publishing, { tenantId, shareId }: ShareRow): Promise<Share> {
  const row = await requireRow(db, tenantId, shareId);
  const [share] = await toShares(db, tenantId, [row], files.addressOf);
  if (!share) throw notFound('share');
  return share;
}

/** What visitors would see of a share that is not saved. Throws what `createShare` throws. */
export async function previewShare(
  publishing: Pick<Publishing, 'db' | 'now'>,
  by: { access: TenantAccess; maker: Maker },
  share: ShareOf & ShareContents,
): Promise<SharedPage> {
  const { page } = await readPreview(publishing, by, share);
  return page;
}

/** The badges and charts that it would have, with their files' names. Throws what `createShare` throws. */
export async function previewPictures(
  publishing: Pick<Publishing, 'db' | 'now'>,
  by: { access: TenantAccess; maker: Maker },
  share: ShareOf & ShareContents,
): Promise<SharePictures> {
  const content = await readPreview(publishing, by, { ...share, kind: 'badge' });
  const files = drawnFiles(content, share.badges).filter(({ name }) => name.endsWith('.svg'));
  return { pictures: files.map(({ name, body }) => ({ name, svg: body })) };
}

async function readPreview(
  { db, now }: Pick<Publishing, 'db' | 'now'>,
  { access, maker }: { access: TenantAccess; maker: Maker },
  share: ShareOf & ShareContents & { kind?: 'badge' },
): Promise<ShareContent> {
  requireSense(share, toDay(now));
  const row = {
    ...toColumns(share),
    tenantId: access.tenantId,
    subject: share.subject,
    repositoryId: share.repositoryId ?? null,
    groupId: share.groupId ?? null,
    dashboardId: share.dashboardId ?? null,
    makerIssuer: maker.issuer,
    makerSubject: maker.subject,
  };
  const sight = await readSight(db, row);
  const content = sight.standing === 'live' ? await readContent({ db, now }, row, sight) : null;
  if (!content) throw notFound(share.subject === 'portfolio' ? 'tenant' : share.subject);
  return content;
}

function toColumns({ title, shown, range, from, to, names, until, frameOrigins, badges }: ShareContents) {
  return {
    title,
    shown: shown.join(' '),
    rangeName: range ?? null,
    fromDate: range ? null : (from ?? null),
    toDate: range ? null : (to ?? null),
    naming: names ? ('shown' as const) : ('hidden' as const),
    untilDate: until,
    frameOrigins: frameOrigins.join(' '),
    badges: JSON.stringify(badges),
  };
}

const NO_PASSWORD = { passwordSalt: null, passwordKeySealed: null };

async function sealPassword(secrets: Publishing['secrets'], password: string) {
  const { salt, key } = await deriveKey(password);
  return { passwordSalt: salt, passwordKeySealed: await secrets.seal(key) };
}

/** What the fields do not say of each other. */
function requireSense(
  share: ShareContents & Partial<ShareOf> & { kind?: 'page' | 'badge'; hasPassword?: boolean },
  today: Day,
): void {
  const { range, from, to, until, badges, password, kind, shown } = share;
  const refuse = (path: string, message: string) => {
    throw new Failure('invalid_input', `${path}: ${message}`, { problems: [{ path, message }] });
  };
  if (range === undefined && (from === undefined || to === undefined))
    refuse('range', 'Give a range, or a first and a last day.');
  if (from !== undefined && to !== undefined && to < from)
    throw new Failure('range_reversed', `The range begins on ${from}, after its end on ${to} (UTC days).`);
  if (until !== null && until < today) refuse('until', 'Give a day that is not over yet.');
  const hasPassword = password === undefined ? share.hasPassword === true : password !== null;
  if (hasPassword && badges.length > 0)
    refuse('badges', 'A badge is a picture that anybody sees: share it without a password.');
  if (kind === 'badge' && hasPassword) refuse('password', 'A badge cannot have a password.');
  if (kind === 'badge' ? badges.length === 0 && shown.length === 0 : shown.length === 0)
    refuse('shown', 'Choose at least one number.');
  if (!share.names && shown.includes('paths'))
    refuse('shown', 'The addresses of pages can name repositories: show names, or leave out paths.');
}

function toDetail({ shown, names, badges, password }: ShareContents): string {
  const parts = [
    shown.join(', '),
    badges.length > 0 ? 'badges' : '',
    names ? '' : 'without names',
    password ? 'with a password' : '',
  ];
  return parts.filter(Boolean).join('; ');
}

/** What a publication of several shares did. */
export interface Published {
  written: number;
  failed: number;
  /** Addresses without a share whose files were removed. */
  removed: number;
  /** False: the time was up before all were done. The next one does them first. */
  complete: boolean;
}

/**
 * Writes the files of all shares, or of one tenant's; those first that were written longest ago. Without a tenant, it also removes
 * the files of addresses that no share has: of a deleted tenant, for example. A share that fails says so, and does not stop
 * the others.
 */
export async function publishShares(
  publishing: Publishing,
  { tenantId, isTime }: { tenantId?: number | undefined; isTime: () => boolean },
): Promise<Published> {
  const { db } = publishing;
  const done: Published = { written: 0, failed: 0, removed: 0, complete: true };
  const rows = await db
    .selectFrom('share')
    .selectAll()
    .$if(tenantId !== undefined, (query) => query.where('tenantId', '=', tenantId ?? 0))
    .orderBy('writtenAt')
    .orderBy('shareId')
    .execute();
  for (const share of rows) {
    if (!isTime()) return { ...done, complete: false };
    const isWritten = await publishShare(publishing, share).then(
      () => true,
      (error: unknown) => {
        if (!(error instanceof Failure))
          console.log(
            JSON.stringify({
              level: 'error',
              code: 'internal',
              shareId: share.shareId,
              error: String(error),
            }),
          );
        return false;
      },
    );
    if (isWritten) done.written += 1;
    else done.failed += 1;
  }
  if (tenantId === undefined) done.removed = await removeStray(publishing);
  return done;
}

/** Removes the files of addresses that no share has, and returns how many addresses that were. */
async function removeStray({ db, files }: Publishing): Promise<number> {
  const stored = await files.list('shared/');
  const found = new Set(stored.flatMap((name) => /^shared\/([^/]+)\/./.exec(name)?.[1] ?? []));
  if (found.size === 0) return 0;
  // After the list: a share that is made meanwhile is in it.
  const shares = await db.selectFrom('share').select('slug').execute();
  for (const { slug } of shares) found.delete(slug);
  for (const slug of found) await removeFiles(files, slug, []);
  return found.size;
}
