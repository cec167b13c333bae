import type { TenantAccess } from '../access.ts';
import type { Range } from '../answers/figures.ts';
import type { WidgetFigures, WidgetScope, WidgetsAnswer } from '../answers/widgets.ts';
import { addDays, daysBetween } from '../day.ts';
import type { Db } from '../db/database.ts';
import { listEvents } from '../events.ts';
import { Failure } from '../failure.ts';
import { inGroup, listGroupChoices } from '../groups.ts';
import { toFullName } from '../repositories/repository.ts';
import { bucketsOf } from '../stats/buckets.ts';
import { compareRepositories } from '../stats/comparison.ts';
import { readStarsOfEach } from '../stats/gains.ts';
import { readTogether, readTraffic } from '../stats/overview.ts';
import { listTraffic, type RepositoryTraffic } from '../stats/overview-order.ts';
import { sumBuckets } from '../stats/overview-sums.ts';
import type { RangeRequest } from '../stats/range.ts';
import { changeOf, SUM_OF, toTotals, whyNoChange } from '../stats/totals.ts';
import { type Metric, plus } from '../traffic/figures.ts';
import { MAX_CALENDAR_DAYS, type RankedMetric } from './gallery.ts';
import type { FiguresSettings } from './gallery-schema.ts';
import { readLines } from './lines.ts';
import { readTopReferrers } from './referrers.ts';

/** What a dashboard shows: the widgets that are set to the same follow it. */
export interface WidgetsRequest extends Omit<RangeRequest, 'by'> {
  group?: number | undefined;
  /** Only these. */
  repositories?: number[] | undefined;
  widgets: readonly FiguresSettings[];
}

type Scope = Awaited<ReturnType<typeof readScope>>;

/**
 * The figures of widgets. Widgets of the same days and repositories share what is read. A widget with a problem of its own,
 * such as a deleted group, is answered as `failed`. Throws `group_not_found` and what `toRange` throws for the dashboard itself.
 */
export async function readWidgets(
  db: Db,
  access: TenantAccess,
  request: WidgetsRequest,
  now: Date,
): Promise<WidgetsAnswer> {
  const shown = await inGroup(db, narrow(access, request.repositories), request.group);
  const scopes: WidgetScope[] = [];
  const known = new Map<string, Promise<Scope & { place: number }>>();

  async function open({ repositories, range }: FiguresSettings) {
    const days = range === 'dashboard' ? request : { range, compare: request.compare };
    const within = await accessOf(repositories);
    const scope = await readScope(db, within, days, now);
    return { ...scope, place: scopes.push(scope.shown) - 1 };
  }

  async function accessOf(repositories: FiguresSettings['repositories']): Promise<TenantAccess> {
    if (repositories === 'dashboard') return shown;
    if (repositories === 'all') return access;
    return 'group' in repositories
      ? inGroup(db, access, repositories.group)
      : narrow(access, repositories.ids);
  }

  async function answer(settings: FiguresSettings): Promise<WidgetFigures> {
    const key = JSON.stringify([settings.repositories, settings.range]);
    const opening = known.get(key) ?? open(settings);
    known.set(key, opening);
    const scope = await opening;
    return toFigures(db, scope, settings);
  }

  const widgets: WidgetFigures[] = [];
  for (const settings of request.widgets)
    widgets.push(await answer(settings).catch((error) => toFailed(error, settings)));
  return { tenantId: access.tenantId, scopes, widgets, groups: await listGroupChoices(db, access) };
}

/** The access narrowed to these repositories; itself without any. */
function narrow(access: TenantAccess, ids: readonly number[] | undefined): TenantAccess {
  if (ids === undefined) return access;
  const { tenantId, repositoryIds } = access;
  return { tenantId, repositoryIds: repositoryIds?.filter((id) => ids.includes(id)) ?? [...ids] };
}

/** A problem of the widget's own days or repositories is shown in its place; others are the dashboard's. */
function toFailed(error: unknown, { repositories, range }: FiguresSettings): WidgetFigures {
  const isOwn = repositories !== 'dashboard' || range !== 'dashboard';
  if (!isOwn || !(error instanceof Failure)) throw error;
  return { kind: 'failed', code: error.code, message: error.message };
}

/** The figures of the repositories in scope together, and what else widgets need of each. */
async function readScope(db: Db, access: TenantAccess, request: RangeRequest, now: Date) {
  const found = await readTraffic(db, access, request, now);
  const { counted, calendar, traffic, missing } = found;
  const { forks: _, ...shown } = await readTogether(db, access, found);
  const sources = traffic.map(({ row, sums }) => ({ ...row, lostDays: sums.total.lostDays }));
  const starsOf = once(() => readStarsOfEach(db, access, calendar.range));
  const happened = once(() => listEvents(db, access, sources, { ...calendar.range, now }));
  return { access, shown, traffic, starsOf, happened, calendar, counted, missing };
}

/** Reads when it is first asked, and then answers the same. */
function once<Found>(read: () => Promise<Found>): () => Promise<Found> {
  let reading: Promise<Found> | undefined;
  return () => {
    reading ??= read();
    return reading;
  };
}

async function toFigures(
  db: Db,
  scope: Scope & { place: number },
  settings: FiguresSettings,
): Promise<WidgetFigures> {
  const { place } = scope;
  switch (settings.kind) {
    case 'figure':
      return { kind: 'figure', scope: place };
    case 'trend': {
      const { events } = await scope.happened();
      return { kind: 'trend', scope: place, events };
    }
    case 'ranking':
    case 'table':
      return { kind: settings.kind, scope: place, ...(await toList(scope, settings)) };
    case 'comparison': {
      const { metric, count } = settings;
      const first = (await rank(scope, metric)).slice(0, count);
      const ids = first.map(({ row }) => row.repositoryId);
      const { tenantId } = scope.access;
      const lines = await readLines(db, { tenantId, repositoryIds: ids }, scope.calendar, metric);
      return {
        kind: 'comparison',
        scope: place,
        lines: first.map((one) => ({
          ...toNamed(one),
          values: lines.get(one.row.repositoryId) ?? [],
        })),
        otherCount: scope.traffic.length - first.length,
      };
    }
    case 'calendar':
      return { kind: 'calendar', scope: place, ...(await readCalendar(db, scope, settings.metric)) };
    case 'referrers': {
      const { access, calendar } = scope;
      return {
        kind: 'referrers',
        scope: place,
        referrers: await readTopReferrers(db, access, calendar, settings.count),
      };
    }
  }
}

/** The repositories with the most first, equal ones by name; those that are unknown last. */
async function rank({ traffic, ...scope }: Scope, metric: RankedMetric) {
  const starsOf = await scope.starsOf();
  const ranked = listTraffic(traffic, { sort: 'name' }).map((one) => {
    const starsGained = starsOf(one.row.repositoryId);
    return { ...one, starsGained, value: metric === 'stars' ? starsGained : one.sums.total[SUM_OF[metric]] };
  });
  return ranked.sort((one, other) => (other.value ?? -1) - (one.value ?? -1));
}

const toNamed = ({ row }: RepositoryTraffic) => ({
  repositoryId: row.repositoryId,
  fullName: toFullName(row),
  colorIndex: row.colorIndex,
});

async function toList(scope: Scope, { metric, count }: { metric: RankedMetric; count: number }) {
  const ranked = await rank(scope, metric);
  const { spans } = scope.calendar;
  const rows = ranked.slice(0, count).map((one) => {
    const comparison = compareRepositories(spans, [one]);
    const compared = metric === 'stars' ? 'viewCount' : metric;
    return {
      ...toNamed(one),
      archived: one.row.archivedAt !== null,
      totals: toTotals(one.sums.total),
      starsGained: one.starsGained,
      change: metric === 'stars' ? null : changeOf(comparison, compared),
      reason: metric === 'stars' ? ('not_compared' as const) : whyNoChange(comparison, compared),
    };
  });
  const others = ranked.slice(count);
  return {
    rows,
    others: { count: others.length, value: others.map(({ value }) => value).reduce(plus, null) },
  };
}

async function readCalendar(db: Db, { access, calendar, counted, missing }: Scope, metric: Metric) {
  const { to } = calendar.range;
  const [, from = to] = [addDays(to, 1 - MAX_CALENDAR_DAYS), calendar.range.from].sort();
  const range: Range = { from, to, by: 'day', days: daysBetween(from, to) + 1 };
  const days = { ...calendar, range, buckets: bucketsOf(range) };
  const series = await sumBuckets(db, access, counted, missing, days);
  const { lostDays, provisionalDays, suspectDays, pendingDays } = series;
  return { from, to, values: series[metric], lostDays, provisionalDays, suspectDays, pendingDays };
}
