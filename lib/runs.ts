import { sql } from 'kysely';
import type { Run, RunDetail, RunList } from './answers/runs.ts';
import { unknownCursor } from './cursor.ts';
import type { Db } from './db/database.ts';
import { notFound, toId } from './request.ts';
import { countDifferences, listDifferences } from './runs/differences.ts';
import { isAtWork } from './runs/lease.ts';

/** The newest run at work for a tenant, or null. */
export async function findActiveRun(db: Db, tenantId: number, now: Date): Promise<number | null> {
  const row = await db
    .selectFrom('collectionRun')
    .innerJoin('tenant', 'tenant.tenantId', 'collectionRun.tenantId')
    .select(({ fn }) => fn.max<number | null>('collectionRun.runId').as('runId'))
    .where('collectionRun.tenantId', '=', tenantId)
    .where(isAtWork(now))
    .executeTakeFirst();
  return row?.runId ?? null;
}

/** A page of runs, newest first, of one tenant or (null) of all. Throws `invalid_input` for an unknown cursor. */
export async function listRuns(
  db: Db,
  tenantId: number | null,
  { cursor, limit }: { cursor?: string | undefined; limit: number },
): Promise<RunList> {
  const before = cursor === undefined ? null : parseCursor(cursor);
  const rows = await selectRuns(db)
    .$if(tenantId !== null, (query) => query.where('c.tenantId', '=', tenantId ?? 0))
    .$if(before !== null, (query) => query.where('c.runId', '<', before ?? 0))
    .orderBy('c.runId', 'desc')
    .limit(limit + 1)
    .execute();
  const runs = await withCounts(db, rows.slice(0, limit));
  const last = runs.at(-1);
  return { runs, nextCursor: rows.length > limit && last ? String(last.runId) : null };
}

/**
 * One run with a page of its repositories and the differences it found. Failed repositories come first, then waiting
 * ones; then by name. Throws `run_not_found`.
 */
export async function readRun(
  db: Db,
  tenantId: number,
  runId: number,
  { page, size }: { page: number; size: number },
): Promise<RunDetail> {
  const rows = await selectRuns(db).where('c.tenantId', '=', tenantId).where('c.runId', '=', runId).execute();
  const [run] = await withCounts(db, rows);
  if (!run) throw notFound('run');
  const outcomes = db.selectFrom('runRepository').where('tenantId', '=', tenantId).where('runId', '=', runId);
  const { total } = await outcomes
    .select(({ fn }) => fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow();
  const repositories = await outcomes
    .select([
      'repositoryId',
      'fullName',
      'state',
      'code',
      'message',
      'daysUntilLoss',
      'requestCount',
      'unchangedCount',
      'finishedAt',
    ])
    .orderBy(sql`case state when 'failed' then 0 when 'waiting' then 1 else 2 end`)
    .orderBy('fullName')
    .limit(size)
    .offset((page - 1) * size)
    .execute();
  const differences = run.reason === 'verify' ? await listDifferences(db, run) : [];
  return { run, repositories, page: { number: page, size, total }, differences };
}

function parseCursor(cursor: string): number {
  const runId = toId(cursor);
  if (runId !== undefined) return runId;
  throw unknownCursor();
}

function selectRuns(db: Db) {
  return db
    .selectFrom('collectionRun as c')
    .innerJoin('tenant as t', 't.tenantId', 'c.tenantId')
    .select(['c.tenantId', 't.name as tenantName', 'c.runId', 'c.reason', 'c.startedBy', 'c.state'])
    .select(['c.startedAt', 'c.finishedAt', 'c.repositoryCount', 'c.failureCode', 'c.failureMessage']);
}

type RunRow = Awaited<ReturnType<ReturnType<typeof selectRuns>['execute']>>[number];

async function withCounts(db: Db, rows: readonly RunRow[]): Promise<Run[]> {
  const counts = rows.length === 0 ? [] : await countOutcomes(db, rows);
  const differences = await countDifferences(
    db,
    rows.filter(({ reason }) => reason === 'verify'),
  );
  const byRun = new Map(counts.map((count) => [count.runId, count]));
  return rows.map(({ failureCode, failureMessage, ...row }) => {
    const {
      succeededCount = 0,
      failedCount = 0,
      requestCount = 0,
      unchangedCount = 0,
    } = byRun.get(row.runId) ?? {};
    const failure = failureCode === null ? null : { code: failureCode, message: failureMessage ?? '' };
    const differenceCount = row.reason === 'verify' ? (differences.get(row.runId) ?? 0) : null;
    return { ...row, differenceCount, succeededCount, failedCount, requestCount, unchangedCount, failure };
  });
}

/** Run ids are unique across tenants. The tenants are in the condition only because the index begins with them. */
async function countOutcomes(db: Db, rows: readonly RunRow[]) {
  const when = (state: string) => sql<number>`sum(case when state = ${state} then 1 else 0 end)`;
  return db
    .selectFrom('runRepository')
    .select(({ fn }) => [
      'runId',
      when('succeeded').as('succeededCount'),
      when('failed').as('failedCount'),
      fn.sum<number>('requestCount').as('requestCount'),
      fn.sum<number>('unchangedCount').as('unchangedCount'),
    ])
    .where('tenantId', 'in', [...new Set(rows.map(({ tenantId }) => tenantId))])
    .where(
      'runId',
      'in',
      rows.map(({ runId }) => runId),
    )
    .groupBy('runId')
    .execute();
}
