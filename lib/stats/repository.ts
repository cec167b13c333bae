import type { TenantAccess } from '../access.ts';
import type { Range } from '../answers/figures.ts';
import type { RepositoryStats } from '../answers/stats.ts';
import { type Day, daysFrom, toDay } from '../day.ts';
import type { Db } from '../db/database.ts';
import { listEvents } from '../events.ts';
import { listExtraStates } from '../extras/extra.ts';
import { readReleaseDownloads } from '../extras/releases.ts';
import { readStarHistory, readStarSeries } from '../extras/stars.ts';
import { readWorkflowRuns } from '../extras/workflow-runs.ts';
import { listFacts, type RepositoryFact } from '../repositories/facts.ts';
import { type RepositoryRow, requireRepositoryRow, toRepository } from '../repositories/repository.ts';
import { findActiveRun } from '../runs.ts';
import { readPaths, readReferrers } from '../snapshots.ts';
import type { TrafficDay } from '../traffic/merge.ts';
import {
  findFirstDate,
  listDays,
  listNewestWindows,
  listRevisions,
  listWeeks,
  listWindowDates,
} from '../traffic/tables.ts';
import type { TrafficWeek } from '../traffic/week.ts';
import { type DayState, finalDate, leastCertain, shownFrom, stateOfMissing } from '../traffic/window.ts';
import { bucketOf, bucketsOf, wholeWeeks } from './buckets.ts';
import { type RangeRequest, type Spans, spansOf, toRange } from './range.ts';
import { addSums, emptySums, type Sums, toComparison, toSums, toTotals } from './totals.ts';

/** The figures of one repository in a range. */
export type RepositoryFigures = Pick<
  RepositoryStats,
  'range' | 'buckets' | 'series' | 'totals' | 'comparison' | 'lostDays'
>;

const MAX_BUCKETS = 3660;

/** The range that a request for one repository means. Throws what `toRange` throws. */
export async function readRange(
  db: Db,
  { tenantId, repositoryId }: RepositoryRow,
  request: RangeRequest,
  now: Date,
): Promise<Range> {
  const first =
    request.range === 'all' ? await findFirstDate(db, { tenantId, repositoryIds: [repositoryId] }) : null;
  return toRange(request, toDay(now), first, MAX_BUCKETS);
}

/** The figures of one repository. Throws what `toRange` throws. */
export async function readFigures(
  db: Db,
  row: RepositoryRow,
  request: RangeRequest,
  now: Date,
): Promise<RepositoryFigures> {
  const { tenantId, repositoryId } = row;
  const key = { tenantId, repositoryId };
  const range = await readRange(db, row, request, now);
  const spans = spansOf(range, finalDate([row], now));
  const days = await listDays(db, key, spans.previousFrom, range.to);
  const whole = wholeWeeks(range);
  const weeks = await listWeeks(db, key, whole.from, whole.to);
  return toFigures({
    range,
    spans,
    days,
    weeks,
    stateOf: (day) => stateOfMissing(day, row, toDay(now)),
  });
}

interface Known {
  range: Range;
  spans: Spans;
  days: readonly TrafficDay[];
  /** Weeks wholly inside the range. */
  weeks: readonly TrafficWeek[];
  stateOf: (missing: Day) => DayState;
}

function toFigures({ range, spans, days, weeks, stateOf }: Known): RepositoryFigures {
  const buckets = bucketsOf(range);
  const perBucket = buckets.map(() => ({ sums: emptySums(), states: new Set<DayState>() }));
  const spanSums = { current: emptySums(), previous: emptySums() };
  const rows = new Map(days.map((day) => [day.trafficDate, day]));
  const lostDays: Day[] = [];
  let place = 0;
  for (const date of daysFrom(spans.previousFrom, range.to)) {
    const row = rows.get(date);
    const state = row?.state ?? stateOf(date);
    const sums = row ? toSums(row) : { ...emptySums(), lostDays: state === 'lost' ? 1 : 0 };
    if (date <= spans.to) addSums(date < range.from ? spanSums.previous : spanSums.current, sums);
    if (date < range.from) continue;
    while (date >= (buckets[place + 1] ?? '9')) place += 1;
    const bucket = perBucket[place];
    if (bucket) addSums(bucket.sums, sums);
    bucket?.states.add(state);
    if (state === 'lost') lostDays.push(date);
  }
  const series = toSeries(perBucket, { buckets, range }, range.by === 'week' ? weeks : []);
  const totals = toTotals(
    sumAll(
      perBucket.map(({ sums }) => sums),
      weeks,
    ),
  );
  return { range, buckets, series, totals, comparison: toComparison(spans, spanSums, 1), lostDays };
}

/** A week's own uniques are a better lower bound than any of its days'. */
function sumAll(all: readonly Sums[], weeks: readonly TrafficWeek[]): Sums {
  const total = emptySums();
  for (const sums of all) addSums(total, sums);
  for (const { viewUniques, cloneUniques } of weeks)
    addSums(total, { ...emptySums(), viewUniquesLower: viewUniques, cloneUniquesLower: cloneUniques });
  return total;
}

function toSeries(
  perBucket: readonly { sums: Sums; states: ReadonlySet<DayState> }[],
  { buckets, range }: Pick<RepositoryFigures, 'buckets' | 'range'>,
  weeks: readonly TrafficWeek[],
): RepositoryFigures['series'] {
  const exact = new Map(weeks.map((week) => [week.weekStart, week]));
  const exactWeek = (place: number) => exact.get(buckets[place] ?? '');
  return {
    viewCount: perBucket.map(({ sums }) => sums.viewCount),
    viewUniques: perBucket.map(({ sums }, place) => exactWeek(place)?.viewUniques ?? sums.viewUniquesUpper),
    cloneCount: perBucket.map(({ sums }) => sums.cloneCount),
    cloneUniques: perBucket.map(
      ({ sums }, place) => exactWeek(place)?.cloneUniques ?? sums.cloneUniquesUpper,
    ),
    state: perBucket.map(({ states }) => leastCertain(states)),
    uniquesExact: perBucket.map((_, place) => range.by === 'day' || exactWeek(place) !== undefined),
  };
}

/**
 * One repository in scope, with all that is known of it in a range. Throws `repository_not_found`, and what `toRange`
 * throws.
 */
export async function readRepositoryTraffic(
  db: Db,
  access: TenantAccess,
  repositoryId: number,
  request: RangeRequest,
  now: Date,
): Promise<RepositoryStats> {
  const row = await requireRepositoryRow(db, access, repositoryId);
  const key = { tenantId: access.tenantId, repositoryId };
  const figures = await readFigures(db, row, request, now);
  const { from, to } = figures.range;
  const [newest, previous] = await listNewestWindows(db, key, to);
  const inRange = newest && newest.observedDate >= from ? newest.observedDate : null;
  const extras = await listExtraStates(db, access.tenantId, repositoryId);
  const lists = {
    from,
    newest: newest?.observedDate ?? null,
    previous: previous?.observedDate ?? null,
    dates: await listWindowDates(db, key, from, to),
  };
  const referrers = await readReferrers(db, key, lists);
  const paths = await readPaths(db, key, lists);
  return {
    tenantId: access.tenantId,
    repository: toRepository(row, now),
    ...figures,
    window: newest ?? null,
    snapshotDate: inRange,
    referrers: referrers.list,
    referrerHistory: referrers.history,
    paths: paths.list,
    pathHistory: paths.history,
    facts: {
      ...toFactSeries(await listFacts(db, key, from, to), figures),
      ...(await readStarSeries(db, key, extras, figures.range)),
    },
    starHistory: await readStarHistory(db, key, extras, { now }),
    releases: await readReleaseDownloads(db, key, extras, figures.range),
    workflowRuns: await readWorkflowRuns(db, key, extras, { range: figures.range, now }),
    ...(await listEvents(
      db,
      { tenantId: access.tenantId, repositoryIds: [repositoryId] },
      [{ ...row, lostDays: figures.lostDays.length }],
      { from, to, now },
    )),
    revisions: await listRevisions(db, key, from, to),
    rememberedFrom: shownFrom(row, toDay(now)),
    activeRunId: await findActiveRun(db, access.tenantId, now),
  };
}

/** The facts of the last day in each bucket that has any, besides stars. */
function toFactSeries(facts: readonly RepositoryFact[], { buckets, range }: RepositoryFigures) {
  const last = new Map(facts.map((fact) => [bucketOf(fact.factDate, range.by), fact]));
  const column = (name: 'forks' | 'subscribers' | 'openIssues') =>
    buckets.map((bucket) => last.get(bucket)?.[name] ?? null);
  return {
    forks: column('forks'),
    subscribers: column('subscribers'),
    openIssues: column('openIssues'),
  };
}
