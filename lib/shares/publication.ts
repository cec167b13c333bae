import type { SharedPage } from '../answers/shares.ts';
import type { Badge } from '../badges/definition.ts';
import { badgeFiles, chartFiles } from '../badges.ts';
import { type Day, toDay } from '../day.ts';
import type { Db } from '../db/database.ts';
import type { ShareStanding } from '../db/tables/shares.ts';
import { Failure } from '../failure.ts';
import type { Files, PublicFile } from '../files.ts';
import type { Secrets } from '../secrets.ts';
import type { RangeName } from '../stats/range-names.ts';
import { toStoredFailure } from '../storable.ts';
import { hiddenTitle, readShareContent, type ShareContent } from './content.ts';
import { readDashboardContent } from './dashboard.ts';
import { FEED_NAME, toShareFeed } from './feed.ts';
import { readSight, type Sight } from './maker.ts';
import { toEntryPage } from './page.ts';
import { sealWith } from './password.ts';
import { badgesOf, folderOf, originsOf, type ShareRow, shownOf } from './rows.ts';

/** What a publication works with. */
export interface Publishing {
  /** Sees the tenants whose shares are written, and who may see what there. */
  db: Db;
  files: Files;
  secrets: Secrets;
  now: Date;
}

/** What may change meanwhile is looked at again after writing, at most so often. */
const MAX_TRIES = 3;

/**
 * Writes the files of a share as of now, or removes them where nothing may be shown any more, and notes which. What its maker may
 * see is looked at again after writing: whoever takes it away meanwhile is not overwritten. A share that was revoked meanwhile
 * is removed. Throws a `Failure` of the storage, which is noted too.
 */
export async function publishShare(publishing: Publishing, share: ShareRow): Promise<void> {
  const { db } = publishing;
  const key = { tenantId: share.tenantId, shareId: share.shareId };
  try {
    let current: ShareRow | undefined = share;
    for (let tries = 1; current; tries += 1) {
      if (current.revokedAt !== null) return await removeShare(publishing, current);
      const sight: Sight = await readSight(db, current);
      const standing = await writeFiles(publishing, current, sight);
      const after: ShareRow | undefined = await findRow(db, key);
      const isSame =
        after?.changedAt === current.changedAt &&
        after.revokedAt === null &&
        JSON.stringify(await readSight(db, after)) === JSON.stringify(sight);
      if (isSame) return await note(publishing, current, standing);
      if (!after) return await removeFiles(publishing.files, current.slug, []);
      if (tries >= MAX_TRIES) throw new Failure('files_unavailable');
      current = after;
    }
  } catch (error) {
    await noteFailure(publishing, share, error);
    throw error;
  }
}

/** Removes a revoked share's files, and then the share. Throws a `Failure` of the storage. */
async function removeShare({ db, files }: Publishing, share: ShareRow): Promise<void> {
  await removeFiles(files, share.slug, []);
  await db
    .deleteFrom('share')
    .where('tenantId', '=', share.tenantId)
    .where('shareId', '=', share.shareId)
    .where('revokedAt', 'is not', null)
    .execute();
}

/** Removes the files of an address but those to keep. */
export async function removeFiles(files: Files, slug: string, keep: readonly string[]): Promise<void> {
  const stored = await files.list(folderOf({ slug }));
  for (const name of stored) if (!keep.includes(name)) await files.remove(name);
}

function findRow(db: Db, { tenantId, shareId }: Pick<ShareRow, 'tenantId' | 'shareId'>) {
  return db
    .selectFrom('share')
    .selectAll()
    .where('tenantId', '=', tenantId)
    .where('shareId', '=', shareId)
    .executeTakeFirst();
}

/** Whether a share's last day is over. */
const isOver = ({ untilDate }: ShareRow, today: Day) => untilDate !== null && untilDate < today;

async function writeFiles(publishing: Publishing, share: ShareRow, sight: Sight): Promise<ShareStanding> {
  const { files, now } = publishing;
  const isExpired = isOver(share, toDay(now));
  const content = isExpired ? null : await readContent(publishing, share, sight);
  const written = content === null ? [] : await toFiles(publishing, share, content);
  // The entry page comes last, so that it never names what is not there.
  for (const file of written) await files.put(file);
  await removeFiles(
    files,
    share.slug,
    written.map(({ name }) => name),
  );
  return isExpired ? 'expired' : sight.standing;
}

/** What is shown; null: nothing. */
export async function readContent(
  { db, now }: Pick<Publishing, 'db' | 'now'>,
  share: Pick<
    ShareRow,
    'title' | 'subject' | 'shown' | 'rangeName' | 'fromDate' | 'toDate' | 'naming' | 'badges' | 'dashboardId'
  >,
  sight: Sight,
): Promise<ShareContent | null> {
  if (sight.standing === 'no access') return null;
  if (sight.standing === 'gone') return toGone(share);
  const { title, subject, rangeName, fromDate, toDate, naming } = share;
  const range = rangeName
    ? { range: rangeName as RangeName, compare: 'none' as const }
    : { from: fromDate ?? undefined, to: toDate ?? undefined, compare: 'none' as const };
  const { access, name } = sight;
  const request = {
    access,
    name,
    title,
    subject,
    shown: shownOf(share),
    range,
    names: naming,
    badges: badgesOf(share),
  };
  if (subject === 'dashboard')
    return readDashboardContent(db, { ...request, dashboardId: share.dashboardId ?? '' }, now);
  return readShareContent(db, request, now);
}

const GONE = {
  portfolio: 'There is nothing to show any more.',
  repository: 'This repository is no longer tracked, so there is nothing to show any more.',
  group: 'This group of repositories was deleted, so there is nothing to show any more.',
  dashboard: 'This dashboard was deleted, so there is nothing to show any more.',
};

function toGone({ title, subject }: Pick<ShareRow, 'title' | 'subject'>): ShareContent {
  const page: SharedPage = {
    title: title || hiddenTitle(subject),
    note: GONE[subject],
    span: null,
    rolling: false,
    sections: [],
  };
  return { page, badges: new Map(), chart: null, events: null };
}

const HTML = 'text/html; charset=utf-8';
const JSON_TYPE = 'application/json';

/** With a password only what is encrypted is written: no chart, no badge, no title, and no feed, whose readers could not decrypt it. */
async function toFiles(
  { files, secrets, now }: Publishing,
  share: ShareRow,
  content: ShareContent,
): Promise<PublicFile[]> {
  const folder = folderOf(share);
  const { page } = content;
  const about = { version: 1, writtenAt: now.toISOString(), until: share.untilDate };
  const sealed =
    share.passwordSalt === null || share.passwordKeySealed === null
      ? null
      : sealWith(
          { salt: share.passwordSalt, key: await secrets.open(share.passwordKeySealed) },
          JSON.stringify(page),
        );
  const drawn = sealed
    ? []
    : drawnFiles(content, badgesOf(share)).map((one) => ({ ...one, name: `${folder}${one.name}` }));
  if (share.kind === 'badge') return drawn;
  const frameOrigins = originsOf(share);
  const feed = sealed ? null : toShareFeed(share, content, files.addressOf);
  const isListed = share.listing === 'listed';
  const meta = {
    ...(frameOrigins.length > 0 && { 'frame-ancestors': frameOrigins.join(' ') }),
    ...(isListed && { listed: 'yes' }),
  };
  return [
    ...drawn,
    ...(feed ? [feed] : []),
    {
      name: `${folder}data.json`,
      type: JSON_TYPE,
      body: JSON.stringify({ ...about, feed: feed && FEED_NAME, ...(sealed ? { sealed } : { page }) }),
    },
    {
      name: `${folder}index.html`,
      type: HTML,
      body: toEntryPage({
        title: sealed ? 'Shared traffic' : page.title,
        feed: feed && FEED_NAME,
        isListed,
        frameOrigins,
      }),
      meta,
    },
  ];
}

/** The badges and charts of a share, named within its folder. */
export function drawnFiles({ badges, chart }: ShareContent, wanted: readonly Badge[]) {
  const charts = chart
    ? chart.metrics.flatMap((metric) => chartFiles(chart.subject, chart.traffic, metric))
    : [];
  return [...badgeFiles(badges, wanted), ...charts];
}

async function note({ db, now }: Publishing, share: ShareRow, standing: ShareStanding): Promise<void> {
  await db
    .updateTable('share')
    .set({ standing, writtenAt: now.toISOString() })
    .set({ failureCode: null, failureMessage: null, failureAt: null })
    .where('tenantId', '=', share.tenantId)
    .where('shareId', '=', share.shareId)
    .execute();
}

/** Keeps since when it fails. What is no expected failure is noted as such: the log has it. */
async function noteFailure({ db, now }: Publishing, share: ShareRow, error: unknown): Promise<void> {
  const failure = error instanceof Failure ? error : new Failure('internal', 'Its files could not be made.');
  const { code, message } = toStoredFailure(failure);
  const failureAt = share.failureCode === null ? now.toISOString() : share.failureAt;
  await db
    .updateTable('share')
    .set({ failureCode: code, failureMessage: message, failureAt })
    .where('tenantId', '=', share.tenantId)
    .where('shareId', '=', share.shareId)
    .execute();
}
