import * as z from 'zod';
import { deleteAnnotation, listAnnotations, saveAnnotation, updateAnnotation } from '../lib/annotations.ts';
import { json } from '../lib/answer.ts';
import type { Annotation, AnnotationDeleted, AnnotationList } from '../lib/answers/annotations.ts';
import { type Call, createApp, serve } from '../lib/app.ts';
import { requireAccess } from '../lib/caller.ts';
import { dayField, textField } from '../lib/fields.ts';
import { MAX_ID, parseBody, parseId, parseQuery } from '../lib/request.ts';

const id = z.int().positive().max(MAX_ID);

const fields = {
  date: dayField,
  /** The last day of a span. */
  to: dayField.optional(),
  /** Plain text: markup stays as it is. */
  text: textField('annotation', 'note'),
  link: z
    .url({ protocol: /^https?$/, error: 'Give an address that begins with https:// or http://.' })
    .max(1000)
    .nullable(),
  /** It is about these repositories. */
  repositoryIds: z.array(id).min(1).max(1000).optional(),
  /** It is about the repositories of this group, now and later. */
  groupId: id.optional(),
};

const ONE_SCOPE = 'Give either repositoryIds or groupId.';
const hasOneScope = ({ repositoryIds, groupId }: { repositoryIds?: unknown; groupId?: unknown }) =>
  repositoryIds === undefined || groupId === undefined;

export const AnnotationRequest = z
  .strictObject({
    ...fields,
    link: fields.link.default(null),
    /** A UUID that you make. The same key again changes the same annotation, so you can repeat the request. */
    key: z.uuid(),
  })
  .refine(hasOneScope, ONE_SCOPE);
export type AnnotationRequest = z.input<typeof AnnotationRequest>;

export const AnnotationUpdate = z
  .strictObject({
    ...fields,
    /** It is about all repositories from now on. */
    forAll: z.literal(true).optional(),
  })
  .partial()
  .refine((update) => Object.keys(update).length > 0, 'Send at least one field.')
  .refine(
    ({ repositoryIds, groupId, forAll }) =>
      [repositoryIds, groupId, forAll].filter((one) => one !== undefined).length <= 1,
    'Give one of repositoryIds, groupId and forAll.',
  );
export type AnnotationUpdate = z.input<typeof AnnotationUpdate>;

export const AnnotationQuery = z.strictObject({
  /** Only those with a day from then on, and until then. */
  from: dayField.optional(),
  to: dayField.optional(),
  /** A part of the text. */
  q: z.string().max(100).optional(),
  page: z.coerce.number().int().min(1).max(10_000).default(1),
  size: z.coerce.number().int().min(1).max(100).default(50),
});

const app = createApp();

const annotationIdOf = (c: Call) => parseId(c.req.param('annotationId'), 'annotation');

app.get('/:tenantId', async (c) => {
  const { db, access } = await requireAccess(c, 'seeTraffic');
  return json<AnnotationList>(await listAnnotations(db, access, parseQuery(c.req.raw, AnnotationQuery)));
});

app.post('/:tenantId', async (c) => {
  const { db, tenantId, displayName: author, by } = await requireAccess(c, 'changeAnnotations');
  const request = await parseBody(c.req.raw, AnnotationRequest);
  return json<Annotation>(await saveAnnotation(db, { tenantId, by, author }, request), 201);
});

app.patch('/:tenantId/:annotationId', async (c) => {
  const { db, tenantId, by } = await requireAccess(c, 'changeAnnotations');
  const annotationId = annotationIdOf(c);
  const change = await parseBody(c.req.raw, AnnotationUpdate);
  return json<Annotation>(await updateAnnotation(db, { tenantId, by }, annotationId, change));
});

app.delete('/:tenantId/:annotationId', async (c) => {
  const { db, tenantId, by } = await requireAccess(c, 'changeAnnotations');
  const annotationId = annotationIdOf(c);
  await deleteAnnotation(db, { tenantId, by }, annotationId);
  return json<AnnotationDeleted>({ annotationId });
});

export const main = serve(app);
