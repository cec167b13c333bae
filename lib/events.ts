import type { TenantAccess } from './access.ts';
import { listAlertsOf } from './alerts/reading.ts';
import { ALERT_TITLES, onlyRepositoryOf } from './alerts/titles.ts';
import { listAnnotationsOf } from './annotations.ts';
import type { Alert } from './answers/alerts.ts';
import type { Annotation } from './answers/annotations.ts';
import type { ChartEvent, Events } from './answers/events.ts';
import { type Day, daysBetween, toDay } from './day.ts';
import type { Db } from './db/database.ts';
import { type Losing, listLostSpans } from './events/lost.ts';
import { type Found, MAX_EVENTS, shareOut } from './events/share.ts';
import { listReleases } from './extras/releases.ts';
import { andMore, plural } from './number-format.ts';
import { listRepositoryEvents, type RepositoryEvent } from './repositories/facts.ts';
import { type RepositoryRow, toFullName, toReleaseUrl } from './repositories/repository.ts';
import { listNewestReferrers } from './snapshots.ts';

/** What events need to know about each repository in scope. */
export type EventSource = Pick<RepositoryRow, 'owner' | 'name' | 'serverUrl' | 'addedAt'> & Losing;

/** The days of which events are listed. */
export interface EventSpan {
  from: Day;
  to: Day;
  now: Date;
  /** False: alerts are left out, for who lists them otherwise. */
  alerts?: boolean;
}

/** What happened in the repositories in scope, whose rows are `repositories`, on the days of a span. */
export async function listEvents(
  db: Db,
  access: TenantAccess,
  repositories: readonly EventSource[],
  { from, to, now, alerts: withAlerts = true }: EventSpan,
): Promise<Events> {
  if (repositories.length === 0) return { events: [], eventCounts: [] };
  const rows = new Map(repositories.map((row) => [row.repositoryId, row]));
  const changes = await listRepositoryEvents(db, access, { from, to });
  const lost = await listLostSpans(db, access.tenantId, repositories, { from, to, today: toDay(now) });
  const annotations = await listAnnotationsOf(db, access, { from, to });
  const referrers = await listNewestReferrers(db, access, { from, to, limit: MAX_EVENTS });
  const releases = await listReleases(db, access, { from, to, limit: MAX_EVENTS });
  const alerts = withAlerts
    ? await listAlertsOf(db, access, { from, to, limit: MAX_EVENTS })
    : { alerts: [], count: 0 };
  const found = [
    { events: alerts.alerts.map(toAlert), count: alerts.count },
    {
      events: referrers.rows.flatMap((one) => toReferrer(one, rows.get(one.repositoryId))),
      count: referrers.count,
    },
    ...toFound(annotations.map(toAnnotation)),
    ...toFound(changes.flatMap((change) => toChange(change, rows.get(change.repositoryId)))),
    ...toFound(listBeginnings(repositories, changes, { from, to })),
    ...toFound(lost.map((span) => toLost(span, rows))),
    {
      events: releases.rows.flatMap((release) => toRelease(release, rows.get(release.repositoryId))),
      count: releases.count,
    },
  ];
  return shareOut(found);
}

/** Events of several kinds, each kind by itself. */
function toFound(events: readonly ChartEvent[]): Found[] {
  const kinds = new Set(events.map(({ kind }) => kind));
  return [...kinds].map((kind) => {
    const own = events.filter((event) => event.kind === kind);
    return { events: own, count: own.length };
  });
}

type Named = Pick<EventSource, 'repositoryId' | 'owner' | 'name'>;

function toEvent(
  row: Named | null,
  event: Pick<ChartEvent, 'date' | 'kind' | 'title'> & Partial<ChartEvent>,
): ChartEvent {
  return {
    to: event.date,
    repositoryId: row?.repositoryId ?? null,
    fullName: row ? toFullName(row) : null,
    subject: null,
    detail: null,
    url: null,
    annotationId: null,
    author: null,
    alertId: null,
    ...event,
  };
}

const dayOf = (instant: string): Day => toDay(new Date(instant));

function toChange(
  { kind, occurredAt, nameBefore, nameAfter }: RepositoryEvent,
  row: EventSource | undefined,
): ChartEvent[] {
  // That a rule added it is said where its tracking began.
  if (!row || kind === 'tracked') return [];
  const titles = {
    renamed: `Renamed from ${nameBefore} to ${nameAfter}`,
    transferred: `Transferred from ${nameBefore} to ${nameAfter}`,
    archived: 'Archived',
    unarchived: 'Unarchived',
    visibility: `Became ${nameAfter}`,
  };
  return [toEvent(row, { date: dayOf(occurredAt), kind, title: titles[kind] })];
}

/** More repositories that were added on one day are one event. */
const MAX_BEGINNINGS = 3;
/** Names that an event of several repositories lists. */
const MAX_NAMES = 5;

/** Where tracking began: one event for each repository, or for all of a day if they are many. */
function listBeginnings(
  repositories: readonly EventSource[],
  changes: readonly (RepositoryEvent & { repositoryId: number })[],
  { from, to }: { from: Day; to: Day },
): ChartEvent[] {
  const rules = new Map(
    changes.flatMap(({ kind, repositoryId, nameAfter }) =>
      kind === 'tracked' ? [[repositoryId, nameAfter]] : [],
    ),
  );
  const byDay = new Map<Day, EventSource[]>();
  for (const row of repositories) {
    const date = dayOf(row.addedAt);
    if (date < from || date > to) continue;
    const added = byDay.get(date) ?? [];
    added.push(row);
    byDay.set(date, added);
  }
  return [...byDay].flatMap(([date, rows]) => {
    if (rows.length > MAX_BEGINNINGS) {
      const title = `Tracking of ${plural(rows.length, 'repository', 'repositories')} began`;
      return [toEvent(null, { date, kind: 'tracking', title, detail: toNames(rows) })];
    }
    return rows.map((row) => {
      const rule = rules.get(row.repositoryId);
      const detail = rule ? `by the rule ${rule}` : null;
      return toEvent(row, { date, kind: 'tracking', title: 'Tracking began', detail });
    });
  });
}

function toNames(rows: readonly Named[]): string {
  const names = rows.slice(0, MAX_NAMES).map(toFullName).join(', ');
  return rows.length > MAX_NAMES ? `${names} ${andMore(rows.length - MAX_NAMES)}` : names;
}

function toLost(
  { from, to, repositoryIds }: { from: Day; to: Day; repositoryIds: readonly number[] },
  rows: ReadonlyMap<number, EventSource>,
): ChartEvent {
  const losing = repositoryIds.flatMap((id) => rows.get(id) ?? []);
  const [first] = losing;
  const days = `${plural(daysBetween(from, to) + 1, 'day')} lost`;
  const span = { date: from, to, kind: 'lost' } as const;
  if (losing.length === 1 && first) return toEvent(first, { ...span, title: days });
  const title = `${days} of ${plural(losing.length, 'repository', 'repositories')}`;
  return toEvent(null, { ...span, title, detail: toNames(losing) });
}

function toReferrer(
  { referrer, firstDate }: { referrer: string; firstDate: Day },
  row: EventSource | undefined,
): ChartEvent[] {
  if (!row) return [];
  const title = `${referrer} entered the referrers`;
  return [toEvent(row, { date: firstDate, kind: 'referrer', title, subject: referrer })];
}

function toAnnotation(annotation: Annotation): ChartEvent {
  const { annotationId, date, to, text, link, author, repositories, repositoryCount } = annotation;
  const [only] = repositoryCount === 1 ? repositories : [];
  const { repositoryId = null, fullName = null } = only ?? {};
  const about = { repositoryId, fullName };
  return toEvent(null, {
    date,
    to,
    kind: 'annotation',
    title: text,
    url: link,
    annotationId,
    author,
    ...about,
  });
}

function toAlert(alert: Omit<Alert, 'reasons'>): ChartEvent {
  const { alertId, kind, subject, title, date } = alert;
  const { repositoryId = null, fullName = null } = onlyRepositoryOf(alert) ?? {};
  const called = ALERT_TITLES[kind];
  return toEvent(null, {
    date,
    kind: 'alert',
    title: `${called}: ${title}`,
    subject: called,
    detail: repositoryId === null ? subject : null,
    alertId,
    repositoryId,
    fullName,
  });
}

function toRelease(
  { tag, releaseName, publishedAt }: { tag: string; releaseName: string; publishedAt: string },
  row: EventSource | undefined,
): ChartEvent[] {
  if (!row) return [];
  const release = {
    date: dayOf(publishedAt),
    kind: 'release',
    title: `${tag} released`,
    subject: tag,
    detail: releaseName === '' || releaseName === tag ? null : releaseName,
    url: toReleaseUrl(row, tag),
  } as const;
  return [toEvent(row, release)];
}
