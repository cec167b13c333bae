import type { Day } from '../day.ts';
import type { Db } from '../db/database.ts';
import type { RunKey } from '../runs/end.ts';
import type { Waiting } from './repository.ts';

/** What waits in a run: what was never collected first, then what was not for longest. */
export async function listWaiting(db: Db, { tenantId, runId }: RunKey): Promise<Waiting[]> {
  const rows = await db
    .selectFrom('runRepository as w')
    .innerJoin('repository as r', (join) =>
      join.onRef('r.tenantId', '=', 'w.tenantId').onRef('r.repositoryId', '=', 'w.repositoryId'),
    )
    .select([
      ...(['r.repositoryId', 'r.githubId', 'r.owner', 'r.name'] as const),
      ...(['r.archivedAt', 'r.lastCoveredDate', 'r.endedWeek'] as const),
    ])
    .where('w.tenantId', '=', tenantId)
    .where('w.runId', '=', runId)
    .where('w.state', '=', 'waiting')
    // Where a missing value is sorted differs between databases.
    .orderBy((eb) => eb.case().when('r.lastSuccessAt', 'is', null).then(0).else(1).end())
    .orderBy('r.lastSuccessAt')
    .orderBy('r.repositoryId')
    .execute();
  const former = await listFormerNames(db, tenantId);
  const lastWeeks = await listLastWeeks(db, tenantId);
  return rows.map(({ repositoryId, githubId, owner, name, archivedAt, lastCoveredDate, endedWeek }) => ({
    repositoryId,
    githubId,
    lastCoveredDate,
    endedWeek,
    known: { owner, name, archived: archivedAt !== null },
    formerNames: former.get(repositoryId) ?? [],
    lastWeek: lastWeeks.get(repositoryId) ?? null,
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
    .groupBy('repositoryId')
    .execute();
  return new Map(rows.map(({ repositoryId, weekStart }) => [repositoryId, weekStart]));
}
