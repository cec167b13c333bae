import type { TenantAccess } from '../access.ts';
import { commonDays, type Day, type DaySpan, toDayNumber } from '../day.ts';
import type { Db } from '../db/database.ts';
import { most } from '../traffic/figures.ts';
import { missingSpans } from '../traffic/window.ts';
import {
  type BucketSums,
  type Calendar,
  type EarlyDays,
  type LargestWeeks,
  PARTS,
  readBucketSums,
  readEarlyDays,
  readLargestWeeks,
} from './bucket-sums.ts';
import { bucketSpan } from './buckets.ts';
import { addSums, emptySums, plus, type Sums } from './totals.ts';

/** What is known of a repository, or of several, in a range; the columns have one place per bucket. */
export interface RangeSums {
  total: Sums;
  current: Sums;
  previous: Sums;
  /** The provisional days at the range's end, which are not compared. */
  rest: Sums;
  viewCount: (number | null)[];
  viewUniques: (number | null)[];
  cloneCount: (number | null)[];
  cloneUniques: (number | null)[];
  lostDays: number[];
  provisionalDays: number[];
}

interface Covered {
  repositoryId: number;
  firstCoveredDate: Day | null;
}

/** Sums each repository's stored days by bucket, in one pass over them. */
export async function sumRepositories(
  db: Db,
  access: TenantAccess,
  repositories: readonly Covered[],
  calendar: Calendar,
): Promise<Map<number, RangeSums>> {
  const tally = startTally(repositories, calendar);
  if (repositories.length > 0) {
    for (const row of await readBucketSums(db, access, calendar)) addRow(tally, row);
    for (const row of await readEarlyDays(db, access, calendar)) takeBackEarly(tally, row);
  }
  for (const { total, current, rest } of tally.sums.values()) {
    addSums(total, current);
    addSums(total, rest);
  }
  if (repositories.length > 0)
    for (const week of await readLargestWeeks(db, access, calendar)) raiseBounds(tally, week);
  return tally.sums;
}

/** Adds one repository's sums to those of all. */
export function addRangeSums(sums: RangeSums, more: RangeSums): void {
  addSums(sums.total, more.total);
  addSums(sums.current, more.current);
  addSums(sums.previous, more.previous);
  for (const column of ['viewCount', 'viewUniques', 'cloneCount', 'cloneUniques'] as const)
    for (const [place, figure] of more[column].entries()) addFigure(sums[column], place, figure);
  for (const column of ['lostDays', 'provisionalDays'] as const)
    for (const [place, days] of more[column].entries()) addDays(sums[column], place, days);
}

/** The sums of no repository at all. */
export function emptyRangeSums(buckets: number): RangeSums {
  const unknown = () => new Array<number | null>(buckets).fill(null);
  const none = () => new Array<number>(buckets).fill(0);
  return {
    total: emptySums(),
    current: emptySums(),
    previous: emptySums(),
    rest: emptySums(),
    viewCount: unknown(),
    viewUniques: unknown(),
    cloneCount: unknown(),
    cloneUniques: unknown(),
    lostDays: none(),
    provisionalDays: none(),
  };
}

interface Tally {
  sums: Map<number, RangeSums>;
  /** Where each bucket stands. */
  places: Map<Day | null, number>;
}

/** As if nothing were stored: each day since the first covered one is lost, or provisional while GitHub remembers it. */
function startTally(repositories: readonly Covered[], { range, buckets, spans, today }: Calendar): Tally {
  const toSpan = (from: Day, to: Day): DaySpan => [toDayNumber(from), toDayNumber(to)];
  const current = toSpan(spans.from, spans.to);
  const previous = toSpan(spans.previousFrom, spans.previousTo);
  const rest: DaySpan = [toDayNumber(spans.to) + 1, toDayNumber(range.to)];
  const bucketSpans = buckets.map((bucket) => bucketSpan(bucket, range));
  const start = ({ repositoryId, firstCoveredDate }: Covered): [number, RangeSums] => {
    const { lost, provisional } = missingSpans(firstCoveredDate, today);
    const sums = emptyRangeSums(buckets.length);
    sums.lostDays = bucketSpans.map((bucket) => commonDays(bucket, lost));
    sums.provisionalDays = bucketSpans.map((bucket) => commonDays(bucket, provisional));
    sums.current.lostDays = commonDays(current, lost);
    sums.previous.lostDays = commonDays(previous, lost);
    sums.rest.lostDays = commonDays(rest, lost);
    return [repositoryId, sums];
  };
  return {
    sums: new Map(repositories.map(start)),
    places: new Map(buckets.map((bucket, place) => [bucket, place])),
  };
}

/** Adds stored days; those that were counted as missing are missing no more. */
function addRow({ sums, places }: Tally, row: BucketSums): void {
  const own = sums.get(row.repositoryId);
  if (!own) return;
  const part = own[PARTS[row.part % PARTS.length] ?? 'rest'];
  const remembered = row.part >= PARTS.length;
  const days = remembered ? 0 : row.days;
  // A row at a time and by name: these are thousands, and an object for each would take longer than the statement.
  part.viewCount = plus(part.viewCount, row.viewCount);
  part.viewUniquesUpper = plus(part.viewUniquesUpper, row.viewUniques);
  part.viewUniquesLower = most(part.viewUniquesLower, row.viewUniquesMost);
  part.cloneCount = plus(part.cloneCount, row.cloneCount);
  part.cloneUniquesUpper = plus(part.cloneUniquesUpper, row.cloneUniques);
  part.cloneUniquesLower = most(part.cloneUniquesLower, row.cloneUniquesMost);
  part.knownDays += row.days;
  part.finalDays += row.days - row.openDays;
  part.lostDays -= days;
  const place = places.get(row.bucket);
  if (place === undefined) return;
  addFigure(own.viewCount, place, row.viewCount);
  addFigure(own.viewUniques, place, row.viewUniques);
  addFigure(own.cloneCount, place, row.cloneCount);
  addFigure(own.cloneUniques, place, row.cloneUniques);
  addDays(own.lostDays, place, -days);
  addDays(own.provisionalDays, place, row.provisionalDays - row.days + days);
}

/** Days before the first covered one were never counted as missing. */
function takeBackEarly({ sums, places }: Tally, { repositoryId, part, bucket, days }: EarlyDays): void {
  const own = sums.get(repositoryId);
  if (!own) return;
  const remembered = part >= PARTS.length;
  if (!remembered) own[PARTS[part % PARTS.length] ?? 'rest'].lostDays += days;
  const place = places.get(bucket);
  if (place !== undefined) addDays(remembered ? own.provisionalDays : own.lostDays, place, days);
}

function raiseBounds({ sums }: Tally, { repositoryId, viewUniques, cloneUniques }: LargestWeeks): void {
  const total = sums.get(repositoryId)?.total;
  if (!total) return;
  total.viewUniquesLower = most(total.viewUniquesLower, viewUniques);
  total.cloneUniquesLower = most(total.cloneUniquesLower, cloneUniques);
}

function addFigure(figures: (number | null)[], place: number, figure: number | null): void {
  if (figure !== null) figures[place] = (figures[place] ?? 0) + figure;
}

function addDays(counts: number[], place: number, days: number): void {
  counts[place] = (counts[place] ?? 0) + days;
}
