import type { Selectable, Transaction } from 'kysely';
import type { TenantAccess } from './access.ts';
import type { Annotation, AnnotationList } from './answers/annotations.ts';
import { type Actor, recordAudit } from './audit.ts';
import { addDays, type Day, toDay, toDayAndMonth } from './day.ts';
import type { Db } from './db/database.ts';
import { insertRows, inTransaction, sqlContains } from './db/portable.ts';
import type { Tables } from './db/tables.ts';
import type { ExportRow } from './exports/format.ts';
import { Failure } from './failure.ts';
import { listStoredGroups, readContents } from './groups/contents.ts';
import { lockTenant } from './locks.ts';
import { plural } from './number-format.ts';
import { toFullName } from './repositories/repository.ts';
import { notFound } from './request.ts';

/** What a request says of an annotation. */
export interface AnnotationContent {
  date: Day;
  /** The last day; undefined for one day. */
  to?: Day | undefined;
  text: string;
  link: string | null;
  /** Only for these repositories, or for those of a group; for all of the tenant's without either. */
  repositoryIds?: readonly number[] | undefined;
  groupId?: number | undefined;
}

/** What a request changes of an annotation; with `forAll`, it is for all repositories from then on. */
export type AnnotationChange = {
  [Field in keyof AnnotationContent]?: AnnotationContent[Field] | undefined;
} & {
  forAll?: true | undefined;
};

/** Where an annotation is saved, and by whom. */
interface Saving {
  tenantId: number;
  by: Actor;
}

const MAX_ANNOTATIONS = 2000;
/** Repositories that an answer names. */
const MAX_NAMED = 20;
/** A launch may be planned, but a year that was mistyped is refused. */
const MAX_DAYS_AHEAD = 366;

type AnnotationRow = Omit<Selectable<Tables['annotation']>, 'tenantId' | 'createdBy' | 'importId'>;

function selectAnnotations(db: Db, tenantId: number) {
  return db
    .selectFrom('annotation')
    .select(['annotationId', 'clientKey', 'fromDate', 'toDate', 'note', 'link', 'scope', 'groupId'])
    .select(['author', 'createdAt'])
    .where('tenantId', '=', tenantId)
    .orderBy('fromDate', 'desc')
    .orderBy('annotationId', 'desc');
}

/** Which annotations to list. Pages count from 1. */
export interface AnnotationRequest {
  /** Only those with a day from then on, and until then. */
  from?: Day | undefined;
  to?: Day | undefined;
  /** Only those whose text contains this. */
  q?: string | undefined;
  page: number;
  size: number;
}

/** A page of the annotations that the access may see: those for all, and those of its repositories. The latest day first. */
export async function listAnnotations(
  db: Db,
  access: TenantAccess,
  { q, page, size, ...span }: AnnotationRequest,
): Promise<AnnotationList> {
  const found = await listVisible(db, access, { q, ...span });
  return {
    annotations: found.slice((page - 1) * size, page * size),
    page: { number: page, size, total: found.length },
  };
}

/** The annotations of the days of a span that the access may see. */
export function listAnnotationsOf(
  db: Db,
  access: TenantAccess,
  { from, to }: { from: Day; to: Day },
): Promise<Annotation[]> {
  return listVisible(db, access, { from, to });
}

async function listVisible(
  db: Db,
  access: TenantAccess,
  { from, to, q }: Omit<AnnotationRequest, 'page' | 'size'>,
): Promise<Annotation[]> {
  let query = selectAnnotations(db, access.tenantId);
  if (from) query = query.where('toDate', '>=', from);
  if (to) query = query.where('fromDate', '<=', to);
  if (q?.trim()) query = query.where(sqlContains('note', q.trim()));
  return toVisible(db, access, await query.execute());
}

/** All annotations that the access may see, by day and key, with the GitHub ids of the repositories that each names. */
export async function exportAnnotations(db: Db, access: TenantAccess): Promise<ExportRow<'annotations'>[]> {
  const rows = await selectAnnotations(db, access.tenantId).execute();
  const visible = new Map(
    (await toVisible(db, access, rows)).map((annotation) => [annotation.annotationId, annotation]),
  );
  const named = await listNamed(db, access, rows);
  const ids = await listGithubIds(db, access.tenantId);
  const inOrder = rows.sort((one, other) =>
    `${one.fromDate} ${one.clientKey}` < `${other.fromDate} ${other.clientKey}` ? -1 : 1,
  );
  return inOrder.flatMap(({ annotationId, clientKey, fromDate, toDate, note, ...row }) => {
    const annotation = visible.get(annotationId);
    if (!annotation) return [];
    const repositories = named.get(annotationId)?.flatMap(({ repositoryId }) => ids.get(repositoryId) ?? []);
    return [
      {
        key: clientKey,
        from: fromDate,
        to: toDate,
        text: note,
        link: row.link,
        scope: row.scope,
        group: annotation.group?.name ?? null,
        repositories: repositories?.sort((one, other) => one - other).join(' ') || null,
        author: row.author,
        createdAt: row.createdAt,
      },
    ];
  });
}

async function listGithubIds(db: Db, tenantId: number): Promise<Map<number, number>> {
  const rows = await db
    .selectFrom('repository')
    .select(['repositoryId', 'githubId'])
    .where('tenantId', '=', tenantId)
    .execute();
  return new Map(rows.map(({ repositoryId, githubId }) => [repositoryId, githubId]));
}

/** Throws `annotation_not_found`. */
async function getAnnotation(db: Db, access: TenantAccess, annotationId: number): Promise<Annotation> {
  const rows = await selectAnnotations(db, access.tenantId)
    .where('annotationId', '=', annotationId)
    .execute();
  const [annotation] = await toVisible(db, access, rows);
  if (!annotation) throw notFound('annotation');
  return annotation;
}

/** Those of the rows that the access may see, as answers. */
async function toVisible(
  db: Db,
  access: TenantAccess,
  rows: readonly AnnotationRow[],
): Promise<Annotation[]> {
  const named = await listNamed(db, access, rows);
  const groups = await readGroups(db, access, rows);
  return rows.flatMap((row) => {
    const repositories = named.get(row.annotationId) ?? [];
    const group = row.groupId === null ? undefined : groups.get(row.groupId);
    const isVisible =
      access.repositoryIds === null ||
      row.scope === 'all' ||
      (row.scope === 'group' ? group?.isVisible : repositories.length > 0);
    if (!isVisible) return [];
    const { annotationId, fromDate, toDate, note, link, scope, author, createdAt } = row;
    return [
      {
        annotationId,
        date: fromDate,
        to: toDate,
        text: note,
        link,
        scope,
        group: group && row.groupId !== null ? { groupId: row.groupId, name: group.name } : null,
        repositories: repositories.slice(0, MAX_NAMED),
        repositoryCount: repositories.length,
        author,
        createdAt,
      },
    ];
  });
}

/** The repositories that annotations name, as far as the access may see them. */
async function listNamed(db: Db, { tenantId, repositoryIds }: TenantAccess, rows: readonly AnnotationRow[]) {
  const ids = rows.flatMap(({ scope, annotationId }) => (scope === 'repositories' ? [annotationId] : []));
  const named = new Map<number, Annotation['repositories']>(ids.map((id) => [id, []]));
  if (ids.length === 0 || repositoryIds?.length === 0) return named;
  const links = await db
    .selectFrom('annotationRepository as a')
    .innerJoin('repository as r', (join) =>
      join.onRef('r.tenantId', '=', 'a.tenantId').onRef('r.repositoryId', '=', 'a.repositoryId'),
    )
    .select(['a.annotationId', 'r.repositoryId', 'r.owner', 'r.name'])
    .where('a.tenantId', '=', tenantId)
    .where('a.annotationId', 'in', ids)
    .$if(repositoryIds !== null, (query) => query.where('a.repositoryId', 'in', repositoryIds ?? []))
    .orderBy('r.owner')
    .orderBy('r.name')
    .execute();
  for (const { annotationId, repositoryId, ...name } of links)
    named.get(annotationId)?.push({ repositoryId, fullName: toFullName(name) });
  return named;
}

/** The groups of annotations, and whether the access sees any of their repositories. */
async function readGroups(db: Db, access: TenantAccess, rows: readonly AnnotationRow[]) {
  const ids = [...new Set(rows.flatMap(({ groupId }) => groupId ?? []))];
  if (ids.length === 0) return new Map<number, { name: string; isVisible: boolean }>();
  const groups = await listStoredGroups(db, access.tenantId, ids);
  const contents = access.repositoryIds === null ? null : await readContents(db, access, groups);
  return new Map(
    groups.map(({ groupId, name }) => {
      const count = contents?.get(groupId)?.repositoryIds.length ?? 0;
      return [groupId, { name, isVisible: contents === null || count > 0 }];
    }),
  );
}

/**
 * Saves an annotation under a key that the client made. The same key again changes the same annotation, so a request can be
 * repeated. Throws `invalid_input`, `range_reversed`, `repository_not_found`, `group_not_found`, `too_many_annotations` and
 * `tenant_not_found`.
 */
export async function saveAnnotation(
  db: Db,
  { tenantId, by, author }: Saving & { author: string },
  { key, ...content }: AnnotationContent & { key: string },
): Promise<Annotation> {
  const access: TenantAccess = { tenantId, repositoryIds: null };
  const annotationId = await inTransaction(db, async (trx) => {
    await lockTenant(trx, tenantId);
    const [stored] = await selectAnnotations(trx, tenantId).where('clientKey', '=', key).execute();
    if (stored) {
      await changeStored(trx, { tenantId, by }, stored.annotationId, content);
      return stored.annotationId;
    }
    const columns = await toColumns(trx, { tenantId, by }, content);
    await requireRoom(trx, tenantId);
    const inserted = await trx
      .insertInto('annotation')
      .values({
        tenantId,
        clientKey: key,
        ...columns,
        author,
        createdAt: by.now.toISOString(),
        createdBy: by.email,
      })
      .returning('annotationId')
      .executeTakeFirstOrThrow();
    await saveRepositories(trx, tenantId, inserted.annotationId, content.repositoryIds);
    const created = await getAnnotation(trx, access, inserted.annotationId);
    await auditAnnotation(trx, { tenantId, by }, 'annotation_created', created);
    return inserted.annotationId;
  });
  return getAnnotation(db, access, annotationId);
}

/**
 * Changes the fields that a request gives. `repositoryIds`, `groupId` or `forAll` change what the annotation is for.
 * Throws what `saveAnnotation` throws, and `annotation_not_found`.
 */
export async function updateAnnotation(
  db: Db,
  saving: Saving,
  annotationId: number,
  change: AnnotationChange,
): Promise<Annotation> {
  const access: TenantAccess = { tenantId: saving.tenantId, repositoryIds: null };
  await inTransaction(db, async (trx) => {
    await lockTenant(trx, saving.tenantId);
    const before = await getAnnotation(trx, access, annotationId);
    const isMoved = change.forAll || change.repositoryIds || change.groupId !== undefined;
    const scope = isMoved ? change : await readScope(trx, saving.tenantId, before);
    const { date = before.date, text = before.text, link = before.link } = change;
    await changeStored(trx, saving, annotationId, {
      date,
      to: change.to ?? (change.date === undefined ? before.to : change.date),
      text,
      link,
      repositoryIds: scope.repositoryIds,
      groupId: scope.groupId,
    });
  });
  return getAnnotation(db, access, annotationId);
}

/** What a stored annotation is for. */
async function readScope(
  trx: Transaction<Tables>,
  tenantId: number,
  { annotationId, scope, group }: Annotation,
): Promise<Pick<AnnotationContent, 'repositoryIds' | 'groupId'>> {
  if (scope !== 'repositories') return { groupId: group?.groupId };
  const rows = await trx
    .selectFrom('annotationRepository')
    .select('repositoryId')
    .where('tenantId', '=', tenantId)
    .where('annotationId', '=', annotationId)
    .execute();
  return { repositoryIds: rows.map(({ repositoryId }) => repositoryId) };
}

/** Gives a stored annotation new content; logs nothing if that is what it had. */
async function changeStored(
  trx: Transaction<Tables>,
  { tenantId, by }: Saving,
  annotationId: number,
  content: AnnotationContent,
): Promise<void> {
  const access: TenantAccess = { tenantId, repositoryIds: null };
  const before = await getAnnotation(trx, access, annotationId);
  const columns = await toColumns(trx, { tenantId, by }, content);
  await trx
    .updateTable('annotation')
    .set(columns)
    .where('tenantId', '=', tenantId)
    .where('annotationId', '=', annotationId)
    .execute();
  await saveRepositories(trx, tenantId, annotationId, content.repositoryIds);
  const after = await getAnnotation(trx, access, annotationId);
  if (JSON.stringify(before) === JSON.stringify(after)) return;
  await auditAnnotation(trx, { tenantId, by }, 'annotation_changed', after);
}

/** The columns of a content, checked. */
async function toColumns(
  trx: Transaction<Tables>,
  { tenantId, by }: Saving,
  { date, to = date, text, link, repositoryIds, groupId }: AnnotationContent,
) {
  if (to < date)
    throw new Failure(
      'range_reversed',
      `The annotation begins on ${date}, after its end on ${to} (UTC days).`,
    );
  const latest = addDays(toDay(by.now), MAX_DAYS_AHEAD);
  if (to > latest)
    throw new Failure('invalid_input', `date: Give a day until ${latest}: you can plan a year ahead.`);
  if (groupId !== undefined && (await listStoredGroups(trx, tenantId, [groupId])).length === 0)
    throw notFound('group');
  await requireRepositories(trx, tenantId, repositoryIds ?? []);
  const scope = scopeOf({ repositoryIds, groupId });
  return { fromDate: date, toDate: to, note: text, link, scope, groupId: groupId ?? null };
}

function scopeOf({
  repositoryIds,
  groupId,
}: Pick<AnnotationContent, 'repositoryIds' | 'groupId'>): Annotation['scope'] {
  if (repositoryIds) return 'repositories';
  return groupId === undefined ? 'all' : 'group';
}

async function requireRepositories(
  trx: Transaction<Tables>,
  tenantId: number,
  repositoryIds: readonly number[],
): Promise<void> {
  const ids = [...new Set(repositoryIds)];
  if (ids.length === 0) return;
  const rows = await trx
    .selectFrom('repository')
    .select('repositoryId')
    .where('tenantId', '=', tenantId)
    .where('repositoryId', 'in', ids)
    .execute();
  if (rows.length < ids.length) throw notFound('repository');
}

async function requireRoom(trx: Transaction<Tables>, tenantId: number): Promise<void> {
  const { count } = await trx
    .selectFrom('annotation')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('tenantId', '=', tenantId)
    .executeTakeFirstOrThrow();
  if (count < MAX_ANNOTATIONS) return;
  const message = `A tenant has at most ${MAX_ANNOTATIONS} annotations. Delete one first.`;
  throw new Failure('too_many_annotations', message);
}

/** Replaces the repositories that an annotation names. */
async function saveRepositories(
  trx: Transaction<Tables>,
  tenantId: number,
  annotationId: number,
  repositoryIds: readonly number[] = [],
): Promise<void> {
  await trx
    .deleteFrom('annotationRepository')
    .where('tenantId', '=', tenantId)
    .where('annotationId', '=', annotationId)
    .execute();
  const rows = [...new Set(repositoryIds)].map((repositoryId) => ({ tenantId, annotationId, repositoryId }));
  await insertRows(trx, 'annotationRepository', rows);
}

/** Deletes an annotation. Throws `annotation_not_found`. */
export async function deleteAnnotation(
  db: Db,
  { tenantId, by }: Saving,
  annotationId: number,
): Promise<void> {
  await inTransaction(db, async (trx) => {
    const annotation = await getAnnotation(trx, { tenantId, repositoryIds: null }, annotationId);
    // Otherwise the imports that brought it would show it again.
    await trx
      .deleteFrom('importedAnnotation')
      .where('tenantId', '=', tenantId)
      .where('clientKey', 'in', ({ selectFrom }) =>
        selectFrom('annotation')
          .select('clientKey')
          .where('tenantId', '=', tenantId)
          .where('annotationId', '=', annotationId),
      )
      .execute();
    const { numDeletedRows } = await trx
      .deleteFrom('annotation')
      .where('tenantId', '=', tenantId)
      .where('annotationId', '=', annotationId)
      .executeTakeFirst();
    if (numDeletedRows === 0n) throw notFound('annotation');
    await auditAnnotation(trx, { tenantId, by }, 'annotation_deleted', annotation);
  });
}

/**
 * Keeps the annotations of a group that is about to be deleted, for the repositories that it has now. Those of an empty group stay
 * too: people who see all repositories find them among the others.
 */
export async function keepAnnotationsOfGroup(
  trx: Transaction<Tables>,
  tenantId: number,
  groupId: number,
): Promise<void> {
  const rows = await selectAnnotations(trx, tenantId).where('groupId', '=', groupId).execute();
  if (rows.length === 0) return;
  const groups = await listStoredGroups(trx, tenantId, [groupId]);
  const contents = await readContents(trx, { tenantId, repositoryIds: null }, groups);
  const repositoryIds = contents.get(groupId)?.repositoryIds ?? [];
  await trx
    .updateTable('annotation')
    .set({ scope: 'repositories', groupId: null })
    .where('tenantId', '=', tenantId)
    .where('groupId', '=', groupId)
    .execute();
  const links = rows.flatMap(({ annotationId }) =>
    repositoryIds.map((repositoryId) => ({ tenantId, annotationId, repositoryId })),
  );
  await insertRows(trx, 'annotationRepository', links);
}

/** Deletes the annotations that are about no other repository than this one, which is about to be removed. */
export async function deleteAnnotationsOnlyOf(
  trx: Transaction<Tables>,
  tenantId: number,
  repositoryId: number,
): Promise<void> {
  const rows = await trx
    .selectFrom('annotationRepository as a')
    .select('a.annotationId')
    .where('a.tenantId', '=', tenantId)
    .where('a.repositoryId', '=', repositoryId)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('annotationRepository as o')
            .select('o.annotationId')
            .whereRef('o.tenantId', '=', 'a.tenantId')
            .whereRef('o.annotationId', '=', 'a.annotationId')
            .where('o.repositoryId', '<>', repositoryId),
        ),
      ),
    )
    .execute();
  if (rows.length === 0) return;
  await trx
    .deleteFrom('annotation')
    .where('tenantId', '=', tenantId)
    .where(
      'annotationId',
      'in',
      rows.map(({ annotationId }) => annotationId),
    )
    .execute();
}

function auditAnnotation(
  trx: Transaction<Tables>,
  { tenantId, by }: Saving,
  kind: 'annotation_created' | 'annotation_changed' | 'annotation_deleted',
  annotation: Annotation,
): Promise<void> {
  const { date, to, text } = annotation;
  const days = date === to ? toDayAndMonth(date) : `${toDayAndMonth(date)} to ${toDayAndMonth(to)}`;
  const detail = `${days} ${date.slice(0, 4)} for ${toScopeWords(annotation)}`;
  return recordAudit(trx, by, { tenantId, kind, subject: text, detail });
}

function toScopeWords({ scope, group, repositories, repositoryCount }: Annotation): string {
  const [only] = repositories;
  if (scope === 'all') return 'all repositories';
  if (scope === 'group') return `the group ${group?.name ?? ''}`;
  return repositoryCount === 1 && only
    ? only.fullName
    : plural(repositoryCount, 'repository', 'repositories');
}
