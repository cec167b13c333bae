import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Database, openDatabase } from '../lib/db/database.ts';
import { correctTraffic } from '../lib/traffic/correction-tables.ts';
import type { RepositoryKey } from '../lib/traffic/tables.ts';
import { openTestInstallation, type TestInstallation } from './installation.ts';
import { busy, FALSE_ZEROS, insertStored, listed, setUpgradedAt, storeReads, WINTER } from './old-copies.ts';

const UPGRADED = '2026-03-05T09:00:00.000Z';
const stored = storeReads(busy, WINTER);

let installation: TestInstallation;
let database: Database;
let count = 0;

beforeAll(async () => {
  installation = await openTestInstallation({ demo: true, now: UPGRADED });
  await installation.initialize();
  database = openDatabase(installation.database.url);
  await setUpgradedAt(database.db, UPGRADED);
});

beforeEach(async () => {
  await database.db.deleteFrom('repository').execute();
});

afterAll(async () => {
  await database.db.destroy();
  await installation.close();
});

async function add(): Promise<RepositoryKey> {
  count += 1;
  const row = {
    tenantId: 1,
    githubId: count,
    owner: 'owner',
    name: `r${count}`,
    visibility: 'public',
  } as const;
  const added = {
    schedule: 'daily',
    addedAt: UPGRADED,
    addedBy: 'a',
    firstCoveredDate: '2026-01-04',
  } as const;
  const { repositoryId } = await database.db
    .insertInto('repository')
    .values({ ...row, ...added })
    .returning('repositoryId')
    .executeTakeFirstOrThrow();
  return { tenantId: 1, repositoryId };
}

function readDays({ repositoryId }: RepositoryKey) {
  return database.db
    .selectFrom('trafficDay')
    .selectAll()
    .where('repositoryId', '=', repositoryId)
    .orderBy('trafficDate')
    .execute();
}

async function upgrade(parameters: object = {}) {
  const { response } = await installation.host.invoke('traffic/upgrade', parameters);
  return response.result as { traffic: Awaited<ReturnType<typeof correctTraffic>> };
}

/** What has become of the days that version 0.1.0 left: the windows prove each provisional one. */
const corrected = stored.days
  .filter(({ trafficDate }) => !FALSE_ZEROS.includes(trafficDate))
  .map((row) => {
    if (row.state !== 'provisional') return row;
    return { ...row, state: row.viewCount === 0 ? ('zero' as const) : ('measured' as const) };
  });

test('an upgrade makes the nine days unknown that an old copy made zero, and changes no other figure', async () => {
  const key = await add();
  await insertStored(database.db, key, stored);
  const { traffic } = await upgrade();
  expect(traffic).toMatchObject({ falseZeros: 9, undecidedZeros: 0, undecided: [], madeCut: 0, next: null });
  const after = await readDays(key);
  expect(listed(after)).toEqual(listed(corrected));
  expect(after.map(({ observedAt }) => observedAt)).toEqual(corrected.map(({ observedAt }) => observedAt));

  const ada = installation.as('ada@example.com');
  const { body } = await ada('GET', `/stats/1/${key.repositoryId}?from=2026-02-08&to=2026-02-16`);
  expect(body.series.state).toEqual(FALSE_ZEROS.map(() => 'lost'));

  const again = await upgrade();
  expect(again.traffic).toMatchObject({ falseZeros: 0, undecidedZeros: 0, madeFinal: 0, madeCut: 0 });
  expect(await readDays(key)).toEqual(after);
});

test('an upgrade keeps and names zeros that the windows do not decide, and proves no day without a window', async () => {
  const key = await add();
  const missing = ['2026-01-18', '2026-02-20'];
  const windows = stored.windows.filter(({ observedDate }) => !missing.includes(observedDate));
  await insertStored(database.db, key, { ...stored, windows });
  const before = await readDays(key);
  const { traffic } = await upgrade();
  const undecided = [{ ...key, repository: `owner/r${count}`, days: FALSE_ZEROS }];
  expect(traffic).toMatchObject({ falseZeros: 0, undecidedZeros: 9, undecided, madeCut: 1 });
  const after = await readDays(key);
  const isFalse = ({ trafficDate }: { trafficDate: string }) => FALSE_ZEROS.includes(trafficDate);
  expect(after.filter(isFalse)).toEqual(before.filter(isFalse));
  expect(after.find(({ trafficDate }) => trafficDate === '2026-01-04')?.state).toBe('cut');
  expect((await upgrade()).traffic).toMatchObject({ undecidedZeros: 9, undecided, madeFinal: 0, madeCut: 0 });
  expect(await readDays(key)).toEqual(after);
});

test('a server that never wrote a zero out may have left days out: its zeros stay', async () => {
  const key = await add();
  const days = stored.days.filter(({ state, viewCount }) => state === 'zero' || viewCount !== 0);
  await insertStored(database.db, key, { ...stored, days });
  const { traffic } = await upgrade();
  expect(traffic).toMatchObject({ falseZeros: 0, undecidedZeros: 0, madeFinal: 0 });
  const zeros = (await readDays(key)).filter(({ state }) => state === 'zero');
  expect(zeros.map(({ trafficDate }) => trafficDate)).toEqual(FALSE_ZEROS);
});

test('a correction that runs out of time continues where it stopped', async () => {
  const keys: RepositoryKey[] = [];
  for (let added = 0; added < 60; added += 1) keys.push(await add());
  for (const key of keys) await insertStored(database.db, key, stored);
  const now = new Date(UPGRADED);
  const counts: number[] = [];
  for (let after: number | null = 0; after !== null; ) {
    const { falseZeros, next } = await correctTraffic(database.db, { after, now, isTime: () => false });
    counts.push(falseZeros);
    after = next;
  }
  expect(counts).toEqual([225, 225, 90]);
  const { traffic } = await upgrade({ after: keys.at(-1)?.repositoryId });
  expect(traffic).toMatchObject({ falseZeros: 0, next: null });
});
