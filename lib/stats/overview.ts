import type { TenantAccess } from '../access.ts';
import { countOpenAlerts } from '../alerts.ts';
import type { Range } from '../answers/figures.ts';
import type { Overview } from '../answers/stats.ts';
import { toCsv } from '../csv.ts';
import { type DaySpan, toDay } from '../day.ts';
import type { Db } from '../db/database.ts';
import { listEvents } from '../events.ts';
import { readAttention, readNews } from '../problems/list.ts';
import {
  givesNoTraffic,
  listStandings,
  toFullName,
  toProblem,
  toWebUrl,
} from '../repositories/repository.ts';
import { findActiveRun } from '../runs.ts';
import { plus } from '../traffic/figures.ts';
import { findFirstDate } from '../traffic/tables.ts';
import { finalDate, missingSpans } from '../traffic/window.ts';
import { bucketsOf } from './buckets.ts';
import { compareRepositories, daysOf, isComparable } from './comparison.ts';
import { readGains, readStarsOfEach } from './gains.ts';
import { listMoved, type StarsOf } from './overview-moved.ts';
import { type ListRequest, listTraffic, type RepositoryTraffic } from './overview-order.ts';
import { addUp, readSparklines, sumBuckets, sumRepositories } from './overview-sums.ts';
import { type Calendar, type RangeRequest, type Spans, spansOf, toRange } from './range.ts';
import { changeOf, toTotals } from './totals.ts';

/** The range of an overview and its list; pages count from 1. */
export interface OverviewRequest extends RangeRequest, ListRequest {
  page: number;
  size: number;
}

const MAX_BUCKETS = 130;
const NO_DAYS: DaySpan = [1, 0];

/** The overview of a tenant's repositories in scope. Throws what `toRange` throws. */
export async function readOverview(
  db: Db,
  access: TenantAccess,
  request: OverviewRequest,
  now: Date,
): Promise<Omit<Overview, 'groups'>> {
  const found = await readTraffic(db, access, request, now);
  const { rows, calendar, traffic } = found;
  const listed = listTraffic(traffic, request);
  const start = (request.page - 1) * request.size;
  const shown = listed.slice(start, start + request.size);
  const ids = shown.map(({ row }) => row.repositoryId);
  const together = await readTogether(db, access, found);
  // Two at once: a container has two connections.
  const [{ lines, starsOf }, standing] = await Promise.all([
    readListed(db, access, ids, calendar),
    readStanding(db, access, found, now),
  ]);
  const { spans } = calendar;
  return {
    tenantId: access.tenantId,
    ...together,
    moved: listMoved(traffic, spans, starsOf),
    repositories: shown.flatMap((one) => {
      const line = lines.get(one.row.repositoryId);
      return line ? [{ ...toOverviewRepository(one, { spans, now, starsOf }), ...line }] : [];
    }),
    page: { number: request.page, size: request.size, total: listed.length },
    problemCount: rows.filter((row) => toProblem(row, now) !== null).length,
    ...standing,
  };
}

/** What the list of repositories shows besides their traffic. */
async function readListed(
  db: Db,
  access: TenantAccess,
  repositoryIds: readonly number[],
  calendar: Calendar,
) {
  const lines = await readSparklines(db, access, repositoryIds, calendar);
  const starsOf = await readStarsOfEach(db, access, calendar.range);
  return { lines, starsOf };
}

/** What needs action, what happened, and what is going on. */
async function readStanding(
  db: Db,
  access: TenantAccess,
  { rows, traffic, calendar }: Awaited<ReturnType<typeof readTraffic>>,
  now: Date,
) {
  const sources = traffic.map(({ row, sums }) => ({ ...row, lostDays: sums.total.lostDays }));
  return {
    attention: await readAttention(db, access, rows, now),
    news: await readNews(db, access.tenantId),
    openAlertCount: await countOpenAlerts(db, access),
    ...(await listEvents(db, access, sources, { ...calendar.range, now })),
    activeRunId: await findActiveRun(db, access.tenantId, now),
  };
}

/** The figures of all repositories in scope together, from their traffic. */
export async function readTogether(
  db: Db,
  access: TenantAccess,
  { rows, counted, calendar, traffic, missing }: Awaited<ReturnType<typeof readTraffic>>,
) {
  // Two at once: a container has two connections.
  const [gains, series] = await Promise.all([
    readGains(db, access, calendar),
    sumBuckets(db, access, counted, missing, calendar),
  ]);
  return {
    range: calendar.range,
    buckets: calendar.buckets,
    series,
    totals: toTotals(addUp(traffic.map(({ sums }) => sums)).total),
    comparison: compareRepositories(calendar.spans, traffic),
    comparisonSeries: gains.comparisonSeries,
    stars: { total: sumOfKnown(rows.map(({ stars }) => stars)), ...gains.stars },
    forks: { total: sumOfKnown(rows.map(({ forks }) => forks)), ...gains.forks },
    downloads: gains.downloads,
    repositoryCount: rows.length,
  };
}

const sumOfKnown = (figures: readonly (number | null)[]) => figures.reduce(plus, null);

const CSV_TOTALS = [
  'viewCount',
  'viewUniquesLower',
  'viewUniquesUpper',
  'cloneCount',
  'cloneUniquesLower',
  'cloneUniquesUpper',
  'knownDays',
  'lostDays',
] as const;

/**
 * Every listed repository as CSV, in the overview's order, whatever the page. The change is a fraction, empty when it is
 * unknown. Throws what `toRange` throws.
 */
export async function toOverviewCsv(
  db: Db,
  access: TenantAccess,
  request: OverviewRequest,
  now: Date,
): Promise<{ text: string; range: Range }> {
  const { traffic, calendar } = await readTraffic(db, access, request, now);
  const rows = listTraffic(traffic, request).map(({ row, sums, comparable }) => [
    row.repositoryId,
    row.owner,
    row.name,
    ...CSV_TOTALS.map((column) => sums.total[column]),
    changeOf({ comparable, ...sums }, 'viewCount'),
    row.stars,
    String(row.archivedAt !== null),
    row.lastSuccessAt,
    toProblem(row, now)?.code ?? null,
  ]);
  const standing = ['viewCountChange', 'stars', 'archived', 'lastSuccessAt', 'problem'];
  const text = toCsv(['repositoryId', 'owner', 'name', ...CSV_TOTALS, ...standing], rows);
  return { text, range: calendar.range };
}

/** The traffic of each repository in scope, and what its sums are of. Throws what `toRange` throws. */
export async function readTraffic(db: Db, access: TenantAccess, request: RangeRequest, now: Date) {
  const rows = await listStandings(db, access);
  const today = toDay(now);
  const first = request.range === 'all' ? await findFirstDate(db, access) : null;
  const range = toRange(request, today, first, MAX_BUCKETS);
  const spans = spansOf(range, finalDate(rows, now), request);
  const calendar: Calendar = { range, spans, buckets: bucketsOf(range), today };
  const counted = rows.map((row) => {
    const { lost, coming } = missingSpans(row, today);
    const { repositoryId } = row;
    return { repositoryId, missing: { lost, coming: givesNoTraffic(row) ? NO_DAYS : coming } };
  });
  const { sums, ...missing } = await sumRepositories(db, access, counted, calendar);
  const days = daysOf(spans);
  const traffic = rows.flatMap((row): RepositoryTraffic[] => {
    const own = sums.get(row.repositoryId);
    return own ? [{ row, sums: own, comparable: isComparable(own, days) }] : [];
  });
  return { rows, counted, calendar, traffic, missing };
}

interface RowContext {
  spans: Spans;
  now: Date;
  starsOf: StarsOf;
}

function toOverviewRepository(one: RepositoryTraffic, { spans, now, starsOf }: RowContext) {
  const { row, sums } = one;
  return {
    repositoryId: row.repositoryId,
    fullName: toFullName(row),
    webUrl: toWebUrl(row),
    visibility: row.visibility,
    colorIndex: row.colorIndex,
    archived: row.archivedAt !== null,
    stars: row.stars,
    starsGained: starsOf(row.repositoryId),
    totals: toTotals(sums.total),
    comparison: compareRepositories(spans, [one]),
    lastSuccessAt: row.lastSuccessAt,
    problem: toProblem(row, now),
  };
}
