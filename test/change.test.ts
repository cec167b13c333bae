import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Report } from '../lib/answers/reports.ts';
import { addDays, daysFrom } from '../lib/day.ts';
import { openDatabase } from '../lib/db/database.ts';
import { type Call, openTestInstallation, type TestInstallation } from './installation.ts';

/** A Monday at noon: the report of the week before is due, and that week is final up to Thursday. */
const NOW = '2026-03-09T12:00:00.000Z';
const WEEK = '2026-03-02';
const SPAN = 'from=2026-03-02&to=2026-03-05';

/** Views per day in the week and the week before. The missing day is in the earlier span. */
const REPOSITORIES = {
  slightly: { before: 100, now: 108 },
  halved: { before: 8, now: 4 },
  risen: { before: 0, now: 500 },
  gap: { before: 1, now: 900, missing: '2026-02-26' },
  viewsOnly: { before: 2, now: 800, clones: null },
};

let installation: TestInstallation;
let ada: Call;

beforeAll(async () => {
  installation = await openTestInstallation({ demo: true, now: NOW });
  await installation.initialize();
  ada = installation.as('ada@example.com');
  const { db } = openDatabase(installation.database.url);
  for (const [place, [name, views]] of Object.entries(REPOSITORIES).entries()) {
    const { repositoryId } = await db
      .insertInto('repository')
      .values({
        tenantId: 1,
        githubId: place + 1,
        owner: 'owner',
        name,
        visibility: 'public',
        schedule: 'daily',
        addedAt: '2026-02-01T00:00:00Z',
        addedBy: 'a',
        firstCoveredDate: '2026-02-01',
        lastCoveredDate: '2026-03-09',
        lastSuccessAt: '2026-03-09T06:00:00.000Z',
      })
      .returning('repositoryId')
      .executeTakeFirstOrThrow();
    const { before, now, missing, clones } = { missing: '', clones: 1, ...views };
    const days = daysFrom(addDays(WEEK, -7), addDays(WEEK, 6)).filter((date) => date !== missing);
    await db
      .insertInto('trafficDay')
      .values(
        days.map((trafficDate) => ({
          tenantId: 1,
          repositoryId,
          trafficDate,
          viewCount: trafficDate < WEEK ? before : now,
          viewUniques: 1,
          cloneCount: clones,
          cloneUniques: clones,
          state: trafficDate <= '2026-03-05' ? ('measured' as const) : ('provisional' as const),
          observedAt: NOW,
        })),
      )
      .execute();
  }
  await db.destroy();
});

afterAll(() => installation.close());

async function sorted(query: string): Promise<string[]> {
  const { status, body } = await ada('GET', `/stats/1?${query}`);
  expect([status, body.error]).toEqual([200, undefined]);
  return body.repositories.map(({ fullName }: { fullName: string }) => fullName.replace('owner/', ''));
}

test('repositories are sorted by the shown change; unknown changes come last in either order', async () => {
  const unknown = ['gap', 'risen', 'viewsOnly'];
  expect(await sorted(`${SPAN}&sort=change`)).toEqual(['slightly', 'halved', ...unknown]);
  expect(await sorted(`${SPAN}&sort=change&order=asc`)).toEqual(['halved', 'slightly', ...unknown]);
});

test('if only part of the previous span is known, changes are unknown and repositories are sorted by name', async () => {
  const names = ['gap', 'halved', 'risen', 'slightly', 'viewsOnly'];
  const span = 'from=2026-02-25&to=2026-03-05';
  expect(await sorted(`${span}&sort=change`)).toEqual(names);
  expect(await sorted(`${span}&sort=change&order=asc`)).toEqual(names);
});

test('the overview’s CSV has the same changes in the same order', async () => {
  const { body } = await ada('GET', `/stats/1?${SPAN}&sort=change&format=csv`);
  const [header, ...rows] = body.trimEnd().split('\r\n');
  const column = header.split(',').indexOf('viewCountChange');
  expect(rows.map((row: string) => [row.split(',')[2], row.split(',')[column]])).toEqual([
    ['slightly', '0.08'],
    ['halved', '-0.5'],
    ['gap', ''],
    ['risen', ''],
    ['viewsOnly', ''],
  ]);
});

test('the weekly report knows a change where the overview does', async () => {
  const { body } = await ada('GET', '/channels/1/report');
  const { repositories, comparisons, totals }: Report = body.report;
  const changes = repositories.map(({ fullName, previous }) => [
    fullName.replace('owner/', ''),
    previous.change,
  ]);
  expect(Object.fromEntries(changes)).toEqual({
    slightly: 0.08,
    halved: -0.5,
    risen: null,
    gap: null,
    viewsOnly: null,
  });
  expect(comparisons.previous.repositories.compared).toBe(3);
  expect(totals.viewCount.previous.change).toBe((108 + 4 + 500 - 108) / 108);
});
