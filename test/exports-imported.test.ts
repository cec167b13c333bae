import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { saveAnnotation } from '../lib/annotations.ts';
import type { ImportedSetting } from '../lib/answers/imports.ts';
import { requireWritten } from '../lib/dashboards/check.ts';
import { replaceReferences } from '../lib/dashboards/references.ts';
import { createDashboard } from '../lib/dashboards.ts';
import { addDays, daysFrom } from '../lib/day.ts';
import type { Tables } from '../lib/db/tables.ts';
import type { ExportSource } from '../lib/exports/writer.ts';
import { planExport, readExportPart } from '../lib/exports.ts';
import { createGroup, updateGroup } from '../lib/groups.ts';
import { toHistoryToSend, toTenantToSend } from '../lib/imports/merge.ts';
import { ImportPart } from '../lib/imports/part.ts';
import { type HistoryToSend, planParts, type TenantToSend } from '../lib/imports/parts.ts';
import { previewPart } from '../lib/imports/preview.ts';
import { readHistory } from '../lib/imports/read.ts';
import { completeImport, createImport, storePart, takeBackImport } from '../lib/imports.ts';
import { isSameName } from '../lib/names.ts';
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

/** The ids of a tenant's repositories by GitHub's. */
async function idsOf(tenantId: number): Promise<Map<number, number>> {
  const rows = await collecting.db
    .selectFrom('repository')
    .select(['githubId', 'repositoryId'])
    .where('tenantId', '=', tenantId)
    .execute();
  return new Map(rows.map(({ githubId, repositoryId }) => [githubId, repositoryId]));
}

function sourceOf(tenantId: number): ExportSource {
  const access = { tenantId, repositoryIds: null };
  return {
    plan: () => planExport(collecting.db, access, new Date(NOW)),
    part: (table, cursor) => readExportPart(collecting.db, access, { table, cursor }),
  };
}

/**
 * What an export holds, without what an import does not store again. Dashboards name repositories by GitHub's numbers and groups by
 * their places here: the tenants' own ids differ.
 */
async function readTenant(tenantId: number) {
  const read = await readFiles((await exportFiles(sourceOf(tenantId))).files);
  expect(read.problems).toEqual([]);
  const { annotations, groups, groupRepositories, dashboards, repositoryIds } = read.tenant;
  const repositories = new Map(
    repositoryIds.map(({ githubId, repositoryId }) => [repositoryId ?? 0, githubId]),
  );
  const places = new Map(groups.map(({ groupId }, place) => [groupId ?? 0, place + 1]));
  return {
    repositories: read.repositories.map((one) => ({ ...one, formerNames: [] })),
    annotations,
    groups: groups.map(({ groupId: _, ...group }) => group),
    groupRepositories,
    dashboards: dashboards
      .map(({ name, document }) => ({
        name,
        document: replaceReferences(document, { repositories, groups: places }),
      }))
      .sort((one, other) => (one.name < other.name ? -1 : 1)),
  };
}

async function importInto(tenantId: number, histories: HistoryToSend[], tenant?: TenantToSend) {
  const { db } = collecting;
  const importing = { tenantId, by: { email: 'ada@example.com', now: new Date(NOW) }, author: 'Ada' };
  const parts = planParts(histories, tenant);
  const previews = [];
  for (const part of parts)
    previews.push(await previewPart(db, tenantId, ImportPart.parse(part.body()), new Date(NOW)));
  const { importId } = await createImport(db, importing, {
    key: randomUUID(),
    files: [{ path: 'export.zip', size: 10, sha256: 'a'.repeat(64), tool: 'export' }],
    repositories: histories.map(({ repositoryId }) => ({ repositoryId, files: [0] })),
    partCount: Math.max(1, parts.length),
  });
  for (const part of parts)
    await storePart(db, importing, {
      importId,
      number: part.number,
      part: ImportPart.parse(JSON.parse(JSON.stringify(part.body()))),
    });
  const completed = await completeImport(db, importing, importId, () => true);
  expect(completed).toMatchObject({ done: true });
  const settings = (rows: readonly ImportedSetting[]) =>
    rows.map(({ kind, name, outcome }) => `${kind} ${name} ${outcome}`).sort();
  // What was to be made is what was made.
  expect(settings(completed.settings)).toEqual(settings(previews.flatMap((one) => one.settings)));
  return { importId, settings: completed.settings, previews };
}

/** Exports a tenant, reads the ZIP as any other file, and imports it into another one. */
async function move(from: number, { tenantId, ids }: { tenantId: number; ids: Map<number, number> }) {
  const { zip } = await exportZip(sourceOf(from));
  const given = { path: 'export.zip', size: zip.length, bytes: async () => zip };
  const openSqlite = () => Promise.reject(new Error('There is no database.'));
  const history = await readHistory([given], { today: TODAY, openSqlite });
  expect(history.problems).toEqual([]);
  const targets = Object.fromEntries(
    history.repositories.map(({ key, githubId }) => [key, ids.get(githubId ?? 0) ?? 0]),
  );
  const histories = history.repositories.map((one) => toHistoryToSend(targets[one.key] ?? 0, [one]));
  return importInto(tenantId, histories, toTenantToSend(history, targets));
}

async function moveToEmptyTenant(tenantId: number): Promise<number> {
  const empty = await openEmptyTenant();
  await move(tenantId, empty);
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
  const empty = await openEmptyTenant();
  await move(collecting.tenantId, empty);
  expect(await readTenant(empty.tenantId)).toEqual(before);
  // In the tenant that it came from, and where it was imported before, there is nothing new in it.
  const own = { tenantId: collecting.tenantId, ids: await idsOf(collecting.tenantId) };
  for (const target of [own, empty]) {
    const { previews } = await move(collecting.tenantId, target);
    for (const { newDays, changedDays, items } of previews.flatMap((one) => one.repositories))
      expect([newDays, changedDays, items.known]).toEqual([0, 0, items.count]);
    expect(await readTenant(target.tenantId)).toEqual(before);
  }
});

test('the first day that another installation covered counts until the import is taken back', async () => {
  const { db } = collecting;
  const coverage = async (tenantId: number) =>
    (await readTenant(tenantId)).repositories.map(({ exported }) => exported.firstCoveredDate);
  const earlier = await coverage(collecting.tenantId);
  expect(earlier).toEqual([expect.any(String), expect.any(String)]);
  const to = await openEmptyTenant();
  const own = '2026-03-11';
  await db
    .updateTable('repository')
    .set({ firstCoveredDate: own, collectedFrom: own })
    .where('tenantId', '=', to.tenantId)
    .execute();
  const first = await move(collecting.tenantId, to);
  const second = await move(collecting.tenantId, to);
  expect(await coverage(to.tenantId)).toEqual(earlier);
  const takeBack = (importId: number) =>
    takeBackImport(db, { tenantId: to.tenantId, by }, importId, () => true);
  await takeBack(first.importId);
  expect(await coverage(to.tenantId)).toEqual(earlier);
  await takeBack(second.importId);
  expect(await coverage(to.tenantId)).toEqual([own, own]);
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

const name = text.map((one) => one.trim()).filter((one) => one !== '');
const places = fc.uniqueArray(fc.nat(1), { maxLength: 2 });
const shown = fc.oneof(
  fc.constantFrom('dashboard', 'all'),
  fc.record({ group: fc.nat(3) }),
  fc.record({ ids: fc.uniqueArray(fc.nat(2), { minLength: 1, maxLength: 3 }) }),
);

/** What people have set up in a tenant. Repositories and groups are told by their places; those that are not there were deleted. */
const setUp = fc.record({
  groups: fc.uniqueArray(
    fc.record({
      name,
      rule: fc.option(
        fc.record({
          owner: fc.constantFrom('*', 'octo-*'),
          namePattern: fc.constantFrom('*', '?ool*'),
          topic: fc.option(fc.constantFrom('ui', 'c-*')),
          visibility: fc.constantFrom('any' as const, 'public' as const),
        }),
      ),
      repositories: places,
    }),
    { comparator: (one, other) => isSameName(one.name, other.name), maxLength: 4 },
  ),
  dashboards: fc.uniqueArray(
    fc.record({ name, shown: fc.array(shown, { maxLength: 4 }), indent: fc.constantFrom(undefined, 2, 4) }),
    { comparator: (one, other) => isSameName(one.name, other.name), maxLength: 4 },
  ),
  annotations: fc.array(
    fc.record({
      text: name,
      date,
      about: fc.oneof(
        fc.constant({}),
        fc.record({ group: fc.nat(3) }),
        fc.record({ repositories: places.filter((some) => some.length > 0) }),
      ),
    }),
    { maxLength: 5 },
  ),
});
type SetUp = typeof setUp extends fc.Arbitrary<infer Value> ? Value : never;

const by = { email: 'ada@example.com', now: new Date(NOW) };
const DELETED = 999_999;

async function createSetUp({ tenantId, ids }: { tenantId: number; ids: Map<number, number> }, of: SetUp) {
  const { db } = collecting;
  const repositoryIds = [...ids.values()];
  const toRepositories = (chosen: number[]) => chosen.map((place) => repositoryIds[place] ?? DELETED);
  const groupIds: number[] = [];
  for (const { repositories, ...group } of of.groups) {
    const definition = { ...group, repositoryIds: toRepositories(repositories) };
    groupIds.push((await createGroup(db, tenantId, definition, by)).groupId);
  }
  const reader = { db, access: { tenantId, repositoryIds: null }, hasRight: async () => true, by };
  for (const { name: title, shown: sets, indent } of of.dashboards) {
    const widgets = sets.map((set, y) => ({
      kind: 'figure',
      metric: 'viewCount',
      change: true,
      range: 'dashboard',
      repositories:
        typeof set === 'string'
          ? set
          : 'group' in set
            ? { group: groupIds[set.group] ?? DELETED }
            : { ids: toRepositories(set.ids) },
      title: '=1+1',
      x: 0,
      y,
      w: 1,
      h: 1,
    }));
    const document = { name: title, tabs: [{ title: 'One', widgets }] };
    await createDashboard(reader, requireWritten(JSON.stringify(document, null, indent)));
  }
  for (const { text: note, date: day, about } of of.annotations) {
    const groupId = 'group' in about ? groupIds[about.group] : undefined;
    await saveAnnotation(
      db,
      { tenantId, by, author: 'Ada' },
      {
        key: randomUUID(),
        date: day,
        text: note,
        link: null,
        ...('repositories' in about && { repositoryIds: toRepositories(about.repositories) }),
        ...(groupId !== undefined && { groupId }),
      },
    );
  }
}

test('whatever people set up is the same after an export and an import, and gone once that is taken back', async () => {
  const empty = await readTenant((await openEmptyTenant()).tenantId);
  await fc.assert(
    fc.asyncProperty(setUp, async (given) => {
      const { db } = collecting;
      const from = await openEmptyTenant();
      await createSetUp(from, given);
      const before = await readTenant(from.tenantId);
      expect(before).toMatchObject({
        groups: { length: given.groups.length },
        dashboards: { length: given.dashboards.length },
        annotations: { length: given.annotations.length },
      });
      const to = await openEmptyTenant();
      const first = await move(from.tenantId, to);
      expect(await readTenant(to.tenantId)).toEqual(before);
      const again = await move(from.tenantId, to);
      expect(again.settings.filter(({ outcome }) => outcome !== 'kept')).toEqual([]);
      expect(await readTenant(to.tenantId)).toEqual(before);
      for (const { importId } of [first, again]) {
        const { settings } = await takeBackImport(db, { tenantId: to.tenantId, by }, importId, () => true);
        expect(settings).toHaveLength(importId === first.importId ? first.settings.length : 0);
      }
      expect(await readTenant(to.tenantId)).toEqual(empty);
    }),
    { numRuns: 4 },
  );
});

test('a tenant keeps its groups and dashboards, and what is imported refers to them', async () => {
  const { db } = collecting;
  const from = await openEmptyTenant();
  const group = { rule: null, repositories: [0] };
  await createSetUp(from, {
    groups: [
      { ...group, name: 'Tools' },
      { ...group, name: 'Others' },
    ],
    dashboards: [
      { name: 'Team', shown: ['all'], indent: 2 },
      { name: 'New', shown: [{ group: 0 }], indent: 2 },
    ],
    annotations: [{ text: 'Talk', date: '2026-03-02', about: { group: 0 } }],
  });
  const to = await openEmptyTenant();
  await createSetUp(to, {
    groups: [{ ...group, name: 'tools', repositories: [1] }],
    dashboards: [{ name: 'TEAM', shown: [], indent: 2 }],
    annotations: [],
  });
  const own = await readTenant(to.tenantId);
  const { importId, settings } = await move(from.tenantId, to);
  expect(settings.map(({ kind, name, outcome }) => [kind, name, outcome])).toEqual([
    ['group', 'Others', 'made'],
    ['group', 'Tools', 'kept'],
    ['dashboard', 'New', 'made'],
    ['dashboard', 'Team', 'kept'],
  ]);
  const after = await readTenant(to.tenantId);
  expect(after.groups.map((one) => one.name).sort()).toEqual(['Others', 'tools']);
  expect(after.groupRepositories).toEqual(expect.arrayContaining(own.groupRepositories));
  expect(after.dashboards).toEqual(expect.arrayContaining(own.dashboards));
  expect(after.annotations).toMatchObject([{ text: 'Talk', scope: 'group', group: 'tools' }]);
  const tools = after.groups.findIndex((one) => one.name === 'tools') + 1;
  expect(after.dashboards.find((one) => one.name === 'New')?.document).toContain(`"group": ${tools}`);
  // Whoever changes a group, or uses it, keeps it.
  const others = await db
    .selectFrom('repositoryGroup')
    .select('groupId')
    .where('tenantId', '=', to.tenantId)
    .where('name', '=', 'Others')
    .executeTakeFirstOrThrow();
  const changed = { name: 'Others', rule: null, repositoryIds: [...to.ids.values()].slice(1, 2) };
  await updateGroup(db, { tenantId: to.tenantId, ...others }, changed, by);
  const taken = await takeBackImport(db, { tenantId: to.tenantId, by }, importId, () => true);
  expect(taken.settings).toMatchObject([{ kind: 'group', name: 'Others', outcome: 'kept' }]);
  const left = await readTenant(to.tenantId);
  expect(left.dashboards).toEqual(own.dashboards);
  expect(left.annotations).toEqual([]);
  expect(left.groups.map((one) => one.name).sort()).toEqual(['Others', 'tools']);
});
