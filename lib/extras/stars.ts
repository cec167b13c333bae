import { sql, type Transaction } from 'kysely';
import type { TenantAccess } from '../access.ts';
import type { Bucket, Range } from '../answers/figures.ts';
import type { StarHistory } from '../answers/stats.ts';
import { addDays, type Day, daysBetween, toDay } from '../day.ts';
import type { Db } from '../db/database.ts';
import { given, largerOfOurs, mergeRows, sqlMonthOf, sqlWeekOf } from '../db/portable.ts';
import type { Tables } from '../db/tables.ts';
import { Failure } from '../failure.ts';
import type { StarDay } from '../github/star-history.ts';
import type { Instant } from '../instant.ts';
import { bucketOf, bucketsOf, defaultBucket } from '../stats/buckets.ts';
import type { RepositoryKey } from '../traffic/tables.ts';
import {
  type Extra,
  type ExtraFound,
  type ExtraReading,
  type ExtraState,
  isTriedToday,
  toExtraFailure,
  toStanding,
} from './extra.ts';

/** Stars per bucket; null when unknown. */
export interface StarSeries {
  /** As of the end of the bucket, or of the last collected day in it. */
  stars: (number | null)[];
  starsGained: (number | null)[];
}

/** The whole history, by day, week or month unless `by` is given; null if it was never tried. */
export async function readStarHistory(
  db: Db,
  key: RepositoryKey,
  states: readonly ExtraState[],
  { now, by }: { now: Date; by?: Bucket | undefined },
): Promise<StarHistory | null> {
  const standing = toStanding(states, 'stars');
  if (!standing) return null;
  const today = toDay(now);
  const first = await db
    .selectFrom('starDay')
    .select(({ fn }) => fn.min<Day | null>('starDate').as('first'))
    .where('tenantId', '=', key.tenantId)
    .where('repositoryId', '=', key.repositoryId)
    .executeTakeFirst();
  const from = first?.first && first.first < today ? first.first : today;
  const days = daysBetween(from, today) + 1;
  const range = { from, to: today, by: by ?? defaultBucket(days), days };
  const complete = states.some(
    ({ kind, readAt, nextPage }) => kind === 'stars' && readAt && nextPage === null,
  );
  const series = await readStarSeries(db, key, states, range);
  return { range, buckets: bucketsOf(range), ...series, ...standing, complete };
}

/**
 * Stars and gains in a range. From the first collection on, the stars are what collections saw; before it, they are the
 * sum of gains, which leaves out stars taken back since.
 */
export async function readStarSeries(
  db: Db,
  key: RepositoryKey,
  states: readonly ExtraState[],
  range: Range,
): Promise<StarSeries> {
  const buckets = bucketsOf(range);
  const state = states.find(({ kind }) => kind === 'stars');
  const seen = await listLastFacts(db, key, range);
  if (!state?.readAt)
    return { stars: buckets.map((bucket) => seen.get(bucket) ?? null), starsGained: buckets.map(() => null) };
  const { before, first, firstFact, gains } = await readGains(db, key, range);
  const complete = state.nextPage === null;
  const readThrough = toDay(new Date(state.readAt));
  let total = before;
  const stars: (number | null)[] = [];
  const starsGained: (number | null)[] = [];
  for (const [place, bucket] of buckets.entries()) {
    const gained = gains.get(bucket) ?? 0;
    const end = addDays(buckets[place + 1] ?? addDays(range.to, 1), -1);
    total += gained;
    const known = bucket <= readThrough && (complete || (first !== null && bucket >= first));
    starsGained.push(known ? gained : null);
    const summed = complete && (firstFact === null || end < firstFact) ? total : null;
    stars.push(seen.get(bucket) ?? summed);
  }
  return { stars, starsGained };
}

/**
 * The stars that repositories in scope gained together on days. Days after the last reading, and all days before the first one,
 * are left out.
 */
export async function listStarsGained(
  db: Db,
  { tenantId, repositoryIds }: TenantAccess,
  days: readonly Day[],
): Promise<Map<Day, number>> {
  if (repositoryIds?.length === 0) return new Map();
  const read = await db
    .selectFrom('repositoryExtra')
    .select(({ fn }) => fn.max<Instant | null>('readAt').as('readAt'))
    .where('tenantId', '=', tenantId)
    .where('kind', '=', 'stars')
    .$if(repositoryIds !== null, (query) => query.where('repositoryId', 'in', repositoryIds ?? []))
    .executeTakeFirst();
  if (!read?.readAt) return new Map();
  const readThrough = toDay(new Date(read.readAt));
  const rows = await db
    .selectFrom('starDay')
    .select(({ fn }) => ['starDate', fn.sum<number>('gained').as('gained')])
    .where('tenantId', '=', tenantId)
    .where('starDate', 'in', days)
    .$if(repositoryIds !== null, (query) => query.where('repositoryId', 'in', repositoryIds ?? []))
    .groupBy('starDate')
    .execute();
  const gained = new Map(rows.map((row) => [row.starDate, row.gained]));
  const known = days.filter((day) => day <= readThrough);
  return new Map(known.map((day) => [day, gained.get(day) ?? 0]));
}

const bucketColumns = (column: string) => ({
  day: sql<Day>`${sql.ref(column)}`,
  week: sqlWeekOf(column),
  month: sqlMonthOf(column),
});

/** The gains before the range and in each bucket, and the first days with gains and facts. */
async function readGains(db: Db, key: RepositoryKey, range: Range) {
  const days = db
    .selectFrom('starDay')
    .where('tenantId', '=', key.tenantId)
    .where('repositoryId', '=', key.repositoryId);
  const earlier = await days
    .select(({ fn }) => fn.sum<number | null>('gained').as('gained'))
    .where('starDate', '<', range.from)
    .executeTakeFirst();
  const oldest = await days.select(({ fn }) => fn.min<Day | null>('starDate').as('first')).executeTakeFirst();
  const fact = await db
    .selectFrom('repositoryFact')
    .select(({ fn }) => fn.min<Day | null>('factDate').as('first'))
    .where('tenantId', '=', key.tenantId)
    .where('repositoryId', '=', key.repositoryId)
    .executeTakeFirst();
  const inRange = days
    .select([bucketColumns('starDate')[range.by].as('bucket'), 'gained'])
    .where('starDate', '>=', range.from)
    .where('starDate', '<=', range.to);
  const rows = await db
    .selectFrom(inRange.as('g'))
    .select(({ fn }) => ['g.bucket', fn.sum<number>('g.gained').as('gained')])
    .groupBy('g.bucket')
    .execute();
  return {
    before: earlier?.gained ?? 0,
    first: oldest?.first ?? null,
    firstFact: fact?.first ?? null,
    gains: new Map(rows.map(({ bucket, gained }) => [bucket, gained])),
  };
}

/** The stars seen by the last collection in each bucket. */
async function listLastFacts(db: Db, key: RepositoryKey, range: Range): Promise<Map<Day, number>> {
  const facts = db
    .selectFrom('repositoryFact')
    .where('tenantId', '=', key.tenantId)
    .where('repositoryId', '=', key.repositoryId)
    .where('factDate', '>=', range.from)
    .where('factDate', '<=', range.to);
  const inRange = facts.select([bucketColumns('factDate')[range.by].as('bucket'), 'factDate']);
  const last = db
    .selectFrom(inRange.as('g'))
    .select(({ fn }) => fn.max('g.factDate').as('factDate'))
    .groupBy('g.bucket');
  const rows = await facts.select(['factDate', 'stars']).where('factDate', 'in', last).execute();
  return new Map(
    rows.flatMap(({ factDate, stars }) => (stars === null ? [] : [[bucketOf(factDate, range.by), stars]])),
  );
}

/** Pages of a history that one collection reads; ten are 300 weeks. */
const MAX_PAGES = 10;
/** Read again after this long even if the number of stars is the same: one may be given and another taken back. */
const MAX_AGE_DAYS = 7;
/** How many days before the last reading to read again. */
const OVERLAP_DAYS = 7;

/**
 * Reads the stars gained each day: first the whole history, a few pages a day, then the newest weeks whenever the number of
 * stars changed. GitHub drops gains that are taken back, so the larger figure is kept.
 */
export const starExtra: Extra<StarDay[]> = {
  kind: 'stars',

  isDue({ stars }, state, now) {
    if (isTriedToday(state, now)) return false;
    if (!state?.readAt || state.nextPage !== null || state.failureCode !== null) return true;
    const age = daysBetween(toDay(new Date(state.readAt)), toDay(now));
    return stars !== state.seenCount || age >= MAX_AGE_DAYS;
  },

  async read({ github, now }, subject, state) {
    const days: StarDay[] = [];
    const complete = state?.readAt && state.nextPage === null ? toDay(new Date(state.readAt)) : null;
    const toReading = (
      requestCount: number,
      nextPage: number | null,
      failure: Failure | null,
    ): ExtraReading<StarDay[]> => ({
      kind: 'stars',
      requestCount,
      failure,
      found: days,
      state:
        days.length === 0 && failure ? {} : { readAt: now.toISOString(), nextPage, seenCount: subject.stars },
    });
    let page = 1;
    for (let asked = 1; ; asked += 1) {
      const answer = await github
        .getStarPage(subject.githubId, page)
        .catch((error: unknown) => toExtraFailure('stars', error));
      if (answer instanceof Failure) return toReading(asked, page, answer);
      days.push(...answer.days);
      const oldest = answer.days.map(({ starDate }) => starDate).sort()[0];
      const known = complete && oldest !== undefined && oldest <= addDays(complete, -OVERLAP_DAYS);
      if (answer.last || known) return toReading(asked, null, null);
      page = asked === 1 ? pageAfterFirst(state, now) : page + 1;
      if (asked === MAX_PAGES) return toReading(asked, page, null);
    }
  },

  save: saveStars,
};

/** New weeks push old ones to later pages, so resuming skips nothing unless the last reading is long ago. */
function pageAfterFirst(state: ExtraState | undefined, now: Date): number {
  const lately = state?.readAt && daysBetween(toDay(new Date(state.readAt)), toDay(now)) < 7 * 28;
  return lately ? Math.max(2, state.nextPage ?? 2) : 2;
}

async function saveStars(trx: Transaction<Tables>, all: readonly ExtraFound<StarDay[]>[]): Promise<void> {
  const rows = all.flatMap(({ tenantId, repositoryId, found }) => {
    const gains = new Map(found.filter(({ gained }) => gained > 0).map((day) => [day.starDate, day.gained]));
    return [...gains].map(([starDate, gained]) => ({ tenantId, repositoryId, starDate, gained }));
  });
  await mergeRows(
    trx,
    {
      into: 'starDay',
      key: ['tenantId', 'repositoryId', 'starDate'],
      update: { gained: largerOfOurs('gained'), importId: given('importId') },
    },
    rows,
  );
}
