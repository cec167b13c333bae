import type { TenantAccess } from '../access.ts';
import type { Comparison } from '../answers/figures.ts';
import type {
  Report,
  ReportChange,
  ReportComparison,
  ReportPeriod,
  ReportReferrer,
  ReportRepository,
} from '../answers/reports.ts';
import { addDays, type Day, startOf, toDay } from '../day.ts';
import { formatBucket, formatSpan } from '../day-format.ts';
import type { Db } from '../db/database.ts';
import { listEvents } from '../events.ts';
import { Failure } from '../failure.ts';
import { listStoredGroups, readContents } from '../groups/contents.ts';
import { getGroupName, inGroup } from '../groups.ts';
import { toFullName, toProblem, toWebUrl } from '../repositories/repository.ts';
import { listFirstSeenReferrers } from '../snapshots.ts';
import { knownDaysOf } from '../stats/buckets.ts';
import { compareRepositories } from '../stats/comparison.ts';
import { readGains, readStarsOfEach } from '../stats/gains.ts';
import { readTogether, readTraffic } from '../stats/overview.ts';
import { listTraffic, type RepositoryTraffic } from '../stats/overview-order.ts';
import { addUp } from '../stats/overview-sums.ts';
import type { Spans } from '../stats/range.ts';
import { changeOf, changeOfGains, differenceOf, toTotals, whyNoChange } from '../stats/totals.ts';
import type { Metric } from '../traffic/figures.ts';
import { toHeadline, toTitle } from './headline.ts';

/** Who a report is for and what it is about. */
export interface ReportSubject {
  tenant: { tenantId: number; name: string };
  /** Only this group's repositories; null for all in scope. */
  groupId: number | null;
  access: TenantAccess;
}

const MAX_REPOSITORIES = 500;
const MAX_MOVERS = 5;
const MAX_REFERRERS = 25;
const MAX_NEWLY_TRACKED = 25;

/**
 * Reads the report of a period as stored now, for the repositories that the subject may see. Throws `group_not_found`,
 * `day_in_future` for a period that has not begun, and what `toRange` throws.
 */
export async function readReport(
  db: Db,
  { tenant, groupId, access: all }: ReportSubject,
  period: ReportPeriod,
  now: Date,
): Promise<Report> {
  const { tenantId } = tenant;
  const { from, to, kind } = period;
  if (from > toDay(now))
    throw new Failure('day_in_future', `${from} has not begun yet (UTC). Ask for an earlier report.`);
  const access = await inGroup(db, all, groupId ?? undefined);
  const request = { from, to, unit: kind === 'month' ? kind : undefined } as const;
  const found = await readTraffic(db, access, request, now);
  const yearBefore = await readTraffic(db, access, { ...request, compare: 'year' }, now);
  const { rows, calendar, traffic } = found;
  const { range, spans } = calendar;
  const together = await readTogether(db, access, found);
  const { stars, downloads, series } = together;
  const yearGains = await readGains(db, access, yearBefore.calendar);
  const comparisons = {
    previous: { label: labelOf(period, spans), ...together.comparison },
    year: {
      label: 'a year earlier',
      ...compareRepositories(yearBefore.calendar.spans, yearBefore.traffic),
    },
  };
  const changesOf = (metric: Metric) => ({
    previous: toChange(comparisons.previous, metric),
    year: toChange(comparisons.year, metric),
  });
  const earlierOf = new Map(yearBefore.traffic.map((one) => [one.row.repositoryId, one]));
  const compareOf = (ones: readonly RepositoryTraffic[]) => ({
    previous: toChange(compareRepositories(spans, ones), 'viewCount'),
    year: toChange(
      compareRepositories(
        yearBefore.calendar.spans,
        ones.flatMap(({ row }) => earlierOf.get(row.repositoryId) ?? []),
      ),
      'viewCount',
    ),
  });
  const perDay = (count: number | null, values: readonly (number | null)[]) => {
    const days = knownDaysOf(range, together.buckets, values);
    return count === null || days < 2 ? null : Math.round(count / days);
  };
  const { totals } = together;
  const weekUniquesOf = kind === 'week' ? await readWeekUniques(db, access, from) : () => null;
  const starsOf = await readStarsOfEach(db, access, range);
  const referrers = await readReferrers(db, access, range, rows);
  const sources = traffic.map(({ row, sums }) => ({ ...row, lostDays: sums.total.lostDays }));
  const report: Omit<Report, 'headline'> = {
    tenant: { tenantId, name: tenant.name },
    group: groupId === null ? null : await getGroupName(db, tenantId, groupId),
    period,
    madeAt: now.toISOString(),
    title: toTitle(period),
    range,
    repositoryCount: rows.length,
    totals: {
      viewCount: {
        count: totals.viewCount,
        perDay: perDay(totals.viewCount, series.viewCount),
        ...changesOf('viewCount'),
      },
      viewUniques: {
        lower: totals.viewUniquesLower,
        upper: totals.viewUniquesUpper,
        ...changesOf('viewUniques'),
      },
      cloneCount: {
        count: totals.cloneCount,
        perDay: perDay(totals.cloneCount, series.cloneCount),
        ...changesOf('cloneCount'),
      },
      cloneUniques: {
        lower: totals.cloneUniquesLower,
        upper: totals.cloneUniquesUpper,
        ...changesOf('cloneUniques'),
      },
      stars: {
        total: stars.total,
        gained: stars.gained,
        previous: changeOfGains(stars),
        year: changeOfGains(yearGains.stars),
      },
      downloads: {
        total: downloads.total,
        gained: downloads.gained,
        previous: changeOfGains(downloads),
        year: changeOfGains(yearGains.downloads),
      },
    },
    comparisons,
    buckets: together.buckets,
    series: { ...series, stars: stars.series, downloads: downloads.series },
    comparisonSeries: together.comparisonSeries,
    repositories: listTraffic(traffic, { sort: 'viewCount' })
      .slice(0, MAX_REPOSITORIES)
      .map((one) => {
        const { row, sums } = one;
        return {
          repositoryId: row.repositoryId,
          fullName: toFullName(row),
          webUrl: toWebUrl(row),
          colorIndex: row.colorIndex,
          archived: row.archivedAt !== null,
          totals: toTotals(sums.total),
          weekUniques: weekUniquesOf(row.repositoryId, sums.total.viewUniquesLower),
          starsGained: starsOf(row.repositoryId),
          ...compareOf([one]),
        };
      }),
    ...listMovers(traffic),
    ...referrers,
    ...(await listEvents(db, access, sources, { ...range, now })),
    newlyTracked: await readNewlyTracked(db, access, range, rows),
    groups: groupId === null ? await readGroups(db, access, traffic, compareOf) : [],
    completeness: {
      repositoryDays: rows.length * range.days,
      knownDays: totals.knownDays,
      lostDays: totals.lostDays,
      unpublishedDays: sumOf(series.pendingDays),
      provisionalDays: sumOf(series.provisionalDays),
      suspectDays: sumOf(series.suspectDays),
      failingRepositories: rows.filter((row) => toProblem(row, now) !== null).length,
      notCompared: together.comparison.repositories.total - together.comparison.repositories.compared,
    },
  };
  return { ...report, headline: toHeadline(report) };
}

const sumOf = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0);

function labelOf({ kind, from }: ReportPeriod, { previousFrom, previousTo }: Spans): string {
  if (kind === 'month') return formatBucket(addDays(from, -1), 'month');
  return kind === 'week' ? 'the week before' : formatSpan(previousFrom, previousTo);
}

function toChange(comparison: Comparison | ReportComparison, metric: Metric): ReportChange {
  return {
    change: changeOf(comparison, metric),
    difference: differenceOf(comparison, metric),
    reason: whyNoChange(comparison, metric),
  };
}

/** The repositories whose views rose and fell most. */
function listMovers(traffic: readonly RepositoryTraffic[]): Pick<Report, 'risers' | 'fallers'> {
  const movers = traffic.flatMap(({ row, comparable, sums }) => {
    const difference = differenceOf({ comparable, ...sums }, 'viewCount');
    if (difference === null || difference === 0) return [];
    const { repositoryId, colorIndex } = row;
    const change = changeOf({ comparable, ...sums }, 'viewCount');
    return [{ repositoryId, fullName: toFullName(row), colorIndex, difference, change }];
  });
  const bySize = movers.toSorted((one, other) => Math.abs(other.difference) - Math.abs(one.difference));
  return {
    risers: bySize.filter(({ difference }) => difference > 0).slice(0, MAX_MOVERS),
    fallers: bySize.filter(({ difference }) => difference < 0).slice(0, MAX_MOVERS),
  };
}

type Named = { repositoryId: number; owner: string; name: string };

/** The referrers that a list of the span first named. A repository's first list does not count. */
async function readReferrers(
  db: Db,
  access: TenantAccess,
  span: { from: Day; to: Day },
  repositories: readonly Named[],
): Promise<Pick<Report, 'referrers' | 'referrerCount'>> {
  const names = new Map(repositories.map((row) => [row.repositoryId, toFullName(row)]));
  const found = new Map<string, ReportReferrer['repositories']>();
  for (const { referrer, ...entered } of await listFirstSeenReferrers(db, access, span)) {
    const fullName = names.get(entered.repositoryId);
    if (fullName === undefined) continue;
    const all = found.get(referrer) ?? [];
    all.push({ ...entered, fullName });
    found.set(referrer, all);
  }
  const byPeak = <One extends { viewCount: number; fullName: string }>(one: One, other: One) =>
    other.viewCount - one.viewCount || (one.fullName < other.fullName ? -1 : 1);
  const referrers = [...found].flatMap(([referrer, all]): ReportReferrer[] => {
    const sorted = all.toSorted(byPeak);
    const [first] = sorted;
    if (!first) return [];
    return [{ referrer, peak: { viewCount: first.viewCount, date: first.date }, repositories: sorted }];
  });
  const sorted = referrers.toSorted(
    (one, other) => other.peak.viewCount - one.peak.viewCount || (one.referrer < other.referrer ? -1 : 1),
  );
  return { referrers: sorted.slice(0, MAX_REFERRERS), referrerCount: sorted.length };
}

/** Those of the repositories that rules added in a span. */
async function readNewlyTracked(
  db: Db,
  { tenantId }: TenantAccess,
  { from, to }: { from: Day; to: Day },
  rows: readonly Named[],
): Promise<Report['newlyTracked']> {
  const names = new Map(rows.map((row) => [row.repositoryId, toFullName(row)]));
  const events = await db
    .selectFrom('repositoryEvent')
    .select(['repositoryId', 'nameAfter'])
    .where('tenantId', '=', tenantId)
    .where('kind', '=', 'tracked')
    .where('occurredAt', '>=', startOf(from).toISOString())
    .where('occurredAt', '<', startOf(addDays(to, 1)).toISOString())
    .execute();
  const added = events.flatMap(({ repositoryId, nameAfter }) => {
    const fullName = names.get(repositoryId);
    return fullName === undefined ? [] : [{ repositoryId, fullName, rule: nameAfter ?? '' }];
  });
  const byName = added.sort((one, other) => (one.fullName < other.fullName ? -1 : 1));
  return { count: byName.length, repositories: byName.slice(0, MAX_NEWLY_TRACKED) };
}

/** GitHub's own count of a week's visitors by repository. A day with more proves a count of an unfinished week too low. */
async function readWeekUniques(
  db: Db,
  { tenantId, repositoryIds }: TenantAccess,
  week: Day,
): Promise<(repositoryId: number, largestDay: number | null) => ReportRepository['weekUniques']> {
  if (repositoryIds?.length === 0) return () => null;
  const ended = await db
    .selectFrom('repository as r')
    .leftJoin('trafficWeek as w', (join) =>
      join
        .onRef('w.tenantId', '=', 'r.tenantId')
        .onRef('w.repositoryId', '=', 'r.repositoryId')
        .on('w.weekStart', '=', week),
    )
    .select(['r.repositoryId', 'r.endedWeek', 'r.endedWeekViewers', 'w.viewUniques'])
    .where('r.tenantId', '=', tenantId)
    .$if(repositoryIds !== null, (query) => query.where('r.repositoryId', 'in', repositoryIds ?? []))
    .execute();
  const known = new Map(ended.map((row) => [row.repositoryId, row]));
  return (repositoryId, largestDay) => {
    const row = known.get(repositoryId);
    if (!row) return null;
    if (row.viewUniques !== null) return { count: row.viewUniques, soFar: false };
    const { endedWeek, endedWeekViewers: count } = row;
    return endedWeek !== week || count === null || count < (largestDay ?? 0) ? null : { count, soFar: true };
  };
}

/** The groups that have a repository in scope, with the sums of these. */
async function readGroups(
  db: Db,
  access: TenantAccess,
  traffic: readonly RepositoryTraffic[],
  compareOf: (ones: readonly RepositoryTraffic[]) => Pick<Report['groups'][number], 'previous' | 'year'>,
): Promise<Report['groups']> {
  const groups = await listStoredGroups(db, access.tenantId);
  if (groups.length === 0) return [];
  const contents = await readContents(db, access, groups);
  return groups.flatMap(({ groupId, name }) => {
    const ids = new Set(contents.get(groupId)?.repositoryIds);
    const own = traffic.filter(({ row }) => ids.has(row.repositoryId));
    if (own.length === 0) return [];
    const { total } = addUp(own.map(({ sums }) => sums));
    return [{ groupId, name, repositoryCount: own.length, totals: toTotals(total), ...compareOf(own) }];
  });
}
