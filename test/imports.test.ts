import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { lockRepositories } from '../lib/collector/outcome.ts';
import { addDays, type Day, toDay } from '../lib/day.ts';
import { inTransaction } from '../lib/db/portable.ts';
import { toEffectiveDay } from '../lib/imports/effective.ts';
import { type HistoryToSend, planParts } from '../lib/imports/parts.ts';
import { completeImport, createImport, storePart, takeBackImport } from '../lib/imports.ts';
import { METRICS } from '../lib/traffic/figures.ts';
import { byDate, listImportedDays } from '../lib/traffic/layers.ts';
import { judgeSilence, markSilence } from '../lib/traffic/silence.ts';
import { saveDays } from '../lib/traffic/tables.ts';
import { at, type Collecting, openCollecting } from './collecting.ts';

const START = '2026-03-10';

let collecting: Collecting;

beforeAll(async () => {
  collecting = await openCollecting(at(START));
});

afterAll(() => collecting.close());

/** What imports may change, and collections must leave as they would without them. */
const EFFECTIVE = [
  ...(['trafficDay', 'trafficRevision', 'trafficWeek', 'trafficWindow', 'referrerSnapshot'] as const),
  ...(['firstReferrer', 'pathSnapshot', 'repositoryFact', 'repositoryEvent', 'starDay'] as const),
  ...(['publishedRelease', 'releaseAsset', 'releaseDownload', 'workflowDay', 'annotation'] as const),
  ...(['repository', 'collectedDay', 'importedDay', 'importedItem', 'importedAnnotation'] as const),
  'importRepository',
] as const;

async function snapshot(): Promise<Record<string, unknown>> {
  const entries: [string, unknown][] = [];
  for (const table of EFFECTIVE) entries.push([table, await collecting.rows(table)]);
  return Object.fromEntries(entries);
}

const isTime = () => true;
const importing = () => ({ tenantId: collecting.tenantId, by: collecting.by(), author: 'Ada' });

/** Begins an import and sends its parts. */
async function send(histories: readonly HistoryToSend[], key = randomUUID()): Promise<number> {
  const planned = planParts(histories);
  const { importId } = await createImport(collecting.db, importing(), {
    key,
    files: [{ path: 'views.csv', size: 10, sha256: 'a'.repeat(64), tool: 'homemade' }],
    repositories: histories.map(({ repositoryId }) => ({ repositoryId, files: [0] })),
    partCount: Math.max(1, planned.length),
  });
  for (const part of planned)
    await storePart(collecting.db, importing(), { importId, number: part.number, part: part.body() });
  return importId;
}

async function importAll(histories: readonly HistoryToSend[], key = randomUUID()): Promise<number> {
  const importId = await send(histories, key);
  const { done } = await completeImport(collecting.db, importing(), importId, isTime);
  expect(done).toBe(true);
  return importId;
}

async function takeBack(importId: number): Promise<void> {
  const { done } = await takeBackImport(collecting.db, importing(), importId, isTime);
  expect(done).toBe(true);
}

const toDays = (from: Day, count: number, views: number) =>
  Array.from({ length: count }, (_, place) => ({
    date: addDays(from, place),
    viewCount: views + place,
    viewUniques: 1,
    cloneCount: null,
    cloneUniques: null,
  }));

test('an import between collections is taken back as if it had never been', async () => {
  const { repositoryId } = await collecting.add('taken-back', { views: 20 } as never);
  await collecting.collect(at(START, '08:00'));
  const without = await snapshot();
  const one = await importAll([
    {
      repositoryId,
      days: toDays(addDays(START, -30), 40, 500),
      lists: [
        {
          kind: 'referrers',
          date: addDays(START, -20),
          rows: [{ name: 'news.example', title: null, count: 5, uniques: null }],
        },
      ],
      facts: [{ date: addDays(START, -20), stars: 5, forks: null, subscribers: null, openIssues: null }],
    },
  ]);
  const during = await collecting.days(repositoryId);
  expect(during.find(({ trafficDate }) => trafficDate === addDays(START, -30))).toMatchObject({
    viewCount: 500,
    state: 'imported',
  });
  await takeBack(one);
  expect(await snapshot()).toEqual(without);
});

/** Days that answers and files tell of, around the window that GitHub still shows. */
const FIRST = addDays(START, -20);
const dateAt = (place: number) => addDays(FIRST, place);

const figure = fc.constantFrom(null, 0, 1, 2, 5, 10 ** 15);
const operation = fc.oneof(
  // GitHub answers: 14 days in a row, or days with traffic only.
  fc.record({
    kind: fc.constant('collect' as const),
    sparse: fc.boolean(),
    counts: fc.array(fc.constantFrom(0, 1, 3), { minLength: 14, maxLength: 14 }),
    clones: fc.boolean(),
    days: fc.nat({ max: 3 }),
  }),
  fc.record({
    kind: fc.constant('import' as const),
    from: fc.nat({ max: 19 }),
    state: fc.constantFrom('imported' as const, 'cut' as const, 'measured' as const),
    rows: fc.array(fc.record({ viewCount: figure, cloneCount: figure }), { minLength: 1, maxLength: 12 }),
  }),
  fc.record({ kind: fc.constant('take back' as const), place: fc.nat({ max: 3 }) }),
);

/** A repository that nobody collects but the test. */
async function addBare(name: string): Promise<number> {
  const { repositoryId } = await collecting.add(name);
  for (const table of ['trafficDay', 'collectionRun'] as const)
    await collecting.db.deleteFrom(table).where('tenantId', '=', collecting.tenantId).execute();
  return repositoryId;
}

async function readLayer(table: 'trafficDay' | 'collectedDay', repositoryId: number) {
  const rows = await collecting.db
    .selectFrom(table)
    .select(['trafficDate', ...METRICS, 'state', 'observedAt'])
    .where('tenantId', '=', collecting.tenantId)
    .where('repositoryId', '=', repositoryId)
    .orderBy('trafficDate')
    .execute();
  return new Map(rows.map((row) => [row.trafficDate, row]));
}

test('whatever is collected, imported and taken back in any order, what counts is what the layers say', async () => {
  const alone = await addBare('alone');
  const layered = await addBare('layered');
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { minLength: 3, maxLength: 9 }), async (operations) => {
      for (const table of ['import', 'importedDay', 'trafficDay', 'trafficRevision', 'collectedDay'] as const)
        await collecting.db.deleteFrom(table).where('tenantId', '=', collecting.tenantId).execute();
      let now = new Date(at(START, '09:00'));
      let lastCoveredDate: Day | null = null;
      const applied: number[] = [];
      const collect = async ({
        sparse,
        counts,
        clones,
        days,
      }: (typeof operations)[0] & { kind: 'collect' }) => {
        now = new Date(now.getTime() + days * 86_400_000);
        const newest = addDays(toDay(now), sparse ? 0 : -1);
        const read = counts
          .map((count, place) => ({ date: addDays(newest, place - 13), count, uniques: Math.min(count, 1) }))
          .filter(({ count }) => !sparse || count > 0);
        const observed = { views: read, clones: clones ? read : null };
        const reading = { now, createdDate: '2025-01-01' };
        await inTransaction(collecting.db, async (trx) => {
          const rows = await lockRepositories(trx, collecting.tenantId, [alone, layered]);
          const reads = rows.map(({ repositoryId, importedThrough }) => {
            return { repositoryId, observed, reading, lastCoveredDate, importedThrough };
          });
          await saveDays(trx, collecting.tenantId, reads);
        });
        lastCoveredDate = toDay(now);
      };
      for (const one of operations) {
        if (one.kind === 'collect') await collect(one);
        else if (one.kind === 'import') {
          const days = one.rows.map((row, place) => {
            return {
              ...row,
              viewUniques: null,
              cloneUniques: 1,
              date: dateAt(one.from + place),
              state: one.state,
            };
          });
          applied.push(
            await importAll([{ repositoryId: layered, days: days.filter(({ date }) => date < START) }]),
          );
        } else if (applied.length > 0) await takeBack(applied.splice(one.place % applied.length, 1)[0] ?? 0);
        const own = await readLayer('trafficDay', alone);
        const said = byDate(
          await listImportedDays(collecting.db, {
            tenantId: collecting.tenantId,
            repositoryIds: [layered],
            from: '2000-01-01',
            to: '2099-01-01',
          }),
        );
        const expected = [...new Set([...own.keys(), ...said.keys()])].sort().map((date) => {
          const day = toEffectiveDay(date, own.get(date), said.get(date) ?? []);
          return [date, day && { ...day, trafficDate: date }];
        });
        const stored = await collecting.db
          .selectFrom('trafficDay')
          .select(['trafficDate', ...METRICS, 'state', 'observedAt', 'importId'])
          .where('tenantId', '=', collecting.tenantId)
          .where('repositoryId', '=', layered)
          .orderBy('trafficDate')
          .execute();
        expect(stored.map((row) => [row.trafficDate, row])).toEqual(expected);
      }
      for (const importId of applied) await takeBack(importId);
      expect(await readLayer('trafficDay', layered)).toEqual(await readLayer('trafficDay', alone));
      expect([...(await readLayer('collectedDay', layered))]).toEqual([]);
    }),
    { numRuns: 12 },
  );
});

/** Everything of our own exports, on days that later collections read too. */
const toEverything = (repositoryId: number, date: Day): HistoryToSend => {
  const figures = { viewCount: 900, viewUniques: 90, cloneCount: 80, cloneUniques: 8 };
  const observedAt = at(date);
  const file = { assetId: 77, releaseId: 7, tag: 'v1', releaseName: 'One', name: 'one.zip', sizeBytes: 9 };
  const row = { name: 'news.example', title: null, count: 500, uniques: null };
  return {
    repositoryId,
    days: [{ date: addDays(date, -1), ...figures, state: 'provisional', observedAt }],
    lists: [-30, 0].flatMap((days) =>
      (['referrers', 'paths'] as const).map((kind) => ({ kind, date: addDays(date, days), rows: [row] })),
    ),
    facts: [{ date, stars: 999, forks: 99, subscribers: null, openIssues: 9 }],
    revisions: [{ date: addDays(date, -3), metric: 'viewCount', kept: 900, observed: 800, observedAt }],
    weeks: [{ weekStart: '2026-03-02', ...figures, observedAt: null }],
    windows: [{ date, ...figures }],
    starDays: [{ date: addDays(date, -1), gained: 44 }],
    releases: [{ releaseId: 7, tag: 'v1', name: 'One', publishedAt: observedAt }],
    releaseFiles: [
      { ...file, createdAt: observedAt, publishedAt: observedAt, downloadCount: 5, removedDate: null },
    ],
    downloads: [{ assetId: 77, date, sinceDate: null, gained: null, downloadCount: 5 }],
    workflowDays: [{ date: addDays(date, -6), runCount: 3 }],
    events: [{ occurredAt: observedAt, kind: 'renamed', nameBefore: 'a/b', nameAfter: 'a/c' }],
  };
};

test('two imports of everything, collected over and taken back in either order, leave what collecting alone leaves', async () => {
  const NEXT = addDays(START, 2);
  const ends: unknown[] = [];
  for (const order of [null, [0, 1], [1, 0]]) {
    const own = await openCollecting(at(START));
    const outer = collecting;
    collecting = own;
    try {
      const { repositoryId } = await own.add('everything', { views: 20 } as never);
      await own.collect(at(START, '08:00'));
      own.now(at(NEXT, '06:00'));
      const ids: number[] = [];
      if (order)
        for (const views of [1, 2]) {
          const history = toEverything(repositoryId, NEXT);
          ids.push(
            await importAll([
              { ...history, days: history.days.map((day) => ({ ...day, viewCount: views })) },
            ]),
          );
        }
      if (order) {
        const [fact] = (await own.rows('repositoryFact')).filter(({ factDate }) => factDate === NEXT);
        expect(fact).toMatchObject({ stars: 999, importId: ids[0] });
        expect(await own.rows('firstReferrer')).toContainEqual(
          expect.objectContaining({
            referrer: 'news.example',
            firstDate: addDays(NEXT, -30),
            collectedDate: null,
          }),
        );
      }
      await own.collect(at(NEXT, '08:00'));
      const [fact] = (await own.rows('repositoryFact')).filter(({ factDate }) => factDate === NEXT);
      expect(fact).toMatchObject({ importId: null });
      for (const place of order ?? []) await takeBack(ids[place] ?? 0);
      const { repository: [row] = [], ...rest } = (await snapshot()) as Record<string, never[]>;
      ends.push({ ...rest, repository: row });
    } finally {
      collecting = outer;
      await own.close();
    }
  }
  expect(ends[1]).toEqual(ends[0]);
  expect(ends[2]).toEqual(ends[0]);
});

test('where our zeros become suspect because everything fell silent, the file’s figures count until GitHub has caught up', async () => {
  const { repositoryId } = await collecting.add('silent');
  const date = addDays(START, -3);
  const { tenantId, db } = collecting;
  const key = { tenantId, repositoryId, trafficDate: date };
  const zero = { viewCount: 0, viewUniques: 0, cloneCount: 0, cloneUniques: 0 };
  await db
    .insertInto('trafficDay')
    .values({ ...key, ...zero, state: 'zero', observedAt: at(START) })
    .execute();
  const dayNow = async () => (await collecting.days(repositoryId, date, date))[0];
  const importId = await importAll([{ repositoryId, days: toDays(date, 1, 7) }]);
  expect(await dayNow()).toMatchObject({ viewCount: 0, state: 'zero' });
  const [server] = await db.selectFrom('githubServer').select('serverId').execute();
  const serverId = server?.serverId ?? 0;
  await db.insertInto('silentDay').values({ serverId, trafficDate: date }).execute();
  await markSilence(db, tenantId);
  expect(await dayNow()).toMatchObject({ viewCount: 7, cloneCount: 0, state: 'imported' });
  await db
    .updateTable('silentDay')
    .set({ endedAt: at(START) })
    .execute();
  await judgeSilence(db, collecting.clock());
  expect(await dayNow()).toMatchObject({ viewCount: 0, state: 'zero' });
  await takeBack(importId);
  expect(await dayNow()).toMatchObject({ viewCount: 0, state: 'zero' });
  expect((await collecting.rows('collectedDay')).filter((row) => row.repositoryId === repositoryId)).toEqual(
    [],
  );
});
