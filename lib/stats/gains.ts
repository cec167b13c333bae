import { sql } from 'kysely';
import type { TenantAccess } from '../access.ts';
import type { ComparisonSeries } from '../answers/figures.ts';
import type { ComparedGains } from '../answers/stats.ts';
import { addDays, type Day, daysFrom, toDay } from '../day.ts';
import type { Db } from '../db/database.ts';
import type { ExtraKind } from '../db/tables/repositories.ts';
import { type DownloadReading, listReadings, overlaps, toDownloadSeries } from '../extras/releases.ts';
import { METRICS, plus } from '../traffic/figures.ts';
import { bucketDays, bucketOf } from './buckets.ts';
import { type Calendar, earlierSpanOf } from './range.ts';
import { inScope, type Span, selectFiguresByDay } from './scope.ts';

/** What was gained in a range besides traffic, by repositories in scope together, and what the range is compared with. */
export interface RangeGains {
  /** How many stars and forks they have now is in their standings. */
  stars: Omit<ComparedGains, 'total'>;
  forks: { gained: number | null };
  downloads: ComparedGains;
  comparisonSeries: ComparisonSeries | null;
}

/** Reads what was gained. The database adds up: one row per day. */
export async function readGains(db: Db, access: TenantAccess, calendar: Calendar): Promise<RangeGains> {
  const { range, buckets, spans } = calendar;
  const earlier = earlierSpanOf(range, spans);
  const known = await readKnown(db, access);
  const read = earlier ? [range, earlier] : [range];
  const stars = await readStars(db, access, read, known);
  const downloads = await readDownloads(db, access, read, known);
  const before = { from: spans.previousFrom, to: spans.previousTo };
  const isReadBefore = known.firstDownload !== null && known.firstDownload < before.from;
  return {
    stars: {
      gained: stars(range),
      current: stars(spans),
      previous: earlier ? stars(before) : null,
      series: buckets.map((bucket) => stars(bucketDays(bucket, range))),
    },
    forks: { gained: await readForksGained(db, access, range) },
    downloads: {
      total: known.downloadsThrough === null ? null : await sumAllDownloads(db, access),
      gained: downloads.sum(range),
      current: downloads.sum(spans),
      previous: earlier && isReadBefore ? downloads.sum(before) : null,
      series: toDownloadSeries(range, downloads.readings.filter(overlaps(range)), {
        first: known.firstDownload,
        last: known.downloadsThrough,
      }).downloads,
    },
    comparisonSeries:
      earlier === undefined
        ? null
        : await toComparisonSeries(db, access, calendar, earlier, { stars, downloads: downloads.sum }),
  };
}

/** What a range is compared with, bucket by bucket; null if nothing is. */
export async function readComparisonSeries(
  db: Db,
  access: TenantAccess,
  calendar: Calendar,
): Promise<ComparisonSeries | null> {
  const earlier = earlierSpanOf(calendar.range, calendar.spans);
  if (!earlier) return null;
  const known = await readKnown(db, access);
  const stars = await readStars(db, access, [earlier], known);
  const { sum } = await readDownloads(db, access, [earlier], known);
  return toComparisonSeries(db, access, calendar, earlier, { stars, downloads: sum });
}

/** Sums the days of a span that lies within what was read; null if they are not known. */
type SumOf = (span: Span) => number | null;

async function toComparisonSeries(
  db: Db,
  access: TenantAccess,
  calendar: Calendar,
  earlier: Earlier,
  { stars, downloads }: { stars: SumOf; downloads: SumOf },
): Promise<ComparisonSeries> {
  const spans = spansBefore(calendar, earlier);
  return {
    ...(await readTrafficBefore(db, access, calendar, earlier)),
    stars: spans.map((span) => span && stars(span)),
    downloads: spans.map((span) => span && downloads(span)),
  };
}

/** The stars that each repository in scope gained in a span; null where they were never read. */
export async function readStarsOfEach(
  db: Db,
  access: TenantAccess,
  span: Span,
): Promise<(repositoryId: number) => number | null> {
  const read = await db
    .selectFrom('repositoryExtra')
    .select('repositoryId')
    .where(inScope(access))
    .where('kind', '=', 'stars')
    .where('readAt', 'is not', null)
    .execute();
  if (read.length === 0) return () => null;
  const rows = await selectStars(db, access, [span])
    .select(({ fn }) => ['repositoryId', fn.sum<number>('gained').as('gained')])
    .groupBy('repositoryId')
    .execute();
  const gained = new Map<number, number>(read.map(({ repositoryId }) => [repositoryId, 0]));
  for (const row of rows) gained.set(row.repositoryId, row.gained);
  return (repositoryId) => gained.get(repositoryId) ?? null;
}

type Earlier = NonNullable<ReturnType<typeof earlierSpanOf>>;

/** The days that each bucket is compared with; null for a bucket without any. */
function spansBefore({ range, buckets }: Calendar, { shift, to: last }: Earlier): (Span | null)[] {
  return buckets.map((bucket) => {
    const days = bucketDays(bucket, range);
    const from = addDays(days.from, -shift);
    const to = addDays(days.to, -shift);
    return from > last ? null : { from, to: to > last ? last : to };
  });
}

/** The traffic of an earlier span, in the places of the buckets that are compared with it. */
async function readTrafficBefore(db: Db, access: TenantAccess, calendar: Calendar, earlier: Earlier) {
  const { range, buckets } = calendar;
  const unknown = () => new Array<number | null>(buckets.length).fill(null);
  const figures = {
    viewCount: unknown(),
    viewUniques: unknown(),
    cloneCount: unknown(),
    cloneUniques: unknown(),
  };
  const places = new Map(buckets.map((bucket, place) => [bucket, place]));
  const isEmpty = access.repositoryIds?.length === 0;
  for (const day of isEmpty ? [] : await selectFiguresByDay(db, access, earlier).execute()) {
    const place = places.get(bucketOf(addDays(day.date, earlier.shift), range.by)) ?? 0;
    for (const metric of METRICS) figures[metric][place] = plus(figures[metric][place] ?? null, day[metric]);
  }
  return {
    dates: buckets.map((bucket) => addDays(bucketDays(bucket, range).from, -earlier.shift)),
    ...figures,
  };
}

/** Since when and until when stars and downloads are known of any repository in scope; null if they were never read. */
interface Known {
  starsThrough: Day | null;
  firstDownload: Day | null;
  downloadsThrough: Day | null;
}

async function readKnown(db: Db, access: TenantAccess): Promise<Known> {
  const read = await db
    .selectFrom('repositoryExtra')
    .select(({ fn, selectFrom }) => [
      'kind',
      fn.max('readAt').as('readAt'),
      selectFrom('releaseDownload')
        .select((eb) => eb.fn.min<Day | null>('downloadDate').as('first'))
        .where(inScope(access))
        .as('firstDownload'),
    ])
    .where(inScope(access))
    .groupBy('kind')
    .execute();
  const through = (kind: ExtraKind) => {
    const readAt = read.find((row) => row.kind === kind)?.readAt ?? null;
    return readAt === null ? null : toDay(new Date(readAt));
  };
  return {
    starsThrough: through('stars'),
    firstDownload: read[0]?.firstDownload ?? null,
    downloadsThrough: through('releases'),
  };
}

function selectStars(db: Db, access: TenantAccess, spans: readonly Span[]) {
  return db
    .selectFrom('starDay')
    .where(inScope(access))
    .where(({ eb, and, or }) =>
      or(spans.map(({ from, to }) => and([eb('starDate', '>=', from), eb('starDate', '<=', to)]))),
    );
}

/** Reads the stars that were gained on the days of these spans. */
async function readStars(
  db: Db,
  access: TenantAccess,
  spans: readonly Span[],
  { starsThrough }: Known,
): Promise<SumOf> {
  if (starsThrough === null) return () => null;
  const rows = await selectStars(db, access, spans)
    .select(({ fn }) => ['starDate', fn.sum<number>('gained').as('gained')])
    .groupBy('starDate')
    .execute();
  return ({ from, to }) => {
    if (from > starsThrough) return null;
    const within = rows.filter(({ starDate }) => starDate >= from && starDate <= to);
    return within.reduce((sum, { gained }) => sum + gained, 0);
  };
}

/** Reads the downloads of these spans; `sum` adds those that happened for certain within some of their days. */
async function readDownloads(
  db: Db,
  access: TenantAccess,
  spans: readonly Span[],
  { firstDownload, downloadsThrough }: Known,
): Promise<{ readings: DownloadReading[]; sum: SumOf }> {
  if (firstDownload === null || downloadsThrough === null) return { readings: [], sum: () => null };
  const readings = await listReadings(db, access, spans);
  return {
    readings,
    sum({ from, to }) {
      if (firstDownload >= to || from > downloadsThrough) return null;
      const overlapping = readings.filter(overlaps({ from, to })).filter(({ gained }) => gained > 0);
      const within = overlapping.filter(
        (one) => one.sinceDate >= addDays(from, -1) && one.downloadDate <= to,
      );
      // Nobody knows how many of the others happened within these days.
      if (within.length === 0 && overlapping.length > 0) return null;
      return within.reduce((sum, { gained }) => sum + gained, 0);
    },
  };
}

async function sumAllDownloads(db: Db, access: TenantAccess): Promise<number> {
  const row = await db
    .selectFrom('releaseAsset')
    .select(({ fn }) => fn.sum<number | null>('downloadCount').as('count'))
    .where(inScope(access))
    .executeTakeFirst();
  return row?.count ?? 0;
}

/** A day on which a repository was not collected has the figure of a day before it, at most so many. */
const MAX_DAYS_BEFORE = 7;

/**
 * How many more forks there are at the end of a range than before it. Only days around both ends are read: there may be hundreds of
 * thousands between them.
 */
async function readForksGained(db: Db, access: TenantAccess, { from, to }: Span): Promise<number | null> {
  const before = daysFrom(addDays(from, -MAX_DAYS_BEFORE), addDays(from, -1));
  const last = addDays(to, 1 - MAX_DAYS_BEFORE);
  const facts = db
    .selectFrom('repositoryFact')
    .select('factDate')
    .select(
      sql<number | null>`forks - lag(forks) over (partition by repository_id order by fact_date)`.as(
        'gained',
      ),
    )
    .where(inScope(access))
    .where('factDate', 'in', [...before, ...daysFrom(last < from ? from : last, to)]);
  const row = await db
    .selectFrom(facts.as('f'))
    .select(({ fn }) => fn.sum<number | null>('f.gained').as('gained'))
    .where('f.factDate', '>=', from)
    .executeTakeFirst();
  return row?.gained ?? null;
}
