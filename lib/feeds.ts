import { createHash } from 'node:crypto';
import type { TenantAccess } from './access.ts';
import { toAlertDay } from './alerts/titles.ts';
import { listAlerts } from './alerts.ts';
import type { Answer } from './answer.ts';
import type { Alert } from './answers/alerts.ts';
import type { ChartEvent } from './answers/events.ts';
import { startOf, toDay } from './day.ts';
import { toDayAddress } from './day-address.ts';
import { formatSpan } from './day-format.ts';
import type { Db } from './db/database.ts';
import { listEvents } from './events.ts';
import { ATOM_TYPE, type Feed, type FeedEntry, toAtom, toTagId } from './feeds/atom.ts';
import { getGroupName } from './groups.ts';
import type { UsedKey } from './keys/use.ts';
import type { ApiRequest } from './request.ts';
import { readTraffic } from './stats/overview.ts';

/** Whose feed it is, and how its addresses begin. */
export interface FeedRequest {
  access: TenantAccess;
  /** The key that reads it; null for a person. */
  key: Pick<UsedKey, 'keyId' | 'reach' | 'groupId'> | null;
  /** Where the pages are; null: it has no links to them. */
  pagesUrl: string | null;
  /** Names the installation where `pagesUrl` does not. */
  issuer: string;
}

const MAX_ENTRIES = 100;
/** A year of events. */
const RANGE = { range: '365', compare: 'none' } as const;

/** The newest events and alerts that the access may see as an Atom feed. Throws `group_not_found` if the key's group was deleted. */
export async function readTenantFeed(db: Db, request: FeedRequest, now: Date): Promise<string> {
  const { access, key, pagesUrl } = request;
  const { tenantId } = access;
  const { name, createdAt } = await db
    .selectFrom('tenant')
    .select(['name', 'createdAt'])
    .where('tenantId', '=', tenantId)
    .executeTakeFirstOrThrow();
  const group = key?.groupId ? await getGroupName(db, tenantId, key.groupId) : null;
  const toId = (parts: readonly (string | number)[]) =>
    toTagId(pagesUrl ?? request.issuer, toDay(new Date(createdAt)), [tenantId, ...parts]);
  const { traffic, calendar } = await readTraffic(db, access, RANGE, now);
  const sources = traffic.map(({ row, sums }) => ({ ...row, lostDays: sums.total.lostDays }));
  // An alert is an entry of its own, which is news again when it is over.
  const { events } = await listEvents(db, access, sources, { ...calendar.range, now, alerts: false });
  const { alerts } = await listAlerts(db, access, { page: 1, size: MAX_ENTRIES }, now);
  const tenantUrl = pagesUrl && `${pagesUrl}/t/${tenantId}`;
  const feed: Feed = {
    id: toId(scopeOf(request)),
    title: `${group ? `${name}, ${group.name}` : name}: what happened`,
    since: createdAt,
    // It would hold the key.
    self: null,
    page: group && tenantUrl ? `${tenantUrl}?group=${group.groupId}` : tenantUrl,
    entries: [
      ...toEntries(events, { toId, tenantUrl, groupId: group?.groupId ?? null }),
      ...alerts.map((alert) => toAlertEntry(alert, { toId, tenantUrl })),
    ]
      .sort(byNewest)
      .slice(0, MAX_ENTRIES),
  };
  return toAtom(feed);
}

function scopeOf({ access, key }: FeedRequest): (string | number)[] {
  if (access.repositoryIds === null) return ['all'];
  if (key === null) return ['own'];
  return key.groupId === null ? ['key', key.keyId] : ['group', key.groupId];
}

interface Addresses {
  toId(parts: readonly (string | number)[]): string;
  tenantUrl: string | null;
  groupId: number | null;
}

function toEntries(events: readonly ChartEvent[], { toId, tenantUrl, groupId }: Addresses): FeedEntry[] {
  const counts = new Map<string, number>();
  return events.map((event) => {
    const id = toId(partsOf(event));
    const count = (counts.get(id) ?? 0) + 1;
    counts.set(id, count);
    const { repositoryId, fullName, title, detail, date, to, kind } = event;
    const about = fullName === null ? title : `${fullName}: ${title}`;
    return {
      id: count === 1 ? id : `${id}/${count}`,
      title: about,
      // Lost days are news of the last of them.
      updated: startOf(kind === 'lost' ? to : date).toISOString(),
      content: [about, detail, formatSpan(date, to)].filter(Boolean).join('. '),
      page: tenantUrl && toDayAddress(tenantUrl, { date, to, repositoryId, groupId }),
      related: event.url,
      author: event.author,
      category: kind,
    };
  });
}

/** An alert is news twice: when it begins, and when it is over. */
function toAlertEntry(alert: Alert, { toId, tenantUrl }: Pick<Addresses, 'toId' | 'tenantUrl'>): FeedEntry {
  const { alertId, subject, title, ending, reasons, createdAt, closedAt } = alert;
  const about = `${subject}: ${title}`;
  return {
    id: toId(['alert', alertId]),
    title: about,
    updated: ending === null ? createdAt : (closedAt ?? createdAt),
    content: [about, ...reasons.map(({ text }) => text), ending?.replace(/\.$/, '')]
      .filter(Boolean)
      .join('. '),
    page: tenantUrl && toDayAddress(tenantUrl, toAlertDay(alert)),
    related: tenantUrl && `${tenantUrl}/alerts?alert=${alertId}`,
    author: null,
    category: 'alert',
  };
}

const byNewest = (one: FeedEntry, other: FeedEntry) =>
  one.updated === other.updated ? 0 : one.updated < other.updated ? 1 : -1;

/**
 * What names an event for good, whatever is found out about it later: a repository may be renamed, days be lost after those
 * that were, a release be published again.
 */
function partsOf({
  kind,
  date,
  repositoryId,
  annotationId,
  subject,
  title,
}: ChartEvent): (string | number)[] {
  const where = repositoryId ?? 'all';
  switch (kind) {
    case 'annotation':
      return [kind, annotationId ?? date];
    case 'release':
    case 'referrer':
      return [kind, where, subject ?? title];
    case 'lost':
    case 'tracking':
      return [kind, where, date];
    default:
      return [kind, where, date, title];
  }
}

/** The feed as an answer, or that it is the one that the reader has. Readers ask often, and an ETag tells the same feed. */
export function toFeedAnswer(atom: string, { headers }: ApiRequest): Answer {
  const etag = `"${createHash('sha256').update(atom).digest('base64url').slice(0, 22)}"`;
  const own = { etag, 'cache-control': 'private, no-cache' };
  const known = (headers.get('if-none-match') ?? '').split(',').map((one) => one.trim().replace(/^W\//, ''));
  if (known.includes(etag)) return { status: 304, headers: own, body: '' };
  return { status: 200, headers: { ...own, 'content-type': ATOM_TYPE }, body: atom };
}
