import type { Range } from '../answers/figures.ts';
import type { WorkflowRuns } from '../answers/stats.ts';
import { addDays, type Day, daysFrom, toDay } from '../day.ts';
import type { Db } from '../db/database.ts';
import { given, mergeRows } from '../db/portable.ts';
import { Failure } from '../failure.ts';
import { MAX_RUNS } from '../github/workflow-runs.ts';
import { bucketOf, bucketsOf } from '../stats/buckets.ts';
import type { RepositoryKey } from '../traffic/tables.ts';
import { settledThrough } from '../traffic/window.ts';
import { type CiDay, ciClonesOf, ciUniquesOf, estimateCiClones } from './ci-clones.ts';
import {
  type Extra,
  type ExtraState,
  type ExtraSubject,
  isTriedToday,
  toExtraFailure,
  toStanding,
} from './extra.ts';

/** How many days up to today the estimate uses. */
const ESTIMATED_DAYS = 180;

/**
 * The workflow runs of a repository per bucket of a range, and an estimate of the clones they made; null if workflow runs
 * were never tried.
 */
export async function readWorkflowRuns(
  db: Db,
  key: RepositoryKey,
  states: readonly ExtraState[],
  { range, now }: { range: Range; now: Date },
): Promise<WorkflowRuns | null> {
  const standing = toStanding(states, 'workflow runs');
  if (!standing) return null;
  const today = toDay(now);
  const estimate = estimateCiClones(await listCiDays(db, key, addDays(today, -ESTIMATED_DAYS), today));
  const buckets = bucketsOf(range);
  const runDays = await listRunDays(db, key, range);
  const runs = sumByBucket(buckets, range, runDays);
  const cut = new Set(
    runDays.filter(({ count }) => count >= MAX_RUNS).map(({ date }) => bucketOf(date, range.by)),
  );
  const runsAtLeast = buckets.map((bucket) => cut.has(bucket));
  if (typeof estimate === 'string')
    return { ...standing, runs, runsAtLeast, estimate: null, reason: estimate };
  const days = await listCiDays(db, key, range.from, range.to);
  const clones = days.map((day) => ({ date: day.date, count: ciClonesOf(day, estimate) }));
  const uniques = days.map((day) => ({ date: day.date, count: ciUniquesOf(day, estimate) }));
  const ciClones = sumByBucket(buckets, range, clones);
  const ciUniques = sumByBucket(buckets, range, uniques);
  return { ...standing, runs, runsAtLeast, estimate: { ...estimate, ciClones, ciUniques }, reason: null };
}

async function listRunDays(db: Db, key: RepositoryKey, { from, to }: Range) {
  return db
    .selectFrom('workflowDay')
    .select(['runDate as date', 'runCount as count'])
    .where('tenantId', '=', key.tenantId)
    .where('repositoryId', '=', key.repositoryId)
    .where('runDate', '>=', from)
    .where('runDate', '<=', to)
    .execute();
}

/** The final days with known clones and runs. */
async function listCiDays(db: Db, key: RepositoryKey, from: Day, to: Day): Promise<CiDay[]> {
  const rows = await db
    .selectFrom('workflowDay as w')
    .innerJoin('trafficDay as d', (join) =>
      join
        .onRef('d.tenantId', '=', 'w.tenantId')
        .onRef('d.repositoryId', '=', 'w.repositoryId')
        .onRef('d.trafficDate', '=', 'w.runDate'),
    )
    .select(['w.runDate as date', 'd.cloneCount as clones', 'd.cloneUniques as uniques'])
    .select('w.runCount as runs')
    .where('w.tenantId', '=', key.tenantId)
    .where('w.repositoryId', '=', key.repositoryId)
    .where('w.runDate', '>=', from)
    .where('w.runDate', '<=', to)
    .where('d.state', 'in', ['measured', 'zero'])
    .execute();
  return rows.flatMap(({ clones, ...row }) => (clones === null ? [] : [{ ...row, clones }]));
}

function sumByBucket(buckets: readonly Day[], range: Range, days: readonly { date: Day; count: number }[]) {
  const sums = new Map<Day, number>();
  for (const { date, count } of days) {
    const bucket = bucketOf(date, range.by);
    sums.set(bucket, (sums.get(bucket) ?? 0) + count);
  }
  return buckets.map((bucket) => sums.get(bucket) ?? null);
}

/** Days that one collection reads; each takes a request. */
const MAX_DAYS_PER_RUN = 5;
/** How far back it reads. */
const MAX_DAYS_BACK = 90;

interface RunDay {
  runDate: Day;
  runCount: number;
}

/** Reads the workflow runs of settled days since the first collection, a few days per collection, newest first. */
export const workflowExtra: Extra<RunDay[]> = {
  kind: 'workflow runs',

  isDue: (_subject, state, now) => !isTriedToday(state, now),

  async read({ github, now, storedRunDays }, subject) {
    const days: RunDay[] = [];
    const stored = await storedRunDays();
    const missing = listWantedDays(subject, now).filter((day) => !stored.has(day));
    let failure: Failure | null = null;
    for (const runDate of missing.slice(0, MAX_DAYS_PER_RUN)) {
      const count = await github
        .countWorkflowRuns(subject.githubId, runDate)
        .catch((error: unknown) => toExtraFailure('workflow runs', error));
      if (count instanceof Failure) {
        failure = count;
        break;
      }
      days.push({ runDate, runCount: count });
    }
    return {
      kind: 'workflow runs',
      requestCount: days.length + (failure ? 1 : 0),
      failure,
      state: failure && days.length === 0 ? {} : { readAt: now.toISOString() },
      found: days,
    };
  },

  async save(trx, all) {
    await mergeRows(
      trx,
      {
        into: 'workflowDay',
        key: ['tenantId', 'repositoryId', 'runDate'],
        update: { runCount: given('runCount'), importId: given('importId') },
      },
      all.flatMap(({ tenantId, repositoryId, found }) =>
        found.map((day) => ({ tenantId, repositoryId, ...day })),
      ),
    );
  },
};

/** The oldest day that is read. */
function oldestWanted(now: Date): Day {
  return addDays(settledThrough(now), 1 - MAX_DAYS_BACK);
}

/** The settled days since the first collection, newest first. */
function listWantedDays({ firstCoveredDate }: ExtraSubject, now: Date): Day[] {
  const settled = settledThrough(now);
  const first = firstCoveredDate ?? addDays(settled, 1);
  const oldest = oldestWanted(now);
  return daysFrom([first, oldest].sort().at(-1) ?? first, settled).reverse();
}

/** The days whose workflow runs are stored, of each repository that has any, as far back as they are read. */
export async function readStoredRunDays(
  db: Db,
  tenantId: number,
  repositoryIds: readonly number[],
  now: Date,
): Promise<Map<number, Set<Day>>> {
  const rows = await db
    .selectFrom('workflowDay')
    .select(['repositoryId', 'runDate'])
    .where('tenantId', '=', tenantId)
    .where('repositoryId', 'in', repositoryIds)
    .where('runDate', '>=', oldestWanted(now))
    .where('importId', 'is', null)
    .execute();
  const days = new Map<number, Set<Day>>();
  for (const { repositoryId, runDate } of rows)
    days.set(repositoryId, (days.get(repositoryId) ?? new Set()).add(runDate));
  return days;
}
