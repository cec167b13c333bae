import type { ImportConflict, ImportPreview, RepositoryPreview } from '../answers/imports.ts';
import type { Day } from '../day.ts';
import type { Db } from '../db/database.ts';
import { toFullName } from '../repositories/repository.ts';
import { notFound } from '../request.ts';
import { type Figures, METRICS, plus, UNKNOWN } from '../traffic/figures.ts';
import { byDate, listCollectedDays, listImportedDays } from '../traffic/layers.ts';
import type { TrafficDay } from '../traffic/merge.ts';
import { countKnownAnnotations } from './annotations.ts';
import { type ArrivedDay, sortOut } from './days.ts';
import { type EffectiveDay, type ImportedDay, toEffectiveDay } from './effective.ts';
import { countKnownItems, toItems } from './items.ts';
import type { ImportPart } from './part.ts';
import { previewSettings } from './settings.ts';

/** Conflicts that an answer lists for a repository. */
const MAX_CONFLICTS = 50;
/** No import has it: of equal figures, those of real imports decide. */
const PREVIEWED = Number.MAX_SAFE_INTEGER;

/**
 * What a part would change if an import of nothing else were complete now. Writes nothing. Throws `repository_not_found` for a
 * repository that is not the tenant's.
 */
export async function previewPart(
  db: Db,
  tenantId: number,
  part: ImportPart,
  now: Date,
): Promise<ImportPreview> {
  return {
    ...(await previewRepositories(db, tenantId, part, now)),
    settings: await previewSettings(db, tenantId, part),
    annotations: await countKnownAnnotations(db, tenantId, part.annotations ?? []),
  };
}

async function previewRepositories(
  db: Db,
  tenantId: number,
  part: ImportPart,
  now: Date,
): Promise<Pick<ImportPreview, 'repositories' | 'leftOut'>> {
  const ids = [...new Set(part.repositories.map(({ repositoryId }) => repositoryId))];
  if (ids.length === 0) return { repositories: [], leftOut: [] };
  const rows = await db
    .selectFrom('repository')
    .select(['repositoryId', 'owner', 'name', 'createdDate'])
    .where('tenantId', '=', tenantId)
    .where('repositoryId', 'in', ids)
    .execute();
  const stored = new Map(rows.map((row) => [row.repositoryId, row]));
  const named = part.repositories.map((one) => {
    const row = stored.get(one.repositoryId);
    if (!row) throw notFound('repository');
    return { ...one, fullName: toFullName(row), createdDate: row.createdDate };
  });
  const { days, leftOut } = sortOut(named, now);
  const repositories: RepositoryPreview[] = [];
  for (const { fullName, createdDate, ...one } of named) {
    const own = days.filter(({ repositoryId }) => repositoryId === one.repositoryId);
    const items = toItems(one);
    repositories.push({
      repositoryId: one.repositoryId,
      fullName,
      ...(await previewDays(db, { tenantId, repositoryId: one.repositoryId }, own, now)),
      daysBeforeCreated: own.filter(({ trafficDate }) => createdDate !== null && trafficDate < createdDate)
        .length,
      items: {
        count: items.length,
        known: await countKnownItems(db, { tenantId, repositoryId: one.repositoryId }, items),
      },
    });
  }
  return { repositories, leftOut };
}

async function previewDays(
  db: Db,
  { tenantId, repositoryId }: { tenantId: number; repositoryId: number },
  days: readonly ArrivedDay[],
  now: Date,
) {
  const dates = days.map(({ trafficDate }) => trafficDate).sort();
  const firstDate = dates[0] ?? null;
  const lastDate = dates.at(-1) ?? null;
  const span = { tenantId, repositoryIds: [repositoryId], from: firstDate ?? '', to: lastDate ?? '' };
  const layers = firstDate === null ? null : await readLayers(db, span);
  const counts = { newDays: 0, changedDays: 0, keptDays: 0, sameDays: 0 };
  const conflicts: ImportConflict[] = [];
  let sums: Figures = UNKNOWN;
  for (const day of days) {
    const { trafficDate } = day;
    sums = addFigures(sums, day);
    const before = layers?.effective.get(trafficDate)?.[0];
    const imported: ImportedDay[] = [
      ...(layers?.imported.get(trafficDate) ?? []),
      { ...day, importId: PREVIEWED, observedAt: day.observedAt ?? now.toISOString() },
    ];
    const after = toEffectiveDay(trafficDate, layers?.own(trafficDate), imported);
    const found = before ? conflictsOf(before, day, after) : [];
    conflicts.push(...found);
    counts[kindOf(before, after, found)] += 1;
  }
  conflicts.sort((one, other) => (one.date < other.date ? -1 : Number(one.date > other.date)));
  return {
    dayCount: days.length,
    firstDate,
    lastDate,
    sums,
    ...counts,
    conflicts: conflicts.slice(0, MAX_CONFLICTS),
    conflictCount: conflicts.length,
  };
}

async function readLayers(db: Db, span: { tenantId: number; repositoryIds: number[]; from: Day; to: Day }) {
  const rows: EffectiveDay[] = await db
    .selectFrom('trafficDay')
    .select(['trafficDate', ...METRICS, 'state', 'observedAt', 'importId'])
    .where('tenantId', '=', span.tenantId)
    .where('repositoryId', 'in', span.repositoryIds)
    .where('trafficDate', '>=', span.from)
    .where('trafficDate', '<=', span.to)
    .execute();
  const effective = byDate(rows);
  const collected = byDate<TrafficDay>(await listCollectedDays(db, span));
  const imported = byDate(await listImportedDays(db, span));
  const own = (date: Day): TrafficDay | undefined => {
    const row = effective.get(date)?.[0];
    return row?.importId === null ? row : collected.get(date)?.[0];
  };
  return { effective, imported, own };
}

function addFigures(sums: Figures, day: Figures): Figures {
  return {
    viewCount: plus(sums.viewCount, day.viewCount),
    viewUniques: plus(sums.viewUniques, day.viewUniques),
    cloneCount: plus(sums.cloneCount, day.cloneCount),
    cloneUniques: plus(sums.cloneUniques, day.cloneUniques),
  };
}

function conflictsOf(
  before: EffectiveDay,
  day: ArrivedDay,
  after: EffectiveDay | undefined,
): ImportConflict[] {
  return METRICS.flatMap((metric) => {
    const stored = before[metric];
    const imported = day[metric];
    if (stored === null || imported === null || stored === imported) return [];
    const winner = after?.[metric] === imported ? ('imported' as const) : ('stored' as const);
    return [{ date: day.trafficDate, metric, stored, imported, winner, state: before.state }];
  });
}

function kindOf(
  before: EffectiveDay | undefined,
  after: EffectiveDay | undefined,
  conflicts: readonly ImportConflict[],
): 'newDays' | 'changedDays' | 'keptDays' | 'sameDays' {
  if (!before) return 'newDays';
  if (METRICS.some((metric) => before[metric] !== after?.[metric])) return 'changedDays';
  return conflicts.length > 0 ? 'keptDays' : 'sameDays';
}
