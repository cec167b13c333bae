import type { ReportedRepository, WeekReport } from '../answers/channels.ts';
import { addDays, type Day, daysFrom, lastOfWeek, newestEndedWeek, startOf, toDay } from '../day.ts';
import type { Db } from '../db/database.ts';
import { getGroupName, inGroup } from '../groups.ts';
import {
  givesNoTraffic,
  listRepositoryRows,
  type RepositoryRow,
  toFullName,
  toProblem,
} from '../repositories/repository.ts';
import { weekLabel } from '../stats/buckets.ts';
import { type ComparedRepository, compareRepositories } from '../stats/comparison.ts';
import type { Spans } from '../stats/range.ts';
import { addSums, changeOf, emptySums, type Sums, toSums } from '../stats/totals.ts';
import { type Figures, METRICS } from '../traffic/figures.ts';
import { type DayState, finalDate, type StoredState, stateOfMissing } from '../traffic/window.ts';
import { listNewReferrers } from './new-referrers.ts';

const DAYS_IN_WEEK = 7;
const MAX_REPOSITORIES = 25;
const NOON_MS = 12 * 3_600_000;

/** The Monday of the newest week whose report is due. A report is due on the next Monday at 12:00 UTC. */
export function dueWeek(now: Date): Day {
  return newestEndedWeek(addDays(toDay(new Date(now.getTime() - NOON_MS)), -1));
}

/** When the report of a week is due. */
export function dueAt(week: Day): Date {
  return new Date(startOf(addDays(week, DAYS_IN_WEEK)).getTime() + NOON_MS);
}

/** What a report is about. */
export interface ReportSubject {
  tenantId: number;
  /** The tenant's name. */
  name: string;
  /** Only this group's repositories; null for all of the tenant's. */
  groupId: number | null;
  /** Only these; null, or left out, for all. */
  repositoryIds?: number[] | null;
}

/** The report of a week from what is stored now. Throws `group_not_found`. */
export async function readWeekReport(
  db: Db,
  { tenantId, name, groupId, repositoryIds = null }: ReportSubject,
  week: Day,
  now: Date,
): Promise<WeekReport> {
  const whole = { tenantId, repositoryIds };
  const rows = await listRepositoryRows(db, await inGroup(db, whole, groupId ?? undefined));
  const group = groupId === null ? null : await getGroupName(db, tenantId, groupId);
  const known = await readKnown(db, tenantId, week);
  const to = lastOfWeek(week);
  const [finalTo = to] = [finalDate(rows, now), to].sort();
  const spans: Spans = {
    kind: 'previous',
    from: week,
    to: finalTo,
    previousFrom: addDays(week, -DAYS_IN_WEEK),
    previousTo: addDays(finalTo, -DAYS_IN_WEEK),
  };
  const weeks = rows.map((row) => sumWeek(row, known, { week, spans, today: toDay(now) }));
  const all = emptySums();
  for (const { sums } of weeks) addSums(all, sums);
  return {
    tenant: { tenantId, name },
    group,
    week: { label: weekLabel(week), from: week, to },
    repositoryCount: rows.length,
    viewCount: all.viewCount,
    cloneCount: all.cloneCount,
    compared: finalTo < week ? null : { from: week, to: finalTo, ...compareAll(weeks, spans) },
    repositories: toRanking(weeks.map(({ repository }) => repository)),
    newReferrers: await listNewReferrers(db, tenantId, { from: week, to }, rows),
    newlyTracked: await readNewlyTracked(db, rows, { week, to }),
    incomplete: {
      lostDays: all.lostDays,
      unpublishedDays: weeks.reduce((sum, { unpublishedDays }) => sum + unpublishedDays, 0),
      suspectDays: weeks.reduce((sum, { suspectDays }) => sum + suspectDays, 0),
      provisionalDays: weeks.reduce((sum, { provisionalDays }) => sum + provisionalDays, 0),
      failingRepositories: rows.filter((row) => toProblem(row, now) !== null).length,
    },
  };
}

/** Those of the repositories that rules added in a week. */
async function readNewlyTracked(
  db: Db,
  rows: readonly RepositoryRow[],
  { week, to }: { week: Day; to: Day },
): Promise<WeekReport['newlyTracked']> {
  const [first] = rows;
  if (!first) return { count: 0, repositories: [] };
  const names = new Map(rows.map((row) => [row.repositoryId, toFullName(row)]));
  const events = await db
    .selectFrom('repositoryEvent')
    .select(['repositoryId', 'nameAfter'])
    .where('tenantId', '=', first.tenantId)
    .where('kind', '=', 'tracked')
    .where('occurredAt', '>=', startOf(week).toISOString())
    .where('occurredAt', '<', startOf(addDays(to, 1)).toISOString())
    .execute();
  const added = events.flatMap(({ repositoryId, nameAfter }) => {
    const fullName = names.get(repositoryId);
    return fullName === undefined ? [] : [{ repositoryId, fullName, rule: nameAfter ?? '' }];
  });
  const byName = added.sort((one, other) => (one.fullName < other.fullName ? -1 : 1));
  return { count: byName.length, repositories: byName.slice(0, MAX_REPOSITORIES) };
}

type KnownDay = Figures & { state: StoredState };

interface Known {
  /** By repository and day. */
  days: Map<string, KnownDay>;
  /** GitHub's own uniques of the week by repository. */
  uniques: Map<number, number | null>;
}

const keyOf = (repositoryId: number, day: Day) => `${repositoryId} ${day}`;

/** The stored figures of a week and the week before. */
async function readKnown(db: Db, tenantId: number, week: Day): Promise<Known> {
  const days = await db
    .selectFrom('trafficDay')
    .select(['repositoryId', 'trafficDate', ...METRICS, 'state'])
    .where('tenantId', '=', tenantId)
    .where('trafficDate', '>=', addDays(week, -DAYS_IN_WEEK))
    .where('trafficDate', '<=', lastOfWeek(week))
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

interface RepositoryWeek {
  repository: ReportedRepository;
  sums: Sums;
  compared: ComparedRepository;
  provisionalDays: number;
  unpublishedDays: number;
  suspectDays: number;
}

function sumWeek(
  row: RepositoryRow,
  { days, uniques }: Known,
  { week, spans, today }: { week: Day; spans: Spans; today: Day },
): RepositoryWeek {
  const { repositoryId } = row;
  const dayOf = (date: Day) => days.get(keyOf(repositoryId, date));
  const stateOf = (date: Day) => dayOf(date)?.state ?? stateOfMissing(date, row, today);
  const sumDays = (dates: readonly Day[]) => {
    const sums = emptySums();
    for (const date of dates) {
      const day = dayOf(date);
      if (day) addSums(sums, toSums(day));
      else if (stateOf(date) === 'lost') sums.lostDays += 1;
    }
    return sums;
  };
  const dates = daysFrom(week, lastOfWeek(week));
  const sums = sumDays(dates);
  const current = sumDays(daysFrom(spans.from, spans.to));
  const previous = sumDays(daysFrom(spans.previousFrom, spans.previousTo));
  const compared = { row, sums: { current, previous } };
  const exact = uniques.get(repositoryId) ?? null;
  const soFar = uniquesSoFar(row, week, sums.viewUniquesLower);
  const repository = {
    repositoryId,
    fullName: toFullName(row),
    viewCount: sums.viewCount,
    cloneCount: sums.cloneCount,
    viewUniques: exact ?? soFar ?? sums.viewUniquesUpper,
    uniquesExact: exact !== null,
    uniquesSoFar: exact === null && soFar !== null,
    change: changeOf(compareRepositories(spans, [compared]), 'viewCount'),
  };
  const count = (state: DayState) => dates.filter((date) => stateOf(date) === state).length;
  return {
    repository,
    sums,
    compared,
    provisionalDays: count('provisional'),
    unpublishedDays: givesNoTraffic(row) ? 0 : count('not_published'),
    suspectDays: count('suspect'),
  };
}

/** The week's uniques as first read after it ended. Null if a day read later has more, which proves them too low. */
function uniquesSoFar(
  { endedWeek, endedWeekViewers }: RepositoryRow,
  week: Day,
  largestDay: number | null,
): number | null {
  if (endedWeek !== week || endedWeekViewers === null) return null;
  return endedWeekViewers < (largestDay ?? 0) ? null : endedWeekViewers;
}

/** The change of all repositories together that can be compared. */
function compareAll(weeks: readonly RepositoryWeek[], spans: Spans) {
  const comparison = compareRepositories(
    spans,
    weeks.map(({ compared }) => compared),
  );
  return {
    repositoryCount: comparison.repositories.compared,
    change: changeOf(comparison, 'viewCount'),
  };
}

function toRanking(repositories: readonly ReportedRepository[]): ReportedRepository[] {
  const rank = ({ viewUniques }: ReportedRepository) => viewUniques ?? -1;
  const byName = (one: ReportedRepository, other: ReportedRepository) =>
    one.fullName < other.fullName ? -1 : 1;
  return [...repositories]
    .sort((one, other) => rank(other) - rank(one) || byName(one, other))
    .slice(0, MAX_REPOSITORIES);
}
