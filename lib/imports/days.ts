import type { Transaction } from 'kysely';
import type { LeftOutDays } from '../answers/imports.ts';
import { type Day, toDay } from '../day.ts';
import { insertPlainRows } from '../db/portable.ts';
import type { ImportedState } from '../db/tables/imports.ts';
import type { Tables } from '../db/tables.ts';
import type { Instant } from '../instant.ts';
import { type Figures, METRICS } from '../traffic/figures.ts';
import type { ImportedRepository } from './part.ts';

/** A day of a part. */
export interface ArrivedDay extends Figures {
  repositoryId: number;
  trafficDate: Day;
  state: ImportedState;
  observedAt: Instant | null;
}

type Named = ImportedRepository & { createdDate: Day | null };

/** The days of a part that can be stored, and why the others cannot. `createdDate` is null where it is not known. */
export function sortOut(
  repositories: readonly Named[],
  now: Date,
): { days: ArrivedDay[]; leftOut: LeftOutDays[] } {
  const today = toDay(now);
  const days: ArrivedDay[] = [];
  const leftOut = new Map<string, LeftOutDays>();
  for (const { repositoryId, createdDate, days: columns } of repositories)
    for (const [place, trafficDate] of (columns?.date ?? []).entries()) {
      if (!columns) continue;
      const day = toArrived(repositoryId, columns, place);
      const reason = reasonAgainst(day, { today, createdDate });
      if (reason === null) days.push(day);
      else addLeftOut(leftOut, { repositoryId, reason, count: 1, first: trafficDate, last: trafficDate });
    }
  return { days, leftOut: [...leftOut.values()] };
}

function toArrived(
  repositoryId: number,
  columns: NonNullable<ImportedRepository['days']>,
  place: number,
): ArrivedDay {
  return {
    repositoryId,
    trafficDate: columns.date[place] ?? '',
    viewCount: columns.viewCount[place] ?? null,
    viewUniques: columns.viewUniques[place] ?? null,
    cloneCount: columns.cloneCount[place] ?? null,
    cloneUniques: columns.cloneUniques[place] ?? null,
    state: columns.state?.[place] ?? 'imported',
    observedAt: columns.observedAt?.[place] ?? null,
  };
}

/** Why a day is not stored; null if it is. Before a repository was created, tools write zeros. */
function reasonAgainst(
  day: ArrivedDay,
  { today, createdDate }: { today: Day; createdDate: Day | null },
): LeftOutDays['reason'] | null {
  if (day.trafficDate > today) return 'future';
  // A day that is not over is at best provisional, which only our own exports say.
  if (day.trafficDate === today && day.state !== 'provisional' && day.state !== 'cut') return 'not_over';
  const isIdle = METRICS.every((metric) => (day[metric] ?? 0) === 0);
  return createdDate !== null && day.trafficDate < createdDate && isIdle ? 'before_created' : null;
}

function addLeftOut(known: Map<string, LeftOutDays>, one: LeftOutDays): void {
  const key = `${one.repositoryId} ${one.reason}`;
  const same = known.get(key);
  if (!same) {
    known.set(key, one);
    return;
  }
  same.count += 1;
  if (one.first < same.first) same.first = one.first;
  if (one.last > same.last) same.last = one.last;
}

/** Stores what an import says of days. A day that another part named is replaced. */
export async function saveImportedDays(
  trx: Transaction<Tables>,
  { tenantId, importId }: { tenantId: number; importId: number },
  days: readonly ArrivedDay[],
): Promise<void> {
  await deleteNamed(trx, { tenantId, importId }, days);
  await insertPlainRows(
    trx,
    'importedDay',
    days.map((day) => ({ tenantId, importId, ...day })),
  );
}

async function deleteNamed(
  trx: Transaction<Tables>,
  { tenantId, importId }: { tenantId: number; importId: number },
  days: readonly ArrivedDay[],
): Promise<void> {
  const dates = days.map(({ trafficDate }) => trafficDate).sort();
  const [from] = dates;
  const to = dates.at(-1);
  if (from === undefined || to === undefined) return;
  const stored = await trx
    .selectFrom('importedDay')
    .select(['repositoryId', 'trafficDate'])
    .where('tenantId', '=', tenantId)
    .where('importId', '=', importId)
    .where('repositoryId', 'in', [...new Set(days.map(({ repositoryId }) => repositoryId))])
    .where('trafficDate', '>=', from)
    .where('trafficDate', '<=', to)
    .execute();
  const arrived = new Set(days.map(({ repositoryId, trafficDate }) => `${repositoryId} ${trafficDate}`));
  for (const { repositoryId, trafficDate } of stored)
    if (arrived.has(`${repositoryId} ${trafficDate}`))
      await trx
        .deleteFrom('importedDay')
        .where('tenantId', '=', tenantId)
        .where('repositoryId', '=', repositoryId)
        .where('importId', '=', importId)
        .where('trafficDate', '=', trafficDate)
        .execute();
}
