import { addDays, type Day, daysFrom, startOf, toDay, weekOf } from '../day.ts';
import type { Db } from '../db/database.ts';
import { listRepositoryRows, type RepositoryRow, toFullName, toProblem } from '../repositories.ts';
import { weekLabel } from '../stats/range.ts';
import { plus } from '../stats/totals.ts';
import { type StoredState, stateOfMissing } from '../traffic/window.ts';
import { settledDate } from '../traffic.ts';
import { listNewReferrers, type NewReferrer } from './new-referrers.ts';

/** One repository's week. */
export interface ReportedRepository {
  repositoryId: number;
  fullName: string;
  viewCount: number | null;
  /**
   * GitHub's own of the whole week, final where `uniquesExact` and as of the first run after it where `uniquesSoFar`; else
   * the sum of the days': the true figure is no larger.
   */
  viewUniques: number | null;
  uniquesExact: boolean;
  uniquesSoFar: boolean;
  cloneCount: number | null;
  /** Of the views, relative to the same days of the week before; null where the two cannot be compared. */
  change: number | null;
}

/** The traffic of a tenant in an ISO week. */
export interface WeekReport {
  tenant: { tenantId: number; name: string };
  /** 'YYYY-Www' with its Monday and its Sunday. */
  week: { label: string; from: Day; to: Day };
  repositoryCount: number;
  viewCount: number | null;
  cloneCount: number | null;
  /** The days that are final, which are compared with the same days of the week before; null: there is none yet. */
  compared: { from: Day; to: Day; repositoryCount: number; change: number | null } | null;
  /** Those with the most unique views. */
  repositories: ReportedRepository[];
  newReferrers: NewReferrer[];
  /** Days of repositories that are lost, and that may still grow; repositories whose collection fails now. */
  incomplete: { lostDays: number; provisionalDays: number; failingRepositories: number };
}

const LAST_DAY = 6;
const DAYS_OF_WEEK = 7;
const MAX_REPOSITORIES = 25;
const NOON_MS = 12 * 3_600_000;

/** The Monday of the newest week whose report is due: from the next Monday 12:00 UTC on. */
export function dueWeek(now: Date): Day {
  return addDays(weekOf(toDay(new Date(now.getTime() - NOON_MS))), -DAYS_OF_WEEK);
}

/** When the report of a week is due. */
export function dueAt(week: Day): Date {
  return new Date(startOf(addDays(week, DAYS_OF_WEEK)).getTime() + NOON_MS);
}

/** What a tenant's report of a week says, as of now. */
export async function readWeekReport(
  db: Db,
  tenant: { tenantId: number; name: string },
  week: Day,
  now: Date,
): Promise<WeekReport> {
  const rows = await listRepositoryRows(db, { tenantId: tenant.tenantId, repositoryIds: null });
  const known = await readKnown(db, tenant.tenantId, week);
  const to = addDays(week, LAST_DAY);
  const [finalTo = to] = [settledDate(rows, now), to].sort();
  const sums = rows.map((row) => sumWeek(row, known, { week, finalTo, today: toDay(now) }));
  const compared = sums.filter(({ current, previous }) => current !== null && previous !== null);
  const total = (of: (one: WeekSums) => number | null) =>
    sums.reduce<number | null>((sum, one) => plus(sum, of(one)), null);
  const count = (of: (one: WeekSums) => number) => sums.reduce((sum, one) => sum + of(one), 0);
  return {
    tenant,
    week: { label: weekLabel(week), from: week, to },
    repositoryCount: rows.length,
    viewCount: total(({ repository }) => repository.viewCount),
    cloneCount: total(({ repository }) => repository.cloneCount),
    compared: finalTo < week ? null : { from: week, to: finalTo, ...compareAll(compared) },
    repositories: toRanking(sums.map(({ repository }) => repository)),
    newReferrers: await listNewReferrers(db, tenant.tenantId, { from: week, to }, rows),
    incomplete: {
      lostDays: count(({ lostDays }) => lostDays),
      provisionalDays: count(({ provisionalDays }) => provisionalDays),
      failingRepositories: rows.filter((row) => toProblem(row, now) !== null).length,
    },
  };
}

interface KnownDay {
  viewCount: number | null;
  viewUniques: number | null;
  cloneCount: number | null;
  state: StoredState;
}

interface Known {
  /** By repository and day. */
  days: Map<string, KnownDay>;
  /** GitHub's own uniques of the week by repository. */
  uniques: Map<number, number | null>;
}

const keyOf = (repositoryId: number, day: Day) => `${repositoryId} ${day}`;

/** The stored figures of a week and of the one before. */
async function readKnown(db: Db, tenantId: number, week: Day): Promise<Known> {
  const days = await db
    .selectFrom('trafficDay')
    .select(['repositoryId', 'trafficDate', 'viewCount', 'viewUniques', 'cloneCount', 'state'])
    .where('tenantId', '=', tenantId)
    .where('trafficDate', '>=', addDays(week, -DAYS_OF_WEEK))
    .where('trafficDate', '<=', addDays(week, LAST_DAY))
    .execute();
  const weeks = await db
    .selectFrom('trafficWeek')
    .select(['repositoryId', 'viewUniques'])
    .where('tenantId', '=', tenantId)
    .where('weekStart', '=', week)
    .execute();
  return {
    days: new Map(days.map((day) => [keyOf(day.repositoryId, day.trafficDate), day])),
    uniques: new Map(weeks.map(({ repositoryId, viewUniques }) => [repositoryId, viewUniques])),
  };
}

interface WeekSums {
  repository: ReportedRepository;
  /** Views of the days that are compared; null where one of them is not known for good. */
  current: number | null;
  previous: number | null;
  lostDays: number;
  provisionalDays: number;
}

function sumWeek(
  row: RepositoryRow,
  { days, uniques }: Known,
  { week, finalTo, today }: { week: Day; finalTo: Day; today: Day },
): WeekSums {
  const { repositoryId, firstCoveredDate } = row;
  const dates = daysFrom(week, addDays(week, LAST_DAY));
  const dayOf = (date: Day) => days.get(keyOf(repositoryId, date));
  const sum = (figure: 'viewCount' | 'viewUniques' | 'cloneCount') =>
    dates.reduce<number | null>((total, date) => plus(total, dayOf(date)?.[figure] ?? null), null);
  const states = dates.map((date) => dayOf(date)?.state ?? stateOfMissing(date, firstCoveredDate, today));
  const exact = uniques.get(repositoryId) ?? null;
  const soFar = uniquesSoFar(row, week, dates.map(dayOf));
  const finalDates = daysFrom(week, finalTo);
  const current = sumFinal(finalDates.map(dayOf));
  const previous = sumFinal(finalDates.map((date) => dayOf(addDays(date, -DAYS_OF_WEEK))));
  const repository = {
    repositoryId,
    fullName: toFullName(row),
    viewCount: sum('viewCount'),
    cloneCount: sum('cloneCount'),
    viewUniques: exact ?? soFar ?? sum('viewUniques'),
    uniquesExact: exact !== null,
    uniquesSoFar: exact === null && soFar !== null,
    change: changeOf(current, previous),
  };
  const daysThat = (wanted: string) => states.filter((state) => state === wanted).length;
  const lostDays = daysThat('lost');
  const provisionalDays = daysThat('provisional');
  return { repository, current, previous, lostDays, provisionalDays };
}

/** Null where a day that was read later has more: they are too old by then. */
function uniquesSoFar(
  { endedWeek, endedWeekUniques }: RepositoryRow,
  week: Day,
  days: readonly (KnownDay | undefined)[],
): number | null {
  if (endedWeek !== week || endedWeekUniques === null) return null;
  const largest = Math.max(0, ...days.map((day) => day?.viewUniques ?? 0));
  return endedWeekUniques < largest ? null : endedWeekUniques;
}

function sumFinal(days: readonly (KnownDay | undefined)[]): number | null {
  let sum = 0;
  for (const day of days) {
    if (!day || day.state === 'provisional' || day.viewCount === null) return null;
    sum += day.viewCount;
  }
  return days.length === 0 ? null : sum;
}

/** The relative change; null where there is nothing to compare with. */
function changeOf(current: number | null, previous: number | null): number | null {
  return current === null || previous === null || previous === 0 ? null : (current - previous) / previous;
}

function compareAll(compared: readonly WeekSums[]) {
  const sum = (of: (one: WeekSums) => number | null) =>
    compared.reduce((total, one) => total + (of(one) ?? 0), 0);
  const change = changeOf(
    sum(({ current }) => current),
    sum(({ previous }) => previous),
  );
  return { repositoryCount: compared.length, change };
}

function toRanking(repositories: readonly ReportedRepository[]): ReportedRepository[] {
  const rank = ({ viewUniques }: ReportedRepository) => viewUniques ?? -1;
  const byName = (one: ReportedRepository, other: ReportedRepository) =>
    one.fullName < other.fullName ? -1 : 1;
  return [...repositories]
    .sort((one, other) => rank(other) - rank(one) || byName(one, other))
    .slice(0, MAX_REPOSITORIES);
}
