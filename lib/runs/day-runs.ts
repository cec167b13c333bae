import type { DayReason, DayRun } from '../answers/day.ts';
import { addDays, type Day, startOf, toDayAndMonth } from '../day.ts';
import type { Db } from '../db/database.ts';
import type { Instant } from '../instant.ts';
import { logsKeptSince } from '../retention.ts';
import { lastShownOn } from '../traffic/window.ts';

/** Runs of a repository read here at most: once an hour for two weeks, and more. */
const MAX_RUNS = 500;

/** The outcome of a repository in a run. */
interface Outcome extends DayRun {
  startedAt: Instant;
}

/** Runs end this much after the start of the first, at most: the log is searched by starts. */
const LONGEST_RUN_DAYS = 1;

/** Outcomes of repositories in runs that ended while GitHub showed a day. */
function selectOutcomes(db: Db, tenantId: number, date: Day) {
  const from = addDays(date, 1);
  const end = startOf(addDays(lastShownOn(date), 1)).toISOString();
  return db
    .selectFrom('collectionRun as c')
    .innerJoin('runRepository as o', (join) =>
      join.onRef('o.tenantId', '=', 'c.tenantId').onRef('o.runId', '=', 'c.runId'),
    )
    .where('c.tenantId', '=', tenantId)
    .where('c.startedAt', '>=', startOf(addDays(from, -LONGEST_RUN_DAYS)).toISOString())
    .where('c.startedAt', '<', end)
    .where('o.finishedAt', '>=', startOf(from).toISOString())
    .where('o.finishedAt', '<', end);
}

/** The runs that read a day of a repository, oldest first: those that succeeded while GitHub showed it. */
export async function listDayRuns(
  db: Db,
  { tenantId, repositoryId }: { tenantId: number; repositoryId: number },
  date: Day,
): Promise<Outcome[]> {
  const rows = await selectOutcomes(db, tenantId, date)
    .select(['c.runId', 'c.reason', 'c.startedAt', 'o.finishedAt'])
    .where('o.repositoryId', '=', repositoryId)
    .where('o.state', '=', 'succeeded')
    .orderBy('o.finishedAt')
    .orderBy('c.runId')
    .limit(MAX_RUNS)
    .execute();
  return rows.flatMap(({ finishedAt, ...row }) => (finishedAt === null ? [] : [{ ...row, at: finishedAt }]));
}

/** Why a day of repositories is lost, by repository. */
export async function listLossReasons(
  db: Db,
  tenantId: number,
  { repositoryIds, date, now }: { repositoryIds: readonly number[]; date: Day; now: Date },
): Promise<Map<number, DayReason>> {
  if (repositoryIds.length === 0) return new Map();
  const outcomes = selectOutcomes(db, tenantId, date).where('o.repositoryId', 'in', repositoryIds);
  const failures = outcomes
    .select(['o.repositoryId', 'o.code', 'o.message', 'o.finishedAt', 'c.runId'])
    .select(({ fn }) => [
      fn
        .agg<number>('row_number')
        .over((over) =>
          over.partitionBy('o.repositoryId').orderBy('o.finishedAt', 'desc').orderBy('c.runId', 'desc'),
        )
        .as('place'),
      fn
        .countAll<number>()
        .over((over) => over.partitionBy('o.repositoryId'))
        .as('failedRuns'),
    ])
    .where('o.state', '=', 'failed');
  const failed = await db.selectFrom(failures.as('f')).selectAll().where('f.place', '=', 1).execute();
  const succeeded = await outcomes
    .select('o.repositoryId')
    .distinct()
    .where('o.state', '=', 'succeeded')
    .execute();
  const byRepository = new Map(failed.map((row) => [row.repositoryId, row]));
  const isRead = new Set(succeeded.map((row) => row.repositoryId));
  return new Map(
    repositoryIds.map((id) => {
      const failure = byRepository.get(id);
      if (!failure) return [id, withoutFailure(date, { isRead: isRead.has(id), now })];
      const { code, message, runId, finishedAt, failedRuns } = failure;
      return [id, { code: code ?? 'internal', message: message ?? '', runId, at: finishedAt, failedRuns }];
    }),
  );
}

function withoutFailure(date: Day, { isRead, now }: { isRead: boolean; now: Date }): DayReason {
  const nothing = { runId: null, at: null, failedRuns: 0 };
  const from = toDayAndMonth(addDays(date, 1));
  const to = toDayAndMonth(lastShownOn(date));
  if (isRead)
    return {
      ...nothing,
      code: 'not_in_answer',
      message: `Collections between ${from} and ${to} succeeded, but GitHub’s answers did not contain this day.`,
    };
  if (startOf(lastShownOn(date)).toISOString() < logsKeptSince(now))
    return { ...nothing, code: 'log_deleted', message: 'The log of that time has been deleted.' };
  return {
    ...nothing,
    code: 'no_run',
    message: `No collection ran between ${from} and ${to}, while GitHub still showed this day.`,
  };
}
