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
import { listImportMarks } from '../imports/marks.ts';
import { listFacts, type RepositoryFact } from '../repositories/facts.ts';
import { type RepositoryRow, requireRepositoryRow, toRepository } from '../repositories/repository.ts';
import { findActiveRun } from '../runs.ts';
import { readPaths, readReferrers } from '../snapshots.ts';
import type { TrafficDay } from '../traffic/merge.ts';
import {
  findFirstDate,
  isWholeWindow,
  listDays,
  listNewestWindows,
  listRevisions,
  listWeeks,
  listWindowDates,
} from '../traffic/tables.ts';
import type { TrafficWeek } from '../traffic/week.ts';
import { type DayState, finalDate, leastCertain, shownFrom, stateOfMissing } from '../traffic/window.ts';
import { bucketOf, bucketsOf, wholeWeeks } from './buckets.ts';
import { compareRepositories } from './comparison.ts';
import { readComparisonSeries } from './gains.ts';
import { readKnown } from './known.ts';
import { type RangeRequest, type Spans, spansOf, toRange } from './range.ts';
import { addSums, emptySums, type Sums, toSums, toTotals } from './totals.ts';

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
): Promise<RepositoryFigures & { spans: Spans }> {
  const { tenantId, repositoryId } = row;
  const key = { tenantId, repositoryId };
  const range = await readRange(db, row, request, now);
  const spans = spansOf(range, finalDate([row], now), request);
  const days = await listDays(db, key, range.from, range.to);
  const before = spans.kind === 'none' ? [] : await listDays(db, key, spans.previousFrom, spans.previousTo);
  const whole = wholeWeeks(range);
  const weeks = await listWeeks(db, key, whole.from, whole.to);
  return toFigures({
    row,
    range,
    spans,
    days,
    before,
    weeks,
    stateOf: (day) => stateOfMissing(day, row, toDay(now)),
  });
}

interface Known {
  row: RepositoryRow;
  range: Range;
  spans: Spans;
  /** The stored days of the range, and of the span that it is compared with. */
  days: readonly TrafficDay[];
  before: readonly TrafficDay[];
  /** Weeks wholly inside the range. */
  weeks: readonly TrafficWeek[];
  stateOf: (missing: Day) => DayState;
}

function toFigures({
  row,
  range,
  spans,
  days,
  before,
  weeks,
  stateOf,
}: Known): RepositoryFigures & { spans: Spans } {
  const buckets = bucketsOf(range);
  const perBucket = buckets.map(() => ({ sums: emptySums(), states: new Set<DayState>() }));
  const spanSums = { current: emptySums(), previous: emptySums() };
  const known = new Map([...before, ...days].map((day) => [day.trafficDate, day]));
  const sumsOf = (date: Day) => {
    const day = known.get(date);
    return day ? toSums(day) : { ...emptySums(), lostDays: stateOf(date) === 'lost' ? 1 : 0 };
  };
  const lostDays: Day[] = [];
  let place = 0;
  if (spans.kind !== 'none')
    for (const date of daysFrom(spans.previousFrom, spans.previousTo))
      addSums(spanSums.previous, sumsOf(date));
  for (const date of daysFrom(range.from, range.to)) {
    const state = known.get(date)?.state ?? stateOf(date);
    const sums = sumsOf(date);
    if (date <= spans.to) addSums(spanSums.current, sums);
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
  const comparison = compareRepositories(spans, [{ row, sums: spanSums }]);
  return { range, spans, buckets, series, totals, comparison, lostDays };
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
  const { spans, ...figures } = await readFigures(db, row, request, now);
  const { range, buckets } = figures;
  const { from, to } = range;
  const own = { tenantId: access.tenantId, repositoryIds: [repositoryId] };
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
    comparisonSeries: await readComparisonSeries(db, own, { range, buckets, spans, today: toDay(now) }),
    colorIndex: row.colorIndex,
    window: newest && isWholeWindow(newest) ? newest : null,
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
    imports: await listImportMarks(db, key),
    known: await readKnown(db, key, row, toDay(now)),
    activeRunId: await findActiveRun(db, access.tenantId, now),
  };
}

/** The facts of the last day in each bucket that has any, besides stars. */
export function toFactSeries(
  facts: readonly RepositoryFact[],
  { buckets, range }: Pick<RepositoryFigures, 'buckets' | 'range'>,
) {
  const last = new Map(facts.map((fact) => [bucketOf(fact.factDate, range.by), fact]));
  const column = (name: 'forks' | 'subscribers' | 'openIssues') =>
    buckets.map((bucket) => last.get(bucket)?.[name] ?? null);
  return {
    forks: column('forks'),
    subscribers: column('subscribers'),
    openIssues: column('openIssues'),
  };
}
