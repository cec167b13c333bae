import type { Day } from '../day.ts';
import type { Db } from '../db/database.ts';
import type { RunReason } from '../db/tables/runs.ts';
import type { Instant } from '../instant.ts';
import { stalledColumn } from '../repositories/repository.ts';
import type { RunKey } from '../runs/lease.ts';
import type { Profile } from './outcome.ts';

/** A repository that is waiting in a run, with what is stored about it. */
export interface Waiting {
  repositoryId: number;
  githubId: number;
  known: Profile;
  lastCoveredDate: Day | null;
  publishedThrough: Day | null;
  stalledThrough: Day | null;
  /** Its earlier full names. */
  formerNames: readonly string[];
  /** The newest week whose views and clones are stored. */
  lastWeek: Day | null;
  /** The newest week read right after its end, for the report. */
  endedWeek: Day | null;
  /** When GitHub last refused it; null when it did not. */
  refusedAt: Instant | null;
}

/** An open run, and why it was started. A `verify` run also compares what is stored. */
export interface RunAtWork extends RunKey {
  reason: RunReason;
}

/** The waiting repositories of a run: those never collected first, then those collected longest ago. */
export async function listWaiting(db: Db, { tenantId, runId }: RunKey): Promise<Waiting[]> {
  const rows = await db
    .selectFrom('runRepository as w')
    .innerJoin('repository as r', (join) =>
      join.onRef('r.tenantId', '=', 'w.tenantId').onRef('r.repositoryId', '=', 'w.repositoryId'),
    )
    .select(['r.repositoryId', 'r.githubId', 'r.owner', 'r.name'])
    .innerJoin('tenant as t', 't.tenantId', 'r.tenantId')
    .leftJoin('publication as p', (join) =>
      join.onRef('p.serverId', '=', 't.serverId').onRef('p.visibility', '=', 'r.visibility'),
    )
    .select(['r.archivedAt', 'r.lastCoveredDate', 'r.publishedThrough', 'r.endedWeek', 'r.refusedAt'])
    .select(stalledColumn)
    .where('w.tenantId', '=', tenantId)
    .where('w.runId', '=', runId)
    .where('w.state', '=', 'waiting')
    // Databases differ on where nulls sort.
    .orderBy((eb) => eb.case().when('r.lastSuccessAt', 'is', null).then(0).else(1).end())
    .orderBy('r.lastSuccessAt')
    .orderBy('r.repositoryId')
    .execute();
  const former = await listFormerNames(db, tenantId);
  const lastWeeks = await listLastWeeks(db, tenantId);
  return rows.map(({ owner, name, archivedAt, ...row }) => ({
    ...row,
    known: { owner, name, archived: archivedAt !== null },
    formerNames: former.get(row.repositoryId) ?? [],
    lastWeek: lastWeeks.get(row.repositoryId) ?? null,
  }));
}

async function listFormerNames(db: Db, tenantId: number): Promise<Map<number, string[]>> {
  const rows = await db
    .selectFrom('repositoryEvent')
    .select(['repositoryId', 'nameBefore'])
    .where('tenantId', '=', tenantId)
    .where('nameBefore', 'is not', null)
    .execute();
  const names = new Map<number, string[]>();
  for (const { repositoryId, nameBefore } of rows)
    names.set(repositoryId, [...(names.get(repositoryId) ?? []), nameBefore ?? '']);
  return names;
}

async function listLastWeeks(db: Db, tenantId: number): Promise<Map<number, Day>> {
  const rows = await db
    .selectFrom('trafficWeek')
    .select(({ fn }) => ['repositoryId', fn.max<Day>('weekStart').as('weekStart')])
    .where('tenantId', '=', tenantId)
    .where('viewUniques', 'is not', null)
    .where('cloneUniques', 'is not', null)
    .groupBy('repositoryId')
    .execute();
  return new Map(rows.map(({ repositoryId, weekStart }) => [repositoryId, weekStart]));
}
