import type { TenantAccess } from '../access.ts';
import type { BeforeAfter } from '../answers/stats.ts';
import { addDays, type Day, daysFrom, toDay, toDayAndMonth, weekOf } from '../day.ts';
import type { Db } from '../db/database.ts';
import { plural } from '../number-format.ts';
import { listStandings, type RepositoryStanding } from '../repositories/repository.ts';
import { maxOf, plus } from '../traffic/figures.ts';
import { FINAL_STATES, finalDate, missingSpans } from '../traffic/window.ts';
import { firstDayAfter, type Side, type SideDays, toSides } from './before-after-days.ts';
import { bucketsOf, wholeWeeks } from './buckets.ts';
import { compareRepositories, isComparable } from './comparison.ts';
import { readStarsOfEach } from './gains.ts';
import { type RangeSums, sumRepositories } from './overview-sums.ts';
import type { Spans } from './range.ts';
import type { Sums } from './totals.ts';

/** An event, and how many days of each side to compare. */
export interface BeforeAfterRequest {
  date: Day;
  /** The last day of a span. */
  to: Day;
  days: SideDays;
}

type SideFigures = NonNullable<BeforeAfter['before']>;
type Refusal = NonNullable<BeforeAfter['refused']>;

/** The days that are named of a repository that is not compared. */
const MAX_MISSING = 14;

/**
 * The figures of the days before and after an event, of the repositories in scope. One with an unknown day on either side is
 * left out of both, and its unknown days are named. Says why if nothing can be compared.
 */
export async function readBeforeAfter(
  db: Db,
  access: TenantAccess,
  { date, to, days }: BeforeAfterRequest,
  now: Date,
): Promise<BeforeAfter> {
  const { tenantId } = access;
  const event = { tenantId, date, to };
  const rows = await listStandings(db, access);
  const sides = toSides({ date, to }, { days, finalThrough: finalDate(rows, now) });
  if (!sides) {
    const first = firstDayAfter({ date, to });
    const message = `GitHub has not published ${toDayAndMonth(first)} yet: there is nothing after it to compare with.`;
    return { ...event, ...toRefusal(rows, { code: 'not_yet', message }) };
  }
  const spans: Spans = {
    kind: 'previous',
    ...sides.after,
    previousFrom: sides.before.from,
    previousTo: sides.before.to,
  };
  const sums = await sumSides(db, access, { rows, spans, today: toDay(now) });
  const all = rows.flatMap((row) => {
    const own = sums.get(row.repositoryId);
    return own ? [{ row, sums: own }] : [];
  });
  const comparison = compareRepositories(spans, all);
  const missing = await listMissing(
    db,
    tenantId,
    comparison.leftOut.map(({ repositoryId }) => repositoryId),
    sides,
  );
  const leftOut = comparison.leftOut.map((one) => ({ ...one, days: missing.get(one.repositoryId) ?? [] }));
  const { repositories } = comparison;
  if (!comparison.comparable) {
    const refusal = toUnknown(leftOut, repositories.total);
    return { ...event, ...toRefusal(rows, refusal), days: sides.days, leftOut };
  }
  const compared = all.filter((one) => isComparable(one.sums, sides.days)).map(({ row }) => row.repositoryId);
  const figuresOf = async (side: Side, totals: Omit<Sums, 'finalDays'>) => {
    const weeks = await readWeeks(db, access, side, new Set(compared));
    const starsOf = await readStarsOfEach(db, access, side);
    return toSideFigures(side, { totals, weeks, stars: compared.map(starsOf).reduce(plus, null) });
  };
  return {
    ...event,
    days: sides.days,
    before: await figuresOf(sides.before, comparison.previous),
    after: await figuresOf(sides.after, comparison.current),
    repositories,
    leftOut,
    refused: null,
  };
}

function toRefusal(rows: readonly unknown[], refused: Refusal) {
  const repositories = { compared: 0, total: rows.length };
  return { days: 0, before: null, after: null, repositories, leftOut: [], refused };
}

/** Why nothing can be compared, and which days are unknown. */
function toUnknown(leftOut: BeforeAfter['leftOut'], total: number): Refusal {
  const [only] = leftOut;
  if (total === 0 || !only) return { code: 'no_repositories', message: 'There is no repository to compare.' };
  if (total > 1) return { code: 'days_missing', message: 'In each repository, some days are unknown.' };
  if (only.days.length === 0) return { code: only.reason, message: 'Some days are unknown.' };
  const named = only.days.slice(0, 3).map(toDayAndMonth).join(', ');
  const rest = only.days.length > 3 ? ` and ${plural(only.days.length - 3, 'more day')}` : '';
  return {
    code: only.reason,
    message: `Not comparable: ${named}${rest} ${only.days.length === 1 ? 'is' : 'are'} unknown.`,
  };
}

interface Sides {
  rows: readonly RepositoryStanding[];
  spans: Spans;
  today: Day;
}

async function sumSides(
  db: Db,
  access: TenantAccess,
  { rows, spans, today }: Sides,
): Promise<Map<number, RangeSums>> {
  const { from, to } = spans;
  const range = { from, to, by: 'day', days: daysFrom(from, to).length } as const;
  const counted = rows.map((row) => ({
    repositoryId: row.repositoryId,
    missing: missingSpans(row, today),
  }));
  const { sums } = await sumRepositories(db, access, counted, {
    range,
    buckets: bucketsOf(range),
    spans,
    today,
  });
  return sums;
}

/** The days of both sides that are not known, or not final, of each of these repositories. */
async function listMissing(
  db: Db,
  tenantId: number,
  repositoryIds: readonly number[],
  { before, after }: { before: Side; after: Side },
): Promise<Map<number, Day[]>> {
  if (repositoryIds.length === 0) return new Map();
  const rows = await db
    .selectFrom('trafficDay')
    .select(['repositoryId', 'trafficDate'])
    .where('tenantId', '=', tenantId)
    .where('repositoryId', 'in', [...repositoryIds])
    .where('trafficDate', '>=', before.from)
    .where('trafficDate', '<=', after.to)
    .where('state', 'in', [...FINAL_STATES])
    .where('viewCount', 'is not', null)
    .where('cloneCount', 'is not', null)
    .execute();
  const known = new Set(rows.map(({ repositoryId, trafficDate }) => `${repositoryId} ${trafficDate}`));
  const days = [...daysFrom(before.from, before.to), ...daysFrom(after.from, after.to)];
  return new Map(
    repositoryIds.map((id) => [id, days.filter((day) => !known.has(`${id} ${day}`)).slice(0, MAX_MISSING)]),
  );
}

interface Bounds {
  least: number | null;
  most: number | null;
}

/** What GitHub's own counts of whole weeks say about the unique people of a side. */
interface WeekBounds {
  viewUniques: Bounds;
  cloneUniques: Bounds;
}

/**
 * GitHub's counts of whole weeks bound the uniques of a side: none has fewer people than its largest week. If the side consists
 * of whole weeks that all are known, it has no more than their sum.
 */
async function readWeeks(
  db: Db,
  { tenantId, repositoryIds }: TenantAccess,
  side: Side,
  compared: ReadonlySet<number>,
): Promise<WeekBounds> {
  const { from, to } = wholeWeeks(side);
  const none = { least: null, most: null };
  if (to < from) return { viewUniques: none, cloneUniques: none };
  const rows = await db
    .selectFrom('trafficWeek')
    .select(['repositoryId', 'viewUniques', 'cloneUniques'])
    .where('tenantId', '=', tenantId)
    .$if(repositoryIds !== null, (query) => query.where('repositoryId', 'in', repositoryIds ?? []))
    .where('weekStart', '>=', from)
    .where('weekStart', '<=', to)
    .execute();
  const own = rows.filter(({ repositoryId }) => compared.has(repositoryId));
  const isWhole = weekOf(side.from) === side.from && weekOf(addDays(side.to, 1)) === addDays(side.to, 1);
  const weekCount = (daysFrom(side.from, side.to).length / 7) * compared.size;
  const boundsOf = (metric: 'viewUniques' | 'cloneUniques'): Bounds => {
    const known = own.flatMap((row) => row[metric] ?? []);
    const isComplete = isWhole && known.length === weekCount;
    return {
      least: known.reduce<number | null>(maxOf, null),
      most: isComplete ? known.reduce((sum, count) => sum + count, 0) : null,
    };
  };
  return { viewUniques: boundsOf('viewUniques'), cloneUniques: boundsOf('cloneUniques') };
}

interface Known {
  totals: Omit<Sums, 'finalDays'>;
  weeks: WeekBounds;
  stars: number | null;
}

function toSideFigures({ from, to }: Side, { totals, weeks, stars }: Known): SideFigures {
  return {
    from,
    to,
    viewCount: totals.viewCount,
    viewUniques: {
      least: maxOf(totals.viewUniquesLower, weeks.viewUniques.least),
      most: weeks.viewUniques.most ?? totals.viewUniquesUpper,
    },
    cloneCount: totals.cloneCount,
    cloneUniques: {
      least: maxOf(totals.cloneUniquesLower, weeks.cloneUniques.least),
      most: weeks.cloneUniques.most ?? totals.cloneUniquesUpper,
    },
    starsGained: stars,
  };
}
