import { createHash } from 'node:crypto';
import type { Selectable, Transaction } from 'kysely';
import type {
  Import,
  ImportDetail,
  ImportedSetting,
  ImportList,
  ImportPartStored,
  ImportProgress,
} from './answers/imports.ts';
import { type Actor, recordAudit } from './audit.ts';
import type { Day } from './day.ts';
import type { Db } from './db/database.ts';
import { insertRows, inTransaction } from './db/portable.ts';
import { type Tables, widthOf } from './db/tables.ts';
import { Failure } from './failure.ts';
import { decideAnnotations, saveImportedAnnotations } from './imports/annotations.ts';
import { whereCounting } from './imports/counting.ts';
import { type ArrivedDay, saveImportedDays, sortOut } from './imports/days.ts';
import { decideItems, findNewestList, saveItems, toItems } from './imports/items.ts';
import { type ImportPart, rowsOf } from './imports/part.ts';
import { listSettings, makeSettings, removeSettings, saveImportedSettings } from './imports/settings.ts';
import { lockTenant } from './locks.ts';
import { plural } from './number-format.ts';
import { requireRepositories, toFullName } from './repositories/repository.ts';
import { notFound } from './request.ts';
import { applyDays, type ImportedHistory, unapplyDays } from './traffic/layers.ts';

/** Where something is imported, and by whom. */
interface Importing {
  tenantId: number;
  by: Actor;
}

/** What a request says of an import before its parts come. */
interface NewImport {
  key: string;
  files: readonly { path: string; size: number; sha256: string; tool: string | null }[];
  /** With the places of its files. */
  repositories: readonly { repositoryId: number; files: readonly number[] }[];
  partCount: number;
}

/** Files that an answer lists. */
const MAX_LISTED = 1000;

type ImportRow = Omit<Selectable<Tables['import']>, 'tenantId' | 'createdBy'> & {
  fileCount: number | null;
  receivedCount: number | null;
};

function selectImports(db: Db, tenantId: number) {
  return db
    .selectFrom('import as i')
    .select(['i.importId', 'i.clientKey', 'i.author', 'i.createdAt', 'i.tools', 'i.status', 'i.partCount'])
    .select(['i.repositoryCount', 'i.dayCount', 'i.firstDate', 'i.lastDate', 'i.finishedAt'])
    .select((eb) => [
      eb
        .selectFrom('importFile as f')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .whereRef('f.tenantId', '=', 'i.tenantId')
        .whereRef('f.importId', '=', 'i.importId')
        .as('fileCount'),
      eb
        .selectFrom('importPart as p')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .whereRef('p.tenantId', '=', 'i.tenantId')
        .whereRef('p.importId', '=', 'i.importId')
        .as('receivedCount'),
    ])
    .where('i.tenantId', '=', tenantId);
}

/** A column that lists words or numbers, as a list. */
const toList = (column: string): string[] => (column === '' ? [] : column.split(','));

function toImport(row: ImportRow): Import {
  const { clientKey, tools, fileCount, receivedCount, ...rest } = row;
  return {
    ...rest,
    key: clientKey,
    tools: toList(tools),
    fileCount: fileCount ?? 0,
    receivedCount: receivedCount ?? 0,
  };
}

/** A page of a tenant's imports, the newest first. Pages count from 1. */
export async function listImports(
  db: Db,
  tenantId: number,
  { page, size }: { page: number; size: number },
): Promise<ImportList> {
  const rows = await selectImports(db, tenantId)
    .orderBy('i.importId', 'desc')
    .limit(size)
    .offset((page - 1) * size)
    .execute();
  const all = await db
    .selectFrom('import')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('tenantId', '=', tenantId)
    .executeTakeFirstOrThrow();
  return { imports: rows.map(toImport), page: { number: page, size, total: all.count } };
}

async function requireImport(db: Db, tenantId: number, importId: number): Promise<Import> {
  const row = await selectImports(db, tenantId).where('i.importId', '=', importId).executeTakeFirst();
  if (!row) throw notFound('import');
  return toImport(row);
}

/** An import with its files and repositories, and which parts have not come. Throws `import_not_found`. */
export async function getImport(db: Db, tenantId: number, importId: number): Promise<ImportDetail> {
  const one = await requireImport(db, tenantId, importId);
  const files = await db
    .selectFrom('importFile')
    .select(['path', 'sizeBytes as size', 'sha256', 'tool'])
    .where('tenantId', '=', tenantId)
    .where('importId', '=', importId)
    .orderBy('fileNumber')
    .limit(MAX_LISTED)
    .execute();
  const repositories = await db
    .selectFrom('importRepository as i')
    .innerJoin('repository as r', (join) =>
      join.onRef('r.tenantId', '=', 'i.tenantId').onRef('r.repositoryId', '=', 'i.repositoryId'),
    )
    .select(['r.repositoryId', 'r.owner', 'r.name', 'i.appliedAt'])
    .where('i.tenantId', '=', tenantId)
    .where('i.importId', '=', importId)
    .orderBy('r.owner')
    .orderBy('r.name')
    .execute();
  return {
    ...one,
    files,
    repositories: repositories.map(({ repositoryId, appliedAt, ...name }) => ({
      repositoryId,
      fullName: toFullName(name),
      applied: appliedAt !== null,
    })),
    settings: await listSettings(db, { tenantId, importId }),
    missingParts: one.status === 'open' ? await listMissingParts(db, tenantId, one) : [],
  };
}

async function listMissingParts(
  db: Db,
  tenantId: number,
  { importId, partCount }: Pick<Import, 'importId' | 'partCount'>,
): Promise<number[]> {
  const rows = await db
    .selectFrom('importPart')
    .select('partNumber')
    .where('tenantId', '=', tenantId)
    .where('importId', '=', importId)
    .execute();
  const received = new Set(rows.map(({ partNumber }) => partNumber));
  return Array.from({ length: partCount }, (_, place) => place + 1).filter((number) => !received.has(number));
}

/**
 * Begins an import under a key that the client made. The same key again answers the same import as it is, so that a client can
 * continue. Throws `repository_not_found` and `tenant_not_found`.
 */
export async function createImport(
  db: Db,
  { tenantId, by, author }: Importing & { author: string },
  request: NewImport,
): Promise<ImportDetail> {
  const importId = await inTransaction(db, async (trx) => {
    await lockTenant(trx, tenantId);
    const stored = await trx
      .selectFrom('import')
      .select('importId')
      .where('tenantId', '=', tenantId)
      .where('clientKey', '=', request.key)
      .executeTakeFirst();
    return stored?.importId ?? (await insertImport(trx, { tenantId, by, author }, request));
  });
  return getImport(db, tenantId, importId);
}

async function insertImport(
  trx: Transaction<Tables>,
  { tenantId, by, author }: Importing & { author: string },
  { key, files, repositories, partCount }: NewImport,
): Promise<number> {
  await requireRepositories(
    trx,
    tenantId,
    repositories.map(({ repositoryId }) => repositoryId),
  );
  const tools = [...new Set(files.flatMap(({ tool }) => tool ?? []))].join(',');
  const { importId } = await trx
    .insertInto('import')
    .values({
      tenantId,
      clientKey: key,
      author,
      createdAt: by.now.toISOString(),
      createdBy: by.email,
      tools: tools.slice(0, widthOf('import', 'tools')),
      status: 'open',
      partCount,
      repositoryCount: repositories.length,
      dayCount: 0,
    })
    .returning('importId')
    .executeTakeFirstOrThrow();
  await insertRows(
    trx,
    'importFile',
    files.map(({ path, size, sha256, tool }, fileNumber) => ({
      tenantId,
      importId,
      fileNumber,
      path,
      sizeBytes: size,
      sha256,
      tool,
    })),
  );
  await insertRows(
    trx,
    'importRepository',
    repositories.map(({ repositoryId, files: places }) => ({
      tenantId,
      importId,
      repositoryId,
      fileNumbers: toColumn(places),
    })),
  );
  const detail = `${plural(repositories.length, 'repository', 'repositories')} from ${plural(files.length, 'file')}`;
  await recordAudit(trx, by, { tenantId, kind: 'import_created', subject: tools || 'files', detail });
  return importId;
}

/** As many numbers as the column holds. */
function toColumn(places: readonly number[]): string {
  const text = places.join(',');
  const width = widthOf('importRepository', 'fileNumbers');
  return text.length <= width ? text : text.slice(0, text.lastIndexOf(',', width));
}

/** Locks an import until the transaction ends. Throws `import_not_found`. */
async function lockImport(trx: Transaction<Tables>, tenantId: number, importId: number) {
  const row = await trx
    .selectFrom('import')
    .select(['status', 'dayCount', 'firstDate', 'lastDate', 'partCount', 'createdAt', 'tools'])
    .where('tenantId', '=', tenantId)
    .where('importId', '=', importId)
    .forUpdate()
    .executeTakeFirst();
  if (!row) throw notFound('import');
  return row;
}

const notOpen = (status: Import['status']) =>
  new Failure('import_not_open', `This import is ${status}. Begin a new one.`, { status });

/**
 * Stores a part of an open import. Nothing of it counts before the import is complete. The same part again changes nothing. Throws
 * `import_not_found`, `import_not_open`, `import_part_differs` if another part had that number, and `repository_not_found` for a
 * repository that the import does not name.
 */
export async function storePart(
  db: Db,
  { tenantId, by }: Importing,
  { importId, number, part }: { importId: number; number: number; part: ImportPart },
): Promise<ImportPartStored> {
  const checksum = createHash('sha256').update(JSON.stringify(part)).digest('hex');
  return inTransaction(db, async (trx) => {
    const stored = await lockImport(trx, tenantId, importId);
    const before = await trx
      .selectFrom('importPart')
      .select(['checksum', 'rowCount'])
      .where('tenantId', '=', tenantId)
      .where('importId', '=', importId)
      .where('partNumber', '=', number)
      .executeTakeFirst();
    if (before && before.checksum !== checksum)
      throw new Failure(
        'import_part_differs',
        `Part ${number} has come with other rows: the files have changed. Discard this import and begin a new one.`,
      );
    if (before)
      return {
        importId,
        number,
        rows: before.rowCount,
        alreadyStored: true,
        leftOut: [],
        removedRepositoryIds: [],
      };
    if (stored.status !== 'open') throw notOpen(stored.status);
    if (number > stored.partCount)
      throw new Failure('invalid_input', `number: this import has ${plural(stored.partCount, 'part')}.`);
    const { known, removed } = await sortRepositories(trx, { tenantId, importId }, part);
    const { days, leftOut } = sortOut(known, by.now);
    await saveImportedDays(trx, { tenantId, importId }, days);
    await saveItems(
      trx,
      known.flatMap((one) =>
        toItems(one).map((item) => ({ tenantId, importId, repositoryId: one.repositoryId, ...item })),
      ),
    );
    await saveImportedSettings(trx, { tenantId, importId }, part);
    await saveImportedAnnotations(trx, { tenantId, importId }, part.annotations ?? []);
    await insertRows(trx, 'importPart', [
      {
        tenantId,
        importId,
        partNumber: number,
        checksum,
        rowCount: rowsOf(part),
        storedAt: by.now.toISOString(),
      },
    ]);
    await trx
      .updateTable('import')
      .set({ dayCount: stored.dayCount + days.length, ...toSpan(stored, days) })
      .where('tenantId', '=', tenantId)
      .where('importId', '=', importId)
      .execute();
    return {
      importId,
      number,
      rows: rowsOf(part),
      alreadyStored: false,
      leftOut,
      removedRepositoryIds: removed,
    };
  });
}

function toSpan(
  { firstDate, lastDate }: { firstDate: Day | null; lastDate: Day | null },
  days: readonly ArrivedDay[],
) {
  let first = firstDate;
  let last = lastDate;
  for (const { trafficDate } of days) {
    if (first === null || trafficDate < first) first = trafficDate;
    if (last === null || trafficDate > last) last = trafficDate;
  }
  return { firstDate: first, lastDate: last };
}

/** The repositories of a part that are still there, and the ids of those that were removed since the import began. */
async function sortRepositories(
  trx: Transaction<Tables>,
  { tenantId, importId }: { tenantId: number; importId: number },
  part: ImportPart,
) {
  const rows = await trx
    .selectFrom('importRepository as i')
    .innerJoin('repository as r', (join) =>
      join.onRef('r.tenantId', '=', 'i.tenantId').onRef('r.repositoryId', '=', 'i.repositoryId'),
    )
    .select(['r.repositoryId', 'r.createdDate'])
    .where('i.tenantId', '=', tenantId)
    .where('i.importId', '=', importId)
    .execute();
  const created = new Map(rows.map(({ repositoryId, createdDate }) => [repositoryId, createdDate]));
  const { repositoryCount } = await requireImport(trx, tenantId, importId);
  const removed = part.repositories.filter(({ repositoryId }) => !created.has(repositoryId));
  // Without a removal, all that the import named are there, so that another id was never named.
  if (removed.length > repositoryCount - rows.length) throw notFound('repository');
  const known = part.repositories.flatMap((one) => {
    const createdDate = created.get(one.repositoryId);
    return createdDate === undefined ? [] : [{ ...one, createdDate }];
  });
  return { known, removed: removed.map(({ repositoryId }) => repositoryId) };
}

/**
 * Lets an import count, repository by repository, while `isTime` says so. Call it again until it is done. Throws
 * `import_not_found`, `import_incomplete` while parts are missing, and `import_not_open` once it was taken back.
 */
export async function completeImport(
  db: Db,
  { tenantId, by }: Importing,
  importId: number,
  isTime: () => boolean,
): Promise<ImportProgress> {
  await inTransaction(db, async (trx) => {
    const { status, partCount } = await lockImport(trx, tenantId, importId);
    if (status === 'complete' || status === 'completing') return;
    if (status !== 'open') throw notOpen(status);
    const missing = await listMissingParts(trx, tenantId, { importId, partCount });
    if (missing.length > 0)
      throw new Failure(
        'import_incomplete',
        `Parts are missing: ${plural(missing.length, 'part')}. Send them first.`,
        {
          missingParts: missing,
        },
      );
    await setStatus(trx, { tenantId, importId }, { status: 'completing' });
  });
  const left = await eachRepository(db, { tenantId, importId, applied: false }, isTime, apply(by));
  if (left === 0) await finish(db, { tenantId, by }, importId, 'complete');
  return {
    import: await requireImport(db, tenantId, importId),
    done: left === 0,
    repositoriesLeft: left,
    settings: left === 0 ? await listSettings(db, { tenantId, importId }) : [],
  };
}

/**
 * Removes an import, whether it counts or not, repository by repository, while `isTime` says so: what is left is what would be
 * there without it. Call it again until it is done. Its entry stays. Throws `import_not_found`.
 */
export async function takeBackImport(
  db: Db,
  { tenantId, by }: Importing,
  importId: number,
  isTime: () => boolean,
): Promise<ImportProgress> {
  await inTransaction(db, async (trx) => {
    const { status } = await lockImport(trx, tenantId, importId);
    if (status !== 'taken back') await setStatus(trx, { tenantId, importId }, { status: 'taking back' });
  });
  const left = await eachRepository(db, { tenantId, importId, applied: null }, isTime, remove);
  const settings = left === 0 ? await finish(db, { tenantId, by }, importId, 'taken back') : [];
  return {
    import: await requireImport(db, tenantId, importId),
    done: left === 0,
    repositoriesLeft: left,
    settings,
  };
}

type Work = (trx: Transaction<Tables>, history: ImportedHistory, fullName: string) => Promise<void>;

/** Works through an import's repositories that are not applied, or through all, each in its own transaction. Returns how many are left. */
async function eachRepository(
  db: Db,
  { tenantId, importId, applied }: { tenantId: number; importId: number; applied: false | null },
  isTime: () => boolean,
  work: Work,
): Promise<number> {
  let query = db
    .selectFrom('importRepository')
    .select('repositoryId')
    .where('tenantId', '=', tenantId)
    .where('importId', '=', importId);
  if (applied === false) query = query.where('appliedAt', 'is', null);
  const rows = await query.orderBy('repositoryId').execute();
  let done = 0;
  for (const { repositoryId } of rows) {
    // One at least, so that each call comes further.
    if (done > 0 && !isTime()) break;
    await inTransaction(db, async (trx) => {
      const row = await trx
        .selectFrom('repository')
        .select(['owner', 'name'])
        .where('tenantId', '=', tenantId)
        .where('repositoryId', '=', repositoryId)
        .forUpdate()
        .executeTakeFirst();
      if (row) await work(trx, { tenantId, repositoryId, importId }, toFullName(row));
    });
    done += 1;
  }
  return rows.length - done;
}

const apply =
  ({ now }: Actor): Work =>
  async (trx, history, fullName) => {
    if (!(await setApplied(trx, history, now.toISOString()))) return;
    await applyDays(trx, history);
    await decideItems(trx, history, fullName);
    await setImportedThrough(trx, history);
  };

const remove: Work = async (trx, history, fullName) => {
  const { tenantId, repositoryId, importId } = history;
  await setApplied(trx, history, null);
  await unapplyDays(trx, history);
  await decideItems(trx, history, fullName);
  for (const table of ['importedDay', 'importedItem', 'importRepository'] as const)
    await trx
      .deleteFrom(table)
      .where('tenantId', '=', tenantId)
      .where('repositoryId', '=', repositoryId)
      .where('importId', '=', importId)
      .execute();
  await setImportedThrough(trx, history);
};

/** Returns false if somebody else has applied it, or if it is being taken back. */
async function setApplied(
  trx: Transaction<Tables>,
  { tenantId, repositoryId, importId }: ImportedHistory,
  appliedAt: string | null,
): Promise<boolean> {
  const { status } = await lockImport(trx, tenantId, importId);
  if (appliedAt !== null && status !== 'completing') return false;
  const { numUpdatedRows } = await trx
    .updateTable('importRepository')
    .set({ appliedAt })
    .where('tenantId', '=', tenantId)
    .where('repositoryId', '=', repositoryId)
    .where('importId', '=', importId)
    .$if(appliedAt !== null, (query) => query.where('appliedAt', 'is', null))
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Notes the newest imported day or list of a repository, so that collections know when to look for any. */
async function setImportedThrough(
  trx: Transaction<Tables>,
  { tenantId, repositoryId }: ImportedHistory,
): Promise<void> {
  const row = await trx
    .selectFrom('importedDay as d')
    .innerJoin('importRepository as r', whereCounting)
    .select(({ fn }) => fn.max<Day | null>('d.trafficDate').as('newest'))
    .where('d.tenantId', '=', tenantId)
    .where('d.repositoryId', '=', repositoryId)
    .executeTakeFirst();
  const list = await findNewestList(trx, { tenantId, repositoryId });
  const importedThrough = [row?.newest ?? '', list ?? ''].sort().at(-1) || null;
  await trx
    .updateTable('repository')
    .set({ importedThrough })
    .where('tenantId', '=', tenantId)
    .where('repositoryId', '=', repositoryId)
    .execute();
}

async function setStatus(
  trx: Transaction<Tables>,
  { tenantId, importId }: { tenantId: number; importId: number },
  change: { status: Import['status']; finishedAt?: string },
): Promise<void> {
  await trx
    .updateTable('import')
    .set(change)
    .where('tenantId', '=', tenantId)
    .where('importId', '=', importId)
    .execute();
}

/** Notes that an import is complete or taken back, once. Returns the groups and dashboards that stay although it is taken back. */
async function finish(
  db: Db,
  { tenantId, by }: Importing,
  importId: number,
  status: 'complete' | 'taken back',
): Promise<ImportedSetting[]> {
  return inTransaction(db, async (trx) => {
    await lockTenant(trx, tenantId);
    const stored = await lockImport(trx, tenantId, importId);
    const isDue = stored.status === (status === 'complete' ? 'completing' : 'taking back');
    if (!isDue) return [];
    const key = { tenantId, importId };
    await setStatus(trx, key, { status, finishedAt: by.now.toISOString() });
    if (status === 'complete') await makeSettings(trx, key, by);
    await decideAnnotations(trx, key, status === 'complete' ? 'apply' : 'remove');
    const staying = status === 'taken back' ? await removeSettings(trx, key, by) : [];
    if (status === 'taken back')
      await trx
        .deleteFrom('importPart')
        .where('tenantId', '=', tenantId)
        .where('importId', '=', importId)
        .execute();
    const kind = status === 'complete' ? 'import_completed' : 'import_taken_back';
    const span = stored.firstDate === null ? '' : `, ${stored.firstDate} to ${stored.lastDate}`;
    const detail = `${plural(stored.dayCount, 'day')} of repositories${span}`;
    await recordAudit(trx, by, { tenantId, kind, subject: stored.tools || 'files', detail });
    return staying;
  });
}
