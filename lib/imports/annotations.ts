import type { Transaction } from 'kysely';
import type { Db } from '../db/database.ts';
import { given, insertRows, mergeRows } from '../db/portable.ts';
import type { Tables } from '../db/tables.ts';
import { listStoredGroups, type StoredGroup } from '../groups/contents.ts';
import { isSameName } from '../names.ts';
import type { ImportedAnnotation } from './part.ts';

interface ImportKey {
  tenantId: number;
  importId: number;
}

/** Stores the annotations that an import brings. The same one again replaces it. */
export async function saveImportedAnnotations(
  trx: Transaction<Tables>,
  { tenantId, importId }: ImportKey,
  annotations: readonly ImportedAnnotation[],
): Promise<void> {
  const rows = new Map(
    annotations.map((one) => [
      one.key,
      { tenantId, importId, clientKey: one.key, content: JSON.stringify(one) },
    ]),
  );
  await mergeRows(
    trx,
    {
      into: 'importedAnnotation',
      key: ['tenantId', 'importId', 'clientKey'],
      update: { content: given('content') },
    },
    [...rows.values()],
  );
}

/** How many there are, and how many of them the tenant has already. */
export async function countKnownAnnotations(
  db: Db,
  tenantId: number,
  annotations: readonly ImportedAnnotation[],
): Promise<{ count: number; known: number }> {
  const keys = [...new Set(annotations.map(({ key }) => key))];
  if (keys.length === 0) return { count: 0, known: 0 };
  const { count } = await db
    .selectFrom('annotation')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('tenantId', '=', tenantId)
    .where('clientKey', 'in', keys)
    .executeTakeFirstOrThrow();
  return { count: keys.length, known: count };
}

/**
 * Shows the annotations of an import that is complete, or removes those of one that is taken back. One that is there already, by
 * its key, stays as it is.
 */
export async function decideAnnotations(
  trx: Transaction<Tables>,
  { tenantId, importId }: ImportKey,
  decision: 'apply' | 'remove',
): Promise<void> {
  if (decision === 'remove') {
    await trx
      .deleteFrom('annotation')
      .where('tenantId', '=', tenantId)
      .where('importId', '=', importId)
      .execute();
    await trx
      .deleteFrom('importedAnnotation')
      .where('tenantId', '=', tenantId)
      .where('importId', '=', importId)
      .execute();
  }
  const missing = await trx
    .selectFrom('importedAnnotation as a')
    .innerJoin('import as i', (join) =>
      join.onRef('i.tenantId', '=', 'a.tenantId').onRef('i.importId', '=', 'a.importId'),
    )
    .select(['a.importId', 'a.clientKey', 'a.content', 'i.createdBy'])
    .where('a.tenantId', '=', tenantId)
    .where('i.status', '=', 'complete')
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('annotation as k')
            .select('k.annotationId')
            .whereRef('k.tenantId', '=', 'a.tenantId')
            .whereRef('k.clientKey', '=', 'a.clientKey'),
        ),
      ),
    )
    .orderBy('a.importId')
    .orderBy('a.clientKey')
    .execute();
  if (missing.length === 0) return;
  const groups = await listStoredGroups(trx, tenantId);
  const shown = new Set<string>();
  for (const { clientKey, content, ...rest } of missing)
    if (!shown.has(clientKey)) {
      shown.add(clientKey);
      await show(trx, { tenantId, ...rest, groups }, JSON.parse(content));
    }
}

async function show(
  trx: Transaction<Tables>,
  { tenantId, importId, createdBy, groups }: ImportKey & { createdBy: string; groups: StoredGroup[] },
  { key, from, to, text, link, repositoryIds, group: name, author, createdAt }: ImportedAnnotation,
): Promise<void> {
  const group = name == null ? undefined : groups.find((one) => isSameName(one.name, name));
  const repositories =
    group || repositoryIds === null || repositoryIds.length === 0
      ? []
      : await trx
          .selectFrom('repository')
          .select('repositoryId')
          .where('tenantId', '=', tenantId)
          .where('repositoryId', 'in', repositoryIds)
          .execute();
  // It was about repositories that are gone. What was about a group stays, as when the group is deleted.
  if (name == null && repositoryIds !== null && repositories.length === 0) return;
  const { annotationId } = await trx
    .insertInto('annotation')
    .values({
      tenantId,
      clientKey: key,
      fromDate: from,
      toDate: to,
      note: text,
      link,
      scope: group ? 'group' : repositoryIds === null ? 'all' : 'repositories',
      groupId: group?.groupId ?? null,
      author,
      createdAt,
      createdBy,
      importId,
    })
    .returning('annotationId')
    .executeTakeFirstOrThrow();
  await insertRows(
    trx,
    'annotationRepository',
    repositories.map(({ repositoryId }) => ({ tenantId, annotationId, repositoryId })),
  );
}
