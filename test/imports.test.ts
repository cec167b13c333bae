import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Day } from '../lib/day.ts';
import { addDays } from '../lib/day.ts';
import { type HistoryToSend, planParts } from '../lib/imports/parts.ts';
import { completeImport, createImport, storePart, takeBackImport } from '../lib/imports.ts';
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
