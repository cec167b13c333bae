import type { Transaction } from 'kysely';
import type { RunDifference } from '../answers/runs.ts';
import { addDays, toDay } from '../day.ts';
import type { Db } from '../db/database.ts';
import { type Merge, mergeRows } from '../db/portable.ts';
import type { Tables } from '../db/tables.ts';
import { type Difference, differencesOf, type Reading } from '../traffic/merge.ts';
import type { Observed } from '../traffic/observed.ts';
import { listDays, listRevisions, type RepositoryKey } from '../traffic/tables.ts';
import { coverageOf } from '../traffic/window.ts';
import type { RunKey } from './lease.ts';

/** The log of a run shows this many; the run has the total. */
const MAX_SHOWN = 500;

const differences: Merge<'runDifference'> = {
  into: 'runDifference',
  key: ['tenantId', 'runId', 'repositoryId', 'trafficDate', 'metric'],
};

/**
 * Stores where GitHub's figures for final days differ from the stored ones, except for smaller figures already kept as
 * revisions. Call it before merging the answer, holding the repository's row.
 */
export async function saveDifferences(
  trx: Transaction<Tables>,
  { tenantId, runId }: RunKey,
  key: RepositoryKey,
  { observed, reading }: { observed: Observed; reading: Reading },
): Promise<void> {
  const from = coverageOf(observed, reading.now).wholeFrom;
  const to = addDays(toDay(reading.now), 1);
  const found = differencesOf(await listDays(trx, key, from, to), observed, reading.now);
  if (found.length === 0) return;
  const known = new Set(
    (await listRevisions(trx, key, from, to)).map(({ date, metric, observed: lower }) =>
      toDifferenceKey({ trafficDate: date, metric, observed: lower }),
    ),
  );
  const fresh = found.filter((difference) => !known.has(toDifferenceKey(difference)));
  const { repositoryId } = key;
  await mergeRows(
    trx,
    differences,
    fresh.map((difference) => ({ tenantId, runId, repositoryId, ...difference })),
  );
}

function toDifferenceKey({
  trafficDate,
  metric,
  observed,
}: Omit<Difference, 'stored' | 'metric'> & { metric: string }) {
  return `${trafficDate} ${metric} ${observed}`;
}

/** The first 500 differences of a run, by repository and day. */
export async function listDifferences(db: Db, { tenantId, runId }: RunKey): Promise<RunDifference[]> {
  return db
    .selectFrom('runDifference as d')
    .innerJoin('runRepository as r', (join) =>
      join
        .onRef('r.tenantId', '=', 'd.tenantId')
        .onRef('r.runId', '=', 'd.runId')
        .onRef('r.repositoryId', '=', 'd.repositoryId'),
    )
    .select(['d.repositoryId', 'r.fullName', 'd.trafficDate as date', 'd.metric', 'd.stored', 'd.observed'])
    .where('d.tenantId', '=', tenantId)
    .where('d.runId', '=', runId)
    .orderBy('d.repositoryId')
    .orderBy('d.trafficDate')
    .orderBy('d.metric')
    .limit(MAX_SHOWN)
    .execute();
}

/** The number of differences of each run; a missing run has none. */
export async function countDifferences(
  db: Db,
  runs: readonly { tenantId: number; runId: number }[],
): Promise<Map<number, number>> {
  if (runs.length === 0) return new Map();
  const rows = await db
    .selectFrom('runDifference')
    .select(({ fn }) => ['runId', fn.countAll<number>().as('count')])
    .where('tenantId', 'in', [...new Set(runs.map(({ tenantId }) => tenantId))])
    .where(
      'runId',
      'in',
      runs.map(({ runId }) => runId),
    )
    .groupBy('runId')
    .execute();
  return new Map(rows.map(({ runId, count }) => [runId, count]));
}
