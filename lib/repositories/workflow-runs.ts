import { addDays, type Day, toDay } from '../day.ts';
import type { Db } from '../db/database.ts';
import {
  type CiDay,
  type CiEstimate,
  ciClonesOf,
  estimateCiClones,
  type NoEstimate,
} from '../stats/ci-clones.ts';
import { bucketOf, bucketsOf, type Range } from '../stats/range.ts';
import type { RepositoryKey } from '../traffic.ts';
import { type ExtraStanding, type ExtraState, toStanding } from './extras.ts';

/** The workflow runs of a range, and the clones that may be theirs. */
export interface WorkflowRuns extends ExtraStanding {
  /** Runs per bucket; null where no day of it is known. */
  runs: (number | null)[];
  /** Null: there is none, for the reason told. */
  estimate: (CiEstimate & { ciClones: (number | null)[] }) | null;
  reason: NoEstimate | null;
}

/** Days from which the estimate is reckoned, back from today. */
const ESTIMATED_DAYS = 180;

/**
 * The workflow runs of a repository in a range, by its buckets, and an estimate of the clones that are theirs; null:
 * workflow runs were never asked for.
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
  if (typeof estimate === 'string') return { ...standing, runs, estimate: null, reason: estimate };
  const days = await listCiDays(db, key, range.from, range.to);
  const clones = days.map((day) => ({ date: day.date, count: ciClonesOf(day, estimate) }));
  const ciClones = sumByBucket(buckets, range, clones);
  return { ...standing, runs, estimate: { ...estimate, ciClones }, reason: null };
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

/** The final days of which clones and runs are known. */
async function listCiDays(db: Db, key: RepositoryKey, from: Day, to: Day): Promise<CiDay[]> {
  const rows = await db
    .selectFrom('workflowDay as w')
    .innerJoin('trafficDay as d', (join) =>
      join
        .onRef('d.tenantId', '=', 'w.tenantId')
        .onRef('d.repositoryId', '=', 'w.repositoryId')
        .onRef('d.trafficDate', '=', 'w.runDate'),
    )
    .select(['w.runDate as date', 'd.cloneCount as clones', 'w.runCount as runs'])
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
