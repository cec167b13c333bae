import type { Transaction } from 'kysely';
import type { RunDifference } from '../answers/runs.ts';
import { addDays, toDay } from '../day.ts';
import type { Db } from '../db/database.ts';
import { type Merge, mergeRows } from '../db/portable.ts';
import type { Tables } from '../db/tables.ts';
import { type Difference, differencesOf, type Reading } from '../traffic/merge.ts';
import type { Observed } from '../traffic/observed.ts';
import { wholeFrom } from '../traffic/window.ts';
import { listDays, listRevisions, type RepositoryKey } from '../traffic.ts';
import type { RunKey } from './lease.ts';

/** A log shows so many; the run says how many there are. */
const MAX_SHOWN = 500;

const differences: Merge<'runDifference'> = {
  into: 'runDifference',
  columns: {
    ...({ tenantId: 'integer', runId: 'integer', repositoryId: 'integer' } as const),
    ...({ trafficDate: 'date', metric: 'varchar(20)', stored: 'integer', observed: 'integer' } as const),
  },
  key: ['tenantId', 'runId', 'repositoryId', 'trafficDate', 'metric'],
};

/**
 * Writes down what GitHub gives otherwise than it is stored, for days that are final; smaller figures that are kept as
 * revisions already are left out. To be called before the answer is merged, by whoever holds the repository's row.
 */
export async function saveDifferences(
  trx: Transaction<Tables>,
  { tenantId, runId }: RunKey,
  key: RepositoryKey,
  { observed, reading }: { observed: Observed; reading: Reading },
): Promise<void> {
  const from = wholeFrom(toDay(reading.now));
  const to = addDays(toDay(reading.now), 1);
  const found = differencesOf(await listDays(trx, key, from, to), observed, reading.now);
  if (found.length === 0) return;
  const known = new Set(
    (await listRevisions(trx, key, from, to)).map(({ date, metric, observed: lower }) =>
      toText({ trafficDate: date, metric, observed: lower }),
    ),
  );
  const fresh = found.filter((difference) => !known.has(toText(difference)));
  const { repositoryId } = key;
  await mergeRows(
    trx,
    differences,
    fresh.map((difference) => ({ tenantId, runId, repositoryId, ...difference })),
  );
}

function toText({
  trafficDate,
  metric,
  observed,
}: Omit<Difference, 'stored' | 'metric'> & { metric: string }) {
  return `${trafficDate} ${metric} ${observed}`;
}

/** The differences that a run found, by repository and day; the first 500. */
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

/** How many differences each of some runs found; a run that is missing found none. */
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
