import type { TenantAccess } from '../access.ts';
import type { DayReason, DayRun, RepositoryDay, TenantDay } from '../answers/day.ts';
import { type Day, toDay } from '../day.ts';
import type { Db } from '../db/database.ts';
import { listEvents } from '../events.ts';
import { sumDownloads } from '../extras/releases.ts';
import { listStarsGained } from '../extras/stars.ts';
import { Failure } from '../failure.ts';
import { readDayImports } from '../imports/marks.ts';
import { listStandings, requireRepositoryRow, toFullName } from '../repositories/repository.ts';
import { listDayRuns, listLossReasons } from '../runs/day-runs.ts';
import { listRises } from '../snapshots.ts';
import { type Figures, METRICS, type Metric, UNKNOWN } from '../traffic/figures.ts';
import type { TrafficDay } from '../traffic/merge.ts';
import { listDays, listRevisions } from '../traffic/tables.ts';
import { type DayState, type Standpoint, stateOfMissing } from '../traffic/window.ts';
import { compareDay, isFinal, medianOf, type StoredDay, sameWeekdays, sumFigures, toUsual } from './usual.ts';

/** Repositories and causes that an answer lists. */
const MAX_LISTED = 5;

/**
 * What is known about one repository's day. Throws `repository_not_found`, or `day_in_future` if the day has not begun.
 */
export async function readRepositoryDay(
  db: Db,
  access: TenantAccess,
  { repositoryId, date }: { repositoryId: number; date: Day },
  now: Date,
): Promise<RepositoryDay> {
  requirePast(date, now);
  const row = await requireRepositoryRow(db, access, repositoryId);
  const { tenantId } = access;
  const key = { tenantId, repositoryId };
  const one: TenantAccess = { tenantId, repositoryIds: [repositoryId] };
  const weekdays = sameWeekdays(date);
  const days = await listDays(db, key, weekdays.at(-1) ?? date, date);
  const stored = days.find(({ trafficDate }) => trafficDate === date);
  const state = stored?.state ?? stateOfMissing(date, row, toDay(now));
  const usual = days.filter((day) => weekdays.includes(day.trafficDate) && isFinal(day));
  const lost = state === 'lost' ? [repositoryId] : [];
  const losses = await listLossReasons(db, tenantId, { repositoryIds: lost, date, now });
  const rises = (await listRises(db, tenantId, { repositoryIds: [repositoryId], date })).get(repositoryId);
  const revisions = await listRevisions(db, key, date, date);
  const span = { from: date, to: date, now };
  return {
    tenantId,
    repositoryId,
    fullName: toFullName(row),
    date,
    state,
    reason: losses.get(repositoryId) ?? explain(state, row),
    figures: figuresOf(stored ?? UNKNOWN),
    usual: toUsual(usual),
    lists: rises?.lists ?? null,
    referrers: rises?.referrers ?? [],
    paths: rises?.paths ?? [],
    ...(await readGains(db, one, date)),
    ...toReadings(await listDayRuns(db, key, date), stored),
    revisions: revisions.map(({ metric, kept, observed, observedAt }) => ({
      metric,
      kept,
      observed,
      observedAt,
    })),
    imported: stored ? await readDayImports(db, key, date) : null,
    ...(await listEvents(db, one, [{ ...row, lostDays: lost.length }], span)),
  };
}

/** A day of repositories, and the figure that decides which of them made it. */
export interface TenantDayRequest {
  date: Day;
  metric: Metric;
}

/** What is known about a day of the repositories in scope. Throws `day_in_future` for a day that has not begun. */
export async function readTenantDay(
  db: Db,
  access: TenantAccess,
  { date, metric }: TenantDayRequest,
  now: Date,
): Promise<TenantDay> {
  requirePast(date, now);
  const { tenantId } = access;
  const standings = await listStandings(db, access);
  const rows = await listSameWeekdays(db, access, date);
  const onDay = rows.filter(({ trafficDate }) => trafficDate === date);
  const stored = new Map(onDay.map((row) => [row.repositoryId, row]));
  const states = standings.map((row) => ({
    row,
    state: stored.get(row.repositoryId)?.state ?? stateOfMissing(date, row, toDay(now)),
  }));
  const lost = states.filter(({ state }) => state === 'lost').map(({ row }) => row.repositoryId);
  const losses = await listLossReasons(db, tenantId, { repositoryIds: lost, date, now });
  const { repositoryIds, ...compared } = compareDay(date, rows);
  const made = listMakers(date, rows, metric);
  const ids = made.map(({ repositoryId }) => repositoryId);
  const rises = await listRises(db, tenantId, { repositoryIds: ids, date });
  const sources = states.map(({ row, state }) => ({ ...row, lostDays: state === 'lost' ? 1 : 0 }));
  const names = new Map(standings.map((row) => [row.repositoryId, toFullName(row)]));
  return {
    tenantId,
    date,
    states: countStates(states.map(({ state }) => state)),
    reasons: groupReasons(
      states.flatMap(({ row, state }) => {
        const reason = losses.get(row.repositoryId) ?? explain(state, row);
        return reason ? [{ ...reason, state }] : [];
      }),
    ),
    figures: sumFigures(onDay),
    compared: {
      repositories: { compared: repositoryIds.length, total: onDay.length },
      ...compared,
    },
    repositories: made.map((one) => ({
      ...one,
      fullName: names.get(one.repositoryId) ?? '',
      lists: rises.get(one.repositoryId)?.lists ?? null,
      referrers: rises.get(one.repositoryId)?.referrers ?? [],
      paths: rises.get(one.repositoryId)?.paths ?? [],
    })),
    ...(await readGains(db, access, date)),
    ...(await listEvents(db, access, sources, { from: date, to: date, now })),
  };
}

function requirePast(date: Day, now: Date): void {
  if (date > toDay(now))
    throw new Failure('day_in_future', `${date} has not begun yet (UTC). Ask for today or an earlier day.`);
}

function figuresOf({ viewCount, viewUniques, cloneCount, cloneUniques }: Figures): Figures {
  return { viewCount, viewUniques, cloneCount, cloneUniques };
}

/** Stars and downloads of a day. */
async function readGains(db: Db, access: TenantAccess, date: Day) {
  const weekdays = sameWeekdays(date);
  const stars = await listStarsGained(db, access, [date, ...weekdays]);
  return {
    starsGained: stars.get(date) ?? null,
    usualStarsGained: medianOf(weekdays.flatMap((day) => stars.get(day) ?? [])),
    downloads: await sumDownloads(db, access, date),
  };
}

/** The run that brought the stored figures, and the last one that read the day. */
function toReadings(
  runs: readonly (DayRun & { startedAt: string })[],
  stored: TrafficDay | undefined,
): Pick<RepositoryDay, 'broughtBy' | 'lastReadBy' | 'readCount'> {
  const toRun = (run: DayRun | undefined) => run && { runId: run.runId, reason: run.reason, at: run.at };
  const observedAt = stored?.observedAt ?? '';
  const brought = runs.find(({ startedAt, at }) => startedAt <= observedAt && observedAt <= at);
  return {
    broughtBy: toRun(brought) ?? null,
    lastReadBy: toRun(runs.at(-1)) ?? null,
    readCount: runs.length,
  };
}

type Explained = Pick<Standpoint, 'firstCoveredDate'>;

/** Why a day that is not lost has no figures, or doubtful ones; null if there is nothing to explain. */
function explain(state: DayState, { firstCoveredDate }: Explained): DayReason | null {
  const nothing = { runId: null, at: null, failedRuns: 0 };
  const reasonOf = (code: string, message: string) => ({ ...nothing, code, message });
  switch (state) {
    case 'before':
      return firstCoveredDate === null
        ? reasonOf('not_collected', 'Nothing has been collected yet.')
        : reasonOf('before_tracking', `Collection began later: the first known day is ${firstCoveredDate}.`);
    case 'not_published':
      return reasonOf('not_published', 'GitHub has not published this day yet.');
    case 'suspect':
      return reasonOf(
        'suspect',
        'Everything fell to zero at once, which may be GitHub’s failure. The day is not compared.',
      );
    case 'provisional':
      return reasonOf('provisional', 'Read before GitHub’s numbers settled: they may still grow.');
    case 'cut':
      return reasonOf('cut', 'GitHub showed only a part of this day, and has forgotten it since.');
    case 'imported':
      return reasonOf('imported', 'Imported from another tool’s file.');
    default:
      return null;
  }
}

/** The stored days of the repositories in scope on a day and the same weekdays before. */
async function listSameWeekdays(
  db: Db,
  { tenantId, repositoryIds }: TenantAccess,
  date: Day,
): Promise<StoredDay[]> {
  if (repositoryIds?.length === 0) return [];
  return db
    .selectFrom('trafficDay')
    .select(['repositoryId', 'trafficDate', 'state', ...METRICS])
    .where('tenantId', '=', tenantId)
    .where('trafficDate', 'in', [date, ...sameWeekdays(date)])
    .$if(repositoryIds !== null, (query) => query.where('repositoryId', 'in', repositoryIds ?? []))
    .execute();
}

/** The repositories furthest above what is usual for them. */
function listMakers(date: Day, rows: readonly StoredDay[], metric: Metric) {
  const byRepository = new Map<number, { day?: StoredDay; before: StoredDay[] }>();
  for (const row of rows) {
    const own = byRepository.get(row.repositoryId) ?? { before: [] };
    byRepository.set(row.repositoryId, own);
    if (row.trafficDate === date) own.day = row;
    else if (isFinal(row)) own.before.push(row);
  }
  const all = [...byRepository].flatMap(([repositoryId, { day, before }]) => {
    if (!day) return [];
    const usual = toUsual(before);
    const extra = (day[metric] ?? 0) - (usual[metric] ?? 0);
    return extra > 0 ? [{ repositoryId, figures: figuresOf(day), usual, extra }] : [];
  });
  return all
    .sort((one, other) => other.extra - one.extra)
    .slice(0, MAX_LISTED)
    .map(({ extra: _, ...one }) => one);
}

function countStates(states: readonly DayState[]): TenantDay['states'] {
  const counts = new Map<DayState, number>();
  for (const state of states) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts].map(([state, repositories]) => ({ state, repositories }));
}

/** One reason for all repositories with the same cause; the newest run stands for all. */
function groupReasons(reasons: readonly (DayReason & { state: DayState })[]): TenantDay['reasons'] {
  const groups = new Map<string, TenantDay['reasons'][number]>();
  for (const reason of reasons) {
    const same = groups.get(reason.code);
    if (!same) {
      groups.set(reason.code, { ...reason, repositories: 1 });
      continue;
    }
    same.repositories += 1;
    same.failedRuns = Math.max(same.failedRuns, reason.failedRuns);
    if ((reason.at ?? '') > (same.at ?? '')) {
      same.at = reason.at;
      same.runId = reason.runId;
      same.message = reason.message;
    }
  }
  return [...groups.values()]
    .sort((one, other) => other.repositories - one.repositories)
    .slice(0, MAX_LISTED);
}
