import type { DayImports } from '../answers/day.ts';
import type { ImportMark } from '../answers/imports.ts';
import type { Day } from '../day.ts';
import type { Db } from '../db/database.ts';
import { type Figures, METRICS } from '../traffic/figures.ts';
import { listCollectedDays, listImportedDays } from '../traffic/layers.ts';
import type { RepositoryKey } from '../traffic/tables.ts';
import { type ImportedDay, toEffectiveDay } from './effective.ts';

/** Imports and files that an answer names. */
const MAX_IMPORTS = 50;
const MAX_FILES = 20;

/** The newest imports that count for a repository, with the files that tell of it. */
export async function listImportMarks(
  db: Db,
  { tenantId, repositoryId }: RepositoryKey,
): Promise<ImportMark[]> {
  const rows = await db
    .selectFrom('importRepository as r')
    .innerJoin('import as i', (join) =>
      join.onRef('i.tenantId', '=', 'r.tenantId').onRef('i.importId', '=', 'r.importId'),
    )
    .select(['i.importId', 'i.author', 'i.createdAt', 'i.tools', 'r.fileNumbers'])
    .where('r.tenantId', '=', tenantId)
    .where('r.repositoryId', '=', repositoryId)
    .where('r.appliedAt', 'is not', null)
    .orderBy('i.importId', 'desc')
    .limit(MAX_IMPORTS)
    .execute();
  const marks: ImportMark[] = [];
  for (const { tools, fileNumbers, ...row } of rows) {
    const numbers = fileNumbers.split(',').filter(Boolean).map(Number);
    const files = await listFiles(db, { tenantId, importId: row.importId }, numbers.slice(0, MAX_FILES));
    marks.push({ ...row, tools: tools.split(',').filter(Boolean), files, fileCount: numbers.length });
  }
  return marks;
}

async function listFiles(
  db: Db,
  { tenantId, importId }: { tenantId: number; importId: number },
  numbers: readonly number[],
): Promise<ImportMark['files']> {
  if (numbers.length === 0) return [];
  return db
    .selectFrom('importFile')
    .select(['path', 'sizeBytes as size', 'sha256', 'tool'])
    .where('tenantId', '=', tenantId)
    .where('importId', '=', importId)
    .where('fileNumber', 'in', numbers)
    .orderBy('fileNumber')
    .execute();
}

/** What imports and our own measurement say of a day; null if no import names it. */
export async function readDayImports(db: Db, key: RepositoryKey, date: Day): Promise<DayImports | null> {
  const { tenantId, repositoryId } = key;
  const span = { tenantId, repositoryIds: [repositoryId], from: date, to: date };
  const said = await listImportedDays(db, span);
  if (said.length === 0) return null;
  const stored = await db
    .selectFrom('trafficDay')
    .select(['trafficDate', ...METRICS, 'state', 'observedAt', 'importId'])
    .where('tenantId', '=', tenantId)
    .where('repositoryId', '=', repositoryId)
    .where('trafficDate', '=', date)
    .executeTakeFirst();
  const collected = (await listCollectedDays(db, span)).find(({ trafficDate }) => trafficDate === date);
  const own = stored?.importId === null ? stored : collected;
  const effective = toEffectiveDay(date, own, said);
  const marks = new Map((await listImportMarks(db, key)).map((mark) => [mark.importId, mark]));
  const deciding = (one: ImportedDay) =>
    METRICS.filter(
      (metric) =>
        one[metric] !== null &&
        one[metric] === effective?.[metric] &&
        one[metric] !== (own?.[metric] ?? null),
    );
  return {
    measured: own ? { state: own.state, figures: toFigures(own) } : null,
    imports: said.flatMap((one) => {
      const mark = marks.get(one.importId);
      return mark ? [{ ...mark, state: one.state, figures: toFigures(one), decides: deciding(one) }] : [];
    }),
  };
}

function toFigures({ viewCount, viewUniques, cloneCount, cloneUniques }: Figures): Figures {
  return { viewCount, viewUniques, cloneCount, cloneUniques };
}
