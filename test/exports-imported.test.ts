import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addDays, daysFrom } from '../lib/day.ts';
import type { Tables } from '../lib/db/tables.ts';
import type { ReadExport } from '../lib/exports/reader.ts';
import type { ExportSource } from '../lib/exports/writer.ts';
import { planExport, readExportPart } from '../lib/exports.ts';
import { toAnnotationsToSend, toHistoryToSend } from '../lib/imports/merge.ts';
import { type HistoryToSend, planParts } from '../lib/imports/parts.ts';
import { readHistory } from '../lib/imports/read.ts';
import { completeImport, createImport, storePart } from '../lib/imports.ts';
import { METRICS } from '../lib/traffic/figures.ts';
import { at, type Collecting, openCollecting } from './collecting.ts';
import { exportFiles, exportZip, readFiles } from './exported.ts';

const TODAY = '2026-03-20';
const NOW = at(TODAY, '12:00');

let collecting: Collecting;

beforeAll(async () => {
  collecting = await openCollecting(at('2026-03-01'));
});

afterAll(() => collecting.close());

/** Another tenant on the same server that tracks the same repositories and knows nothing of them yet; its ids by GitHub's. */
async function openEmptyTenant(): Promise<{ tenantId: number; ids: Map<number, number> }> {
  const { db } = collecting;
  const { tenantId: _, ...like } = await db.selectFrom('tenant').selectAll().executeTakeFirstOrThrow();
  const { tenantId } = await db
    .insertInto('tenant')
    .values({ ...like, name: randomUUID() })
    .returning('tenantId')
    .executeTakeFirstOrThrow();
  const rows = await db
    .selectFrom('repository')
    .select(['githubId', 'owner', 'name', 'visibility'])
    .where('tenantId', '=', collecting.tenantId)
    .orderBy('repositoryId')
    .execute();
  const ids = new Map<number, number>();
  for (const row of rows) {
    const { repositoryId } = await db
      .insertInto('repository')
      .values({ ...row, tenantId, schedule: 'daily', addedAt: NOW, addedBy: 'ada@example.com' })
      .returning('repositoryId')
      .executeTakeFirstOrThrow();
    ids.set(row.githubId, repositoryId);
  }
  return { tenantId, ids };
}

function sourceOf(tenantId: number): ExportSource {
  const access = { tenantId, repositoryIds: null };
  return {
    plan: () => planExport(collecting.db, access, new Date(NOW)),
    part: (table, cursor) => readExportPart(collecting.db, access, { table, cursor }),
  };
}

/** What an export holds, without what an import does not store again. */
async function readTenant(
  tenantId: number,
): Promise<Pick<ReadExport, 'repositories'> & { notes: unknown[] }> {
  const read = await readFiles((await exportFiles(sourceOf(tenantId))).files);
  expect(read.problems).toEqual([]);
  const notes = read.tenant.annotations.map(({ group: _, scope: __, ...note }) => note);
  return { repositories: read.repositories.map((one) => ({ ...one, formerNames: [] })), notes };
}

async function importInto(
  tenantId: number,
  histories: HistoryToSend[],
  notes: ReturnType<typeof toAnnotationsToSend> = [],
) {
  const { db } = collecting;
  const importing = { tenantId, by: { email: 'ada@example.com', now: new Date(NOW) }, author: 'Ada' };
  const parts = planParts(histories, notes);
  const { importId } = await createImport(db, importing, {
    key: randomUUID(),
    files: [{ path: 'export.zip', size: 10, sha256: 'a'.repeat(64), tool: 'export' }],
    repositories: histories.map(({ repositoryId }) => ({ repositoryId, files: [0] })),
    partCount: Math.max(1, parts.length),
  });
  for (const part of parts)
    await storePart(db, importing, { importId, number: part.number, part: part.body() });
  expect(await completeImport(db, importing, importId, () => true)).toMatchObject({ done: true });
}

/** Exports a tenant, reads the ZIP as any other file, and imports it into a tenant that knows nothing. */
async function moveToEmptyTenant(tenantId: number): Promise<number> {
  const { zip } = await exportZip(sourceOf(tenantId));
  const given = { path: 'export.zip', size: zip.length, bytes: async () => zip };
  const openSqlite = () => Promise.reject(new Error('There is no database.'));
  const history = await readHistory([given], { today: TODAY, openSqlite });
  expect(history.problems).toEqual([]);
  const empty = await openEmptyTenant();
  const targets = Object.fromEntries(
    history.repositories.map(({ key, githubId }) => [key, empty.ids.get(githubId ?? 0) ?? 0]),
  );
  const histories = history.repositories.map((one) => toHistoryToSend(targets[one.key] ?? 0, [one]));
  await importInto(empty.tenantId, histories, toAnnotationsToSend(history, targets));
  return empty.tenantId;
}

const annotate = (tenantId: number, repositoryIds: number[], note: string) =>
  collecting.db
    .insertInto('annotation')
    .values({
      tenantId,
      clientKey: randomUUID(),
      fromDate: '2026-03-02',
      toDate: '2026-03-04',
      note,
      link: 'https://example.com/',
      scope: repositoryIds.length > 0 ? 'repositories' : 'all',
      author: 'Ada',
      createdAt: NOW,
      createdBy: 'ada@example.com',
    })
    .returning('annotationId')
    .executeTakeFirstOrThrow()
    .then(async ({ annotationId }) => {
      const rows = repositoryIds.map((repositoryId) => ({ tenantId, annotationId, repositoryId }));
      if (rows.length > 0) await collecting.db.insertInto('annotationRepository').values(rows).execute();
    });

test('what was collected is the same after an export and an import', async () => {
  const story = {
    releases: { everyDays: 5, downloads: 40, assets: ['tool-TAG.zip'] },
    views: 30,
    starsPerDay: 1.5,
  };
  const one = await collecting.add('tool', story as never, '2026-01-01');
  await collecting.add('quiet', {}, '2026-02-01');
  for (const day of daysFrom('2026-03-01', '2026-03-05')) await collecting.collect(at(day));
  collecting.served.github.rename(one.id, { name: 'tools' });
  await collecting.collect(at('2026-03-12'));
  await annotate(collecting.tenantId, [one.repositoryId], '=Launch');
  await annotate(collecting.tenantId, [], 'For all');
  const before = await readTenant(collecting.tenantId);
  for (const rows of ['days', 'referrers', 'paths', 'facts'] as const)
    expect([rows, before.repositories[0]?.[rows].length]).not.toEqual([rows, 0]);
  for (const rows of ['weeks', 'windows', 'starDays', 'releases', 'releaseFiles', 'downloads'] as const)
    expect([rows, before.repositories[0]?.exported[rows].length]).not.toEqual([rows, 0]);
  expect(await readTenant(await moveToEmptyTenant(collecting.tenantId))).toEqual(before);
});

const date = fc.integer({ min: 0, max: 400 }).map((days) => addDays('2025-01-01', days));
const count = fc.oneof(fc.nat(5), fc.nat(10_000), fc.constant(2 ** 40));
const figure = fc.option(count, { freq: 3 });
const figures = Object.fromEntries(METRICS.map((metric) => [metric, figure])) as Record<
  (typeof METRICS)[number],
  typeof figure
>;
const instant = date.map((day) => `${day}T08:00:00.123Z`);
const text = fc.oneof(
  fc.constantFrom('=1+1', "'=x", '-dash/docs', '@a,"b"', '＝1', 'a\nb', "'"),
  fc.string({ minLength: 1, maxLength: 12 }).map((one) => `x${one.replaceAll('\u0000', '')}`),
);
const state = fc.constantFrom<Tables['trafficDay']['state']>(
  'measured',
  'zero',
  'provisional',
  'cut',
  'suspect',
  'imported',
);

const byDate = <Row extends { date: string }>(row: fc.Arbitrary<Row>) =>
  fc.uniqueArray(row, { selector: (one) => one.date, maxLength: 12 });

/** What may be known of a repository, whoever said it. */
const history = fc.record({
  days: byDate(fc.record({ date, ...figures, state, observedAt: instant })),
  referrers: byDate(
    fc.record({
      date,
      rows: fc.uniqueArray(fc.record({ name: text, title: fc.constant(null), count, uniques: figure }), {
        selector: ({ name }) => name.trim(),
        maxLength: 10,
      }),
    }),
  ),
  facts: byDate(fc.record({ date, stars: figure, forks: figure, subscribers: figure, openIssues: figure })),
  windows: byDate(fc.record({ date, ...figures })),
  starDays: byDate(fc.record({ date, gained: count })),
  workflowDays: byDate(fc.record({ date, runCount: count })),
  revisions: byDate(
    fc.record({
      date,
      metric: fc.constantFrom(...METRICS),
      kept: count,
      observed: count,
      observedAt: instant,
    }),
  ),
});

test('whatever is stored is the same after an export and an import', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(history, { minLength: 1, maxLength: 2 }), async (given) => {
      const { tenantId, ids } = await openEmptyTenant();
      const repositoryIds = [...ids.values()];
      const histories = given.map(({ referrers, ...one }, at) => ({
        ...one,
        repositoryId: repositoryIds[at] ?? 0,
        lists: referrers.map((list) => ({ ...list, kind: 'referrers' as const })),
      }));
      await importInto(tenantId, histories);
      const before = await readTenant(tenantId);
      expect(await readTenant(await moveToEmptyTenant(tenantId))).toEqual(before);
      const days = before.repositories.reduce((sum, one) => sum + one.days.length, 0);
      const starDays = before.repositories.reduce((sum, one) => sum + one.exported.starDays.length, 0);
      expect([days, starDays]).toEqual([
        given.reduce((sum, one) => sum + one.days.length, 0),
        given.reduce((sum, one) => sum + one.starDays.length, 0),
      ]);
    }),
    { numRuns: 8 },
  );
});
