import { scripts } from 'virtual:schema-scripts';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addDays, daysFrom } from '../lib/day.ts';
import { type Db, openDatabase } from '../lib/db/database.ts';
import { migrate } from '../lib/db/migrate.ts';
import type { Tables } from '../lib/db/tables.ts';
import { DEMO_TOKENS, DEMO_USERS } from '../local/demo/github.ts';
import { createTestDatabase } from './database.ts';
import { type Call, openTestInstallation, type TestInstallation } from './installation.ts';

/** Yesterday is published. */
const TODAY = '2026-01-20';
const TOMORROW = addDays(TODAY, 1);
const FROM = addDays(TODAY, -14);
const YESTERDAY = addDays(TODAY, -1);
const DAYS = daysFrom(FROM, YESTERDAY);
const VIEWS = 3_000_000_001;
const CLONES = 2_500_000_003;
const UNIQUES = 2_200_000_007;
const REFERRED = 5_000_000_011;
const STARS = 3_100_000_013;
const RUNS = 2_300_000_017;
const DOWNLOADS = 5_000_000_019;
const NEW_DOWNLOADS = 2_400_000_021;
let installation: TestInstallation;
let ada: Call;
let tenant: number;
let place: string;

function toWindow(name: string, count: number) {
  const days = DAYS.map((day) => ({ timestamp: `${day}T00:00:00Z`, count, uniques: UNIQUES }));
  return { count: count * DAYS.length, uniques: UNIQUES, [name]: days };
}

function toReleases(downloads: number) {
  const at = '2026-01-02T00:00:00Z';
  const asset = { id: 1, name: 'tool.zip', size: 1, created_at: at, download_count: downloads };
  return [
    { id: 1, tag_name: 'v1', name: null, draft: false, created_at: at, published_at: at, assets: [asset] },
  ];
}

/** Lets GitHub answer a part of a repository with this; returns how to lift that. */
function answer(repository: number, path: RegExp, body: unknown) {
  return installation.github.fail({ kind: 'status', status: 200, body, match: { repository, path } });
}

/** Lets GitHub answer with large figures. */
async function answerLarge(id: number): Promise<void> {
  const list = { count: REFERRED, uniques: UNIQUES };
  answer(id, /\/traffic\/views$/, toWindow('views', VIEWS));
  answer(id, /\/traffic\/clones$/, toWindow('clones', CLONES));
  answer(id, /popular\/referrers$/, [{ referrer: 'Google', ...list }]);
  answer(id, /popular\/paths$/, [{ path: '/large/file', title: 'File', ...list }]);
  answer(id, /\/actions\/runs$/, { total_count: RUNS, workflow_runs: [] });
  const week = Date.UTC(2026, 0, 18) / 1000;
  answer(id, /\/stargazers\/history$/, [{ week, days: [STARS, 0, 0, 0, 0, 0, 0] }]);
  const headers = { authorization: `Bearer ${DEMO_TOKENS.octocat}` };
  const response = await fetch(`${installation.url}/github/api/v3/repositories/${id}`, { headers });
  const counts = { stargazers_count: STARS, forks_count: STARS, subscribers_count: STARS };
  const document = { ...((await response.json()) as object), ...counts, open_issues_count: STARS };
  answer(id, /^\/repositories\/\d+$|^\/repos\/[^/]+\/[^/]+$/, document);
}

beforeAll(async () => {
  installation = await openTestInstallation({ now: `${YESTERDAY}T12:00:00.000Z`, demo: true });
  ada = installation.as('ada@example.com');
  tenant = (await installation.initialize()).tenantId;
  const repositories = [{ owner: DEMO_USERS.northwind, name: 'burrow' }];
  const { body } = await ada('POST', `/repositories/${tenant}/batch`, { repositories });
  await installation.host.settled();
  place = `${tenant}/${body.added[0].repositoryId}`;
  const { githubId } = (await read(place)).repository;
  await answerLarge(githubId);
  for (const [day, downloads] of [
    [TODAY, DOWNLOADS],
    [TOMORROW, DOWNLOADS + NEW_DOWNLOADS],
  ] as const) {
    const lift = answer(githubId, /\/releases$/, toReleases(downloads));
    installation.now(`${day}T12:00:00.000Z`);
    await installation.collect();
    lift();
  }
});

afterAll(() => installation.close());

async function read(path: string) {
  const { status, body } = await ada('GET', `/stats/${path}`);
  expect([path, status, body.error]).toEqual([path, 200, undefined]);
  return body;
}

async function readCsv(path: string): Promise<string[]> {
  const text: string = await read(`${path}&format=csv`);
  return text.trim().split('\r\n').slice(1);
}

const eachDay = (figure: number) => DAYS.map(() => figure);

test('views, clones and unique visitors above 2³¹ are answered exactly, day by day and summed', async () => {
  const { repository, series, totals } = await read(`${place}?from=${FROM}&to=${YESTERDAY}`);
  expect(repository.problem).toBeNull();
  expect(series).toMatchObject({ viewCount: eachDay(VIEWS), viewUniques: eachDay(UNIQUES) });
  expect(series).toMatchObject({ cloneCount: eachDay(CLONES), cloneUniques: eachDay(UNIQUES) });
  const sums = { viewCount: 14 * VIEWS, viewUniquesUpper: 14 * UNIQUES, cloneCount: 14 * CLONES };
  expect(totals).toMatchObject(sums);
  expect((await read(`${tenant}?from=${FROM}&to=${YESTERDAY}`)).totals).toMatchObject(sums);
  const { window } = await read(`${place}?from=${FROM}&to=${TOMORROW}`);
  expect(window).toMatchObject({ viewCount: 14 * VIEWS, viewUniques: UNIQUES, cloneCount: 14 * CLONES });
});

test('referrers, paths, stars and workflow runs above 2³¹ are answered exactly', async () => {
  const found = await read(`${place}?from=${FROM}&to=${TOMORROW}`);
  const listed = { viewCount: REFERRED, viewUniques: UNIQUES };
  expect(found.referrers[0]).toMatchObject({ referrer: 'Google', ...listed });
  expect(found.paths[0]).toMatchObject({ path: '/large/file', ...listed });
  for (const fact of ['forks', 'subscribers', 'openIssues'])
    expect([fact, found.facts[fact].at(-1)]).toEqual([fact, STARS]);
  expect(found.starHistory.problem).toBeNull();
  expect(found.starHistory.stars.at(-1)).toBe(STARS);
  expect(found.workflowRuns.problem).toBeNull();
  expect(found.workflowRuns.runs).toContain(RUNS);
});

test('downloads above 2³¹ are answered exactly', async () => {
  const { releases } = await read(`${place}?from=${FROM}&to=${TOMORROW}`);
  const downloadCount = DOWNLOADS + NEW_DOWNLOADS;
  const file = { assetName: 'tool.zip', downloadCount, gained: NEW_DOWNLOADS };
  expect(releases.problem).toBeNull();
  expect(releases.assets).toContainEqual(expect.objectContaining(file));
  expect(releases.downloads.at(-1)).toBe(NEW_DOWNLOADS);
  const assets = await readCsv(`${place}?of=assets&from=${FROM}&to=${TOMORROW}`);
  expect(assets.filter((row) => row.endsWith(`,${downloadCount},${NEW_DOWNLOADS}`))).toHaveLength(1);
});

test('CSV files and the sums of charts have the same figures', async () => {
  const span = `from=${FROM}&to=${YESTERDAY}`;
  const figures = [VIEWS, UNIQUES, CLONES, UNIQUES];
  const perDay = DAYS.map((day) => expect.stringContaining(`${day},${figures},measured`));
  expect(await readCsv(`${place}?of=traffic&${span}`)).toEqual(perDay);
  const sums = await readCsv(`${tenant}/table?sum=repositories&${span}`);
  expect(sums.reverse()).toEqual(DAYS.map((day) => `,,,${day},${figures}`));
  const [whole, ...none] = await readCsv(`${tenant}/table?sum=days&${span}`);
  expect(none).toEqual([]);
  expect(whole?.split(',')).toEqual(expect.arrayContaining([14 * VIEWS, 14 * CLONES].map(String)));
});

const AT = '2026-01-14T06:00:00.000Z';

/** Sets a database up as schema version 16 left it, with one row in each table that version 17 changes. */
async function openVersion16() {
  const database = openDatabase((await createTestDatabase()).admin);
  const { db, dialect } = database;
  for (const [index, script] of scripts[dialect].slice(0, 16).entries()) {
    const statements = script.replace(/--.*$/gm, '').split(/;\s*$/m);
    for (const statement of statements.filter((one) => one.trim())) await sql.raw(statement).execute(db);
    await db
      .insertInto('schemaVersion')
      .values({ version: index + 1, appliedAt: AT })
      .execute();
  }
  return database;
}

async function insertOwner(db: Db) {
  const server = { name: 'GitHub', kind: 'github', apiUrl: 'a', webUrl: 'w', createdAt: AT } as const;
  await db.insertInto('githubServer').values(server).execute();
  const tenant = { name: 'T', serverId: 1, githubUser: 'u', tokenSealed: 's', createdAt: AT, createdBy: 'e' };
  await db.insertInto('tenant').values(tenant).execute();
  const repository = { tenantId: 1, githubId: 1, owner: 'o', name: 'r', visibility: 'public' } as const;
  const added = { schedule: 'daily', addedAt: AT, addedBy: 'e' } as const;
  await db
    .insertInto('repository')
    .values({ ...repository, ...added })
    .execute();
  const run = {
    tenantId: 1,
    reason: 'verify',
    state: 'succeeded',
    startedAt: AT,
    repositoryCount: 1,
  } as const;
  await db.insertInto('collectionRun').values(run).execute();
}

const KEY = { tenantId: 1, repositoryId: 1 };
const FIGURES = { viewCount: 1, viewUniques: 2, cloneCount: 3, cloneUniques: 4 };
const REVISED = { trafficDate: TODAY, metric: 'viewCount' };
const ROWS = {
  trafficDay: { ...KEY, trafficDate: TODAY, ...FIGURES, state: 'cut', observedAt: AT },
  trafficRevision: { ...KEY, ...REVISED, kept: 5, observed: 6, observedAt: AT },
  trafficWeek: { ...KEY, weekStart: '2026-01-19', ...FIGURES, observedAt: AT },
  trafficWindow: { ...KEY, observedDate: TODAY, ...FIGURES },
  referrerSnapshot: {
    ...KEY,
    snapshotDate: TODAY,
    listRank: 1,
    referrer: 'Google',
    viewCount: 7,
    viewUniques: 8,
  },
  pathSnapshot: {
    ...KEY,
    snapshotDate: TODAY,
    listRank: 1,
    path: '/',
    title: 'ö',
    viewCount: 9,
    viewUniques: 10,
  },
  repositoryFact: { ...KEY, factDate: TODAY, stars: 11, forks: 12, subscribers: 13, openIssues: 14 },
  repositoryExtra: {
    ...KEY,
    kind: 'stars',
    triedAt: AT,
    readAt: null,
    nextPage: 15,
    seenCount: 16,
    failureCode: 'c',
    failureMessage: 'm',
  },
  starDay: { ...KEY, starDate: TODAY, gained: 17 },
  releaseAsset: {
    ...KEY,
    assetId: 18,
    releaseId: 19,
    tag: 't',
    releaseName: 'n',
    assetName: 'a',
    sizeBytes: 20,
    createdAt: AT,
    publishedAt: AT,
    downloadCount: 21,
    removedDate: null,
  },
  releaseDownload: {
    ...KEY,
    assetId: 22,
    downloadDate: TODAY,
    sinceDate: YESTERDAY,
    gained: 23,
    downloadCount: 24,
  },
  workflowDay: { ...KEY, runDate: TODAY, runCount: 25 },
  runDifference: { ...KEY, runId: 1, ...REVISED, stored: 26, observed: 27 },
} as const satisfies { [T in keyof Tables]?: object };
const NAMES = Object.keys(ROWS) as (keyof typeof ROWS)[];

test('an upgrade from schema version 16 keeps every row, and what the database checks and deletes', async () => {
  const { db, dialect } = await openVersion16();
  await insertOwner(db);
  await sql`update repository set ended_week_uniques = 20`.execute(db);
  for (const name of NAMES)
    await db
      .insertInto(name)
      .values(ROWS[name] as never)
      .execute();
  await db.transaction().execute((trx) => migrate(trx, dialect, AT));
  expect(await db.selectFrom('repository').select('endedWeekViewers').execute()).toEqual([
    { endedWeekViewers: 20 },
  ]);
  for (const name of NAMES) {
    const row = ROWS[name];
    expect([name, await db.selectFrom(name).selectAll().execute()]).toMatchObject([name, [row]]);
    const again = db.insertInto(name).values(row as never);
    await expect(again.execute(), name).rejects.toThrow();
    const orphan = db.insertInto(name).values({ ...row, tenantId: 2 } as never);
    await expect(orphan.execute(), name).rejects.toThrow();
  }
  const wrong = db.updateTable('trafficDay').set({ state: 'wrong' as never });
  await expect(wrong.execute()).rejects.toThrow();
  await db.deleteFrom('tenant').execute();
  for (const name of NAMES)
    expect([name, await db.selectFrom(name).selectAll().execute()]).toEqual([name, []]);
  await db.destroy();
});
