import type { Transaction } from 'kysely';
import type { Day } from '../day.ts';
import type { Db } from '../db/database.ts';
import { given, mergeRows } from '../db/portable.ts';
import type { Tables } from '../db/tables.ts';
import { whereCounting } from '../imports/counting.ts';
import { type EffectiveDay, type ImportedDay, toEffectiveDay } from '../imports/effective.ts';
import { METRICS, sameFigures } from './figures.ts';
import type { TrafficDay } from './merge.ts';

/*
 * What counts of a day is in `trafficDay`. Below it lie two layers: our own measurement, and what each import says
 * (`importedDay`). Our own layer is the rows of `trafficDay` without an import, and `collectedDay` for the days that an import
 * decided. `toEffectiveDay` makes the one out of the two.
 */

/** A repository's row, with the repository. */
type Of<Row> = Row & { repositoryId: number };

/** Days of a span of some repositories. */
interface LayerSpan {
  tenantId: number;
  repositoryIds: readonly number[];
  from: Day;
  to: Day;
}

/** Our own measurement of the days of a span that imports decided, and of earlier ones that are unfinished. */
export function listCollectedDays(
  db: Db,
  { tenantId, repositoryIds, from, to }: LayerSpan,
): Promise<Of<TrafficDay>[]> {
  return db
    .selectFrom('collectedDay')
    .select(['repositoryId', 'trafficDate', ...METRICS, 'state', 'observedAt'])
    .where('tenantId', '=', tenantId)
    .where('repositoryId', 'in', repositoryIds)
    .where(({ eb, or }) => or([eb('trafficDate', '>=', from), eb('state', '=', 'provisional')]))
    .where('trafficDate', '<=', to)
    .execute();
}

/** What the imports that count say of the days of a span. */
export function listImportedDays(
  db: Db,
  { tenantId, repositoryIds, from, to }: LayerSpan,
): Promise<Of<ImportedDay & { trafficDate: Day }>[]> {
  return db
    .selectFrom('importedDay as d')
    .innerJoin('importRepository as r', whereCounting)
    .innerJoin('import as i', (join) =>
      join.onRef('i.tenantId', '=', 'd.tenantId').onRef('i.importId', '=', 'd.importId'),
    )
    .select(['d.repositoryId', 'd.trafficDate', 'd.importId', 'd.state'])
    .select(METRICS.map((metric) => `d.${metric}` as const))
    .select(({ fn }) => fn.coalesce('d.observedAt', 'i.createdAt').as('observedAt'))
    .where('d.tenantId', '=', tenantId)
    .where('d.repositoryId', 'in', repositoryIds)
    .where('d.trafficDate', '>=', from)
    .where('d.trafficDate', '<=', to)
    .execute();
}

/** The values of a repository's days, by date. */
export function byDate<Row extends { trafficDate: Day }>(rows: readonly Row[]): Map<Day, Row[]> {
  const days = new Map<Day, Row[]>();
  for (const row of rows) days.set(row.trafficDate, [...(days.get(row.trafficDate) ?? []), row]);
  return days;
}

/** A day as it will count, and our own measurement of it, if there is one. */
interface LayeredDay {
  repositoryId: number;
  effective: EffectiveDay;
  own: TrafficDay | undefined;
}

const figuresGiven = Object.fromEntries(METRICS.map((metric) => [metric, given(metric)]));

/** Stores days as they count. */
export async function saveEffectiveDays(
  trx: Transaction<Tables>,
  tenantId: number,
  days: readonly Of<EffectiveDay>[],
): Promise<void> {
  await mergeRows(
    trx,
    {
      into: 'trafficDay',
      key: ['tenantId', 'repositoryId', 'trafficDate'],
      update: {
        ...figuresGiven,
        state: given('state'),
        observedAt: given('observedAt'),
        importId: given('importId'),
      },
    },
    days.map((day) => ({ tenantId, ...day })),
  );
}

/** Stores days that we measured, of repositories with imported days around them. */
export async function saveLayeredDays(
  trx: Transaction<Tables>,
  tenantId: number,
  days: readonly Of<TrafficDay>[],
): Promise<void> {
  const dates = days.map(({ trafficDate }) => trafficDate).sort();
  const [from] = dates;
  const to = dates.at(-1);
  if (from === undefined || to === undefined) return;
  const repositoryIds = [...new Set(days.map(({ repositoryId }) => repositoryId))];
  const imported = await listImportedDays(trx, { tenantId, repositoryIds, from, to });
  const layered = days.map(({ repositoryId, ...own }): LayeredDay => {
    const heard = imported.filter(
      (one) => one.repositoryId === repositoryId && one.trafficDate === own.trafficDate,
    );
    const effective = toEffectiveDay(own.trafficDate, own, heard) ?? { ...own, importId: null };
    return { repositoryId, effective, own };
  });
  await saveEffectiveDays(
    trx,
    tenantId,
    layered.map(({ repositoryId, effective }) => ({ repositoryId, ...effective })),
  );
  await saveCollectedDays(trx, tenantId, layered);
}

/** Keeps our own measurement of the days that imports decide, and only of those. */
async function saveCollectedDays(
  trx: Transaction<Tables>,
  tenantId: number,
  days: readonly LayeredDay[],
): Promise<void> {
  const kept = days.flatMap(({ repositoryId, effective, own }) =>
    effective.importId !== null && own ? [{ tenantId, repositoryId, ...toOwn(own) }] : [],
  );
  const bare = days.filter(({ effective }) => effective.importId === null);
  await mergeRows(
    trx,
    {
      into: 'collectedDay',
      key: ['tenantId', 'repositoryId', 'trafficDate'],
      update: { ...figuresGiven, state: given('state'), observedAt: given('observedAt') },
    },
    kept,
  );
  for (const repositoryId of new Set(bare.map((day) => day.repositoryId))) {
    const dates = bare
      .filter((day) => day.repositoryId === repositoryId)
      .map(({ effective }) => effective.trafficDate);
    for (let start = 0; start < dates.length; start += DATES)
      await trx
        .deleteFrom('collectedDay')
        .where('tenantId', '=', tenantId)
        .where('repositoryId', '=', repositoryId)
        .where('trafficDate', 'in', dates.slice(start, start + DATES))
        .execute();
  }
}

/** Dates that one statement names. */
const DATES = 1000;

function toOwn(day: TrafficDay): TrafficDay {
  const { trafficDate, viewCount, viewUniques, cloneCount, cloneUniques, state, observedAt } = day;
  return { trafficDate, viewCount, viewUniques, cloneCount, cloneUniques, state, observedAt };
}

/** An import's values of a repository. */
export interface ImportedHistory {
  tenantId: number;
  repositoryId: number;
  importId: number;
}

/** Lets an import's days of a repository count. It is marked as applied already. The caller holds the repository's row. */
export async function applyDays(trx: Transaction<Tables>, history: ImportedHistory): Promise<void> {
  const span = await findSpan(trx, history);
  if (!span) return;
  const known = await listEffectiveDays(trx, span);
  if (known.length > 0) {
    const imported = byDate(await listImportedDays(trx, span));
    const named = known.filter(({ trafficDate }) =>
      imported.get(trafficDate)?.some(({ importId }) => importId === history.importId),
    );
    await decideAgain(trx, span, named, imported);
  }
  await insertAlone(trx, history, known.length > 0 ? 'some are known' : 'none is known');
}

/** Where nothing else is known of a day, the imported value counts as it is. */
async function insertAlone(
  trx: Transaction<Tables>,
  { tenantId, repositoryId, importId }: ImportedHistory,
  others: 'some are known' | 'none is known',
): Promise<void> {
  await trx
    .insertInto('trafficDay')
    .columns(['tenantId', 'repositoryId', 'trafficDate', ...METRICS, 'state', 'observedAt', 'importId'])
    .expression((eb) =>
      eb
        .selectFrom('importedDay as d')
        .innerJoin('import as i', (join) =>
          join.onRef('i.tenantId', '=', 'd.tenantId').onRef('i.importId', '=', 'd.importId'),
        )
        .select(['d.tenantId', 'd.repositoryId', 'd.trafficDate'])
        .select(METRICS.map((metric) => `d.${metric}` as const))
        .select('d.state')
        .select(({ fn }) => fn.coalesce('d.observedAt', 'i.createdAt').as('observedAt'))
        .select('d.importId')
        .where('d.tenantId', '=', tenantId)
        .where('d.repositoryId', '=', repositoryId)
        .where('d.importId', '=', importId)
        .$if(others === 'some are known', (query) =>
          query.where(({ not, exists, selectFrom }) =>
            not(
              exists(
                selectFrom('trafficDay as t')
                  .select('t.trafficDate')
                  .whereRef('t.tenantId', '=', 'd.tenantId')
                  .whereRef('t.repositoryId', '=', 'd.repositoryId')
                  .whereRef('t.trafficDate', '=', 'd.trafficDate'),
              ),
            ),
          ),
        ),
    )
    .execute();
}

/**
 * Takes an import's days of a repository out of what counts. It is no longer marked as applied, and its days are still stored. The
 * caller holds the repository's row.
 */
export async function unapplyDays(trx: Transaction<Tables>, history: ImportedHistory): Promise<void> {
  const span = await findSpan(trx, history);
  if (!span) return;
  const imported = byDate(await listImportedDays(trx, span));
  const collected = await listCollectedDays(trx, span);
  // Of most days, nothing else is known: they need not be read.
  const others = new Set([...imported.keys(), ...collected.map(({ trafficDate }) => trafficDate)]);
  if (others.size > 0) {
    const decided = (await listEffectiveDays(trx, span)).filter(
      ({ trafficDate, importId }) => importId !== null && others.has(trafficDate),
    );
    await decideAgain(trx, span, decided, imported);
  }
  await trx
    .deleteFrom('trafficDay')
    .where('tenantId', '=', history.tenantId)
    .where('repositoryId', '=', history.repositoryId)
    .where('importId', '=', history.importId)
    .execute();
}

/** The first and the last day that an import has of a repository; null without any. */
async function findSpan(
  db: Db,
  { tenantId, repositoryId, importId }: ImportedHistory,
): Promise<RepositorySpan | null> {
  const row = await db
    .selectFrom('importedDay')
    .select(({ fn }) => [
      fn.min<Day | null>('trafficDate').as('from'),
      fn.max<Day | null>('trafficDate').as('to'),
    ])
    .where('tenantId', '=', tenantId)
    .where('repositoryId', '=', repositoryId)
    .where('importId', '=', importId)
    .executeTakeFirst();
  return row?.from && row.to ? { tenantId, repositoryIds: [repositoryId], from: row.from, to: row.to } : null;
}

/** A span of one repository. */
interface RepositorySpan extends LayerSpan {
  repositoryIds: readonly [number];
}

function listEffectiveDays(
  db: Db,
  { tenantId, repositoryIds, from, to }: RepositorySpan,
): Promise<EffectiveDay[]> {
  return db
    .selectFrom('trafficDay')
    .select(['trafficDate', ...METRICS, 'state', 'observedAt', 'importId'])
    .where('tenantId', '=', tenantId)
    .where('repositoryId', '=', repositoryIds[0])
    .where('trafficDate', '>=', from)
    .where('trafficDate', '<=', to)
    .execute();
}

/** Decides days anew, from our own measurement and the imports that count. Days that nothing knows any more stay as they are. */
async function decideAgain(
  trx: Transaction<Tables>,
  span: RepositorySpan,
  rows: readonly EffectiveDay[],
  imported: ReadonlyMap<Day, readonly ImportedDay[]>,
): Promise<void> {
  if (rows.length === 0) return;
  const { tenantId } = span;
  const [repositoryId] = span.repositoryIds;
  const collected = byDate(await listCollectedDays(trx, span));
  const changed = rows.flatMap((row) => {
    const own = row.importId === null ? row : collected.get(row.trafficDate)?.[0];
    const effective = toEffectiveDay(row.trafficDate, own, imported.get(row.trafficDate) ?? []);
    return effective && !isSame(row, effective) ? [{ repositoryId, effective, own }] : [];
  });
  if (changed.length === 0) return;
  await saveEffectiveDays(
    trx,
    tenantId,
    changed.map(({ effective }) => ({ repositoryId, ...effective })),
  );
  await saveCollectedDays(trx, tenantId, changed);
}

function isSame(one: EffectiveDay, other: EffectiveDay): boolean {
  const { state, importId, observedAt } = one;
  const isAlike = state === other.state && importId === other.importId && observedAt === other.observedAt;
  return isAlike && sameFigures(one, other);
}

/** Decides all days of a tenant on a date anew, after something changed our own measurement of them. */
export async function decideDate(trx: Transaction<Tables>, tenantId: number, date: Day): Promise<void> {
  const rows = await trx
    .selectFrom('trafficDay as t')
    .select(['t.repositoryId', 't.trafficDate', 't.state', 't.observedAt', 't.importId'])
    .select(METRICS.map((metric) => `t.${metric}` as const))
    .where('t.tenantId', '=', tenantId)
    .where('t.trafficDate', '=', date)
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('importedDay as d')
          .select('d.importId')
          .whereRef('d.tenantId', '=', 't.tenantId')
          .whereRef('d.repositoryId', '=', 't.repositoryId')
          .whereRef('d.trafficDate', '=', 't.trafficDate'),
      ),
    )
    .execute();
  for (const { repositoryId, ...row } of rows) {
    const span: RepositorySpan = { tenantId, repositoryIds: [repositoryId], from: date, to: date };
    await decideAgain(trx, span, [row], byDate(await listImportedDays(trx, span)));
  }
}
