import * as z from 'zod';
import { json } from '../lib/answer.ts';
import type {
  ImportDetail,
  ImportList,
  ImportMatches,
  ImportPartStored,
  ImportPreview,
  ImportProgress,
} from '../lib/answers/imports.ts';
import { type Call, createApp, type Services, serve } from '../lib/app.ts';
import { requireAccess } from '../lib/caller.ts';
import { Failure } from '../lib/failure.ts';
import { textField } from '../lib/fields.ts';
import { matchRepositories } from '../lib/imports/match.ts';
import { ImportPart } from '../lib/imports/part.ts';
import { previewPart } from '../lib/imports/preview.ts';
import {
  completeImport,
  createImport,
  getImport,
  listImports,
  storePart,
  takeBackImport,
} from '../lib/imports.ts';
import { MAX_ID, parseBody, parseId, parseQuery } from '../lib/request.ts';

const id = z.int().positive().max(MAX_ID);

/** Files that one import may name. */
const MAX_FILES = 5000;
const MAX_REPOSITORIES = 2000;
const MAX_PARTS = 10_000;

export const ImportRequest = z
  .strictObject({
    /** A UUID that you make. The same key again answers the same import, so you can repeat the request and continue later. */
    key: z.uuid(),
    files: z
      .array(
        z.strictObject({
          path: textField('importFile', 'path'),
          size: z.int().min(0),
          /** In hexadecimal. */
          sha256: z.string().regex(/^[0-9a-f]{64}$/, 'Give a SHA-256 in hexadecimal.'),
          tool: textField('importFile', 'tool').nullable(),
        }),
      )
      .min(1)
      .max(MAX_FILES),
    /** None: it brings only groups, dashboards and annotations. */
    repositories: z
      .array(
        z.strictObject({
          repositoryId: id,
          /** The places of its files in `files`, from 0. */
          files: z.array(z.int().min(0).max(MAX_FILES)).max(MAX_FILES),
        }),
      )
      .max(MAX_REPOSITORIES),
    /** How many parts will come, from number 1. */
    partCount: z.int().min(1).max(MAX_PARTS),
  })
  .refine(
    ({ files, repositories }) =>
      repositories.every((one) => one.files.every((place) => place < files.length)),
    'A repository names a file that is not in `files`.',
  )
  .refine(
    ({ repositories }) =>
      new Set(repositories.map(({ repositoryId }) => repositoryId)).size === repositories.length,
    'Name each repository once.',
  );
export type ImportRequest = z.input<typeof ImportRequest>;

export const ImportMatchRequest = z.strictObject({
  repositories: z
    .array(
      z.strictObject({
        /** Yours: the answer repeats it. */
        key: z.string().max(400),
        githubId: z.int().positive().nullable(),
        owner: z.string().max(100).nullable(),
        name: z.string().max(100).nullable(),
        /** `owner/name`. */
        formerNames: z.array(z.string().max(201)).max(100).default([]),
      }),
    )
    .min(1)
    .max(1000),
});
export type ImportMatchRequest = z.input<typeof ImportMatchRequest>;

export const ImportQuery = z.strictObject({
  page: z.coerce.number().int().min(1).max(10_000).default(1),
  size: z.coerce.number().int().min(1).max(100).default(50),
});

/** The platform's limit for a call. */
const MAX_BODY_BYTES = 1_000_000;

function requireFits(text: string): void {
  if (Buffer.byteLength(text) > MAX_BODY_BYTES)
    throw new Failure(
      'payload_too_large',
      `The body must be smaller than ${MAX_BODY_BYTES} bytes. Send more parts.`,
    );
}

/** Enough for the repository at work, and for the answer. */
const RESERVE_MS = 30_000;

/** Whether there is time for another repository. */
const toIsTime =
  ({ activation }: Services) =>
  () =>
    activation.deadline.getTime() - Date.now() > RESERVE_MS;

const app = createApp();

const importIdOf = (c: Call) => parseId(c.req.param('importId'), 'import');

app.get('/:tenantId', async (c) => {
  const { db, tenantId } = await requireAccess(c, 'changeImports');
  return json<ImportList>(await listImports(db, tenantId, parseQuery(c.req.raw, ImportQuery)));
});

app.post('/:tenantId/repositories', async (c) => {
  const { db, tenantId } = await requireAccess(c, 'changeImports');
  const { repositories } = await parseBody(c.req.raw, ImportMatchRequest, requireFits);
  return json<ImportMatches>(await matchRepositories(db, tenantId, repositories));
});

app.post('/:tenantId/preview', async (c) => {
  const { db, tenantId, now } = await requireAccess(c, 'changeImports');
  const part = await parseBody(c.req.raw, ImportPart, requireFits);
  return json<ImportPreview>(await previewPart(db, tenantId, part, now));
});

app.get('/:tenantId/:importId', async (c) => {
  const { db, tenantId } = await requireAccess(c, 'changeImports');
  return json<ImportDetail>(await getImport(db, tenantId, importIdOf(c)));
});

app.post('/:tenantId', async (c) => {
  const { db, tenantId, by, displayName: author } = await requireAccess(c, 'changeImports');
  const request = await parseBody(c.req.raw, ImportRequest, requireFits);
  return json<ImportDetail>(await createImport(db, { tenantId, by, author }, request), 201);
});

app.put('/:tenantId/:importId/parts/:number', async (c) => {
  const { db, tenantId, by } = await requireAccess(c, 'changeImports');
  const importId = importIdOf(c);
  const number = parseId(c.req.param('number'), 'import');
  const part = await parseBody(c.req.raw, ImportPart, requireFits);
  return json<ImportPartStored>(await storePart(db, { tenantId, by }, { importId, number, part }));
});

app.post('/:tenantId/:importId/complete', async (c) => {
  const { db, services, tenantId, by } = await requireAccess(c, 'changeImports');
  return json<ImportProgress>(await completeImport(db, { tenantId, by }, importIdOf(c), toIsTime(services)));
});

app.delete('/:tenantId/:importId', async (c) => {
  const { db, services, tenantId, by } = await requireAccess(c, 'changeImports');
  return json<ImportProgress>(await takeBackImport(db, { tenantId, by }, importIdOf(c), toIsTime(services)));
});

export const main = serve(app);
