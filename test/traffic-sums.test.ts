import { afterAll, beforeAll, expect, test } from 'vitest';
import { readBadgeSource } from '../lib/badges/figures.ts';
import { badgeMessage } from '../lib/badges.ts';
import { addDays } from '../lib/day.ts';
import { openDatabase } from '../lib/db/database.ts';
import { type Call, openTestInstallation, type TestInstallation } from './installation.ts';

const TODAY = '2026-01-14';
const COUNT = 40;
const DAYS = 800;
/** The days that have traffic: today and every fifth one before. */
const STEP = 5;

let installation: TestInstallation;
let ada: Call;
let ids: number[];

const viewsOf = (place: number) => place + 1;
const clonesOf = (place: number) => COUNT - place;

beforeAll(async () => {
  installation = await openTestInstallation({ demo: true, now: `${TODAY}T08:00:00.000Z` });
  await installation.initialize();
  ada = installation.as('ada@example.com');
  const { db } = openDatabase(installation.database.url);
  const added = {
    visibility: 'public',
    schedule: 'daily',
    addedAt: `${TODAY}T00:00:00Z`,
    addedBy: 'a',
  } as const;
  const repositories = Array.from({ length: COUNT }, (_, place) => ({
    tenantId: 1,
    githubId: place + 1,
    owner: 'owner',
    name: `r${place}`,
    ...added,
  }));
  const inserted = await db.insertInto('repository').values(repositories).returning('repositoryId').execute();
  ids = inserted.map(({ repositoryId }) => repositoryId);
  const dates = Array.from({ length: DAYS / STEP }, (_, index) => addDays(TODAY, -index * STEP));
  const observedAt = `${TODAY}T00:00:00Z`;
  for (const [place, repositoryId] of ids.entries()) {
    const figures = {
      viewCount: viewsOf(place),
      viewUniques: 1,
      cloneCount: clonesOf(place),
      cloneUniques: null,
    };
    const day = { tenantId: 1, repositoryId, ...figures, state: 'measured', observedAt } as const;
    await db
      .insertInto('trafficDay')
      .values(dates.map((trafficDate) => ({ ...day, trafficDate })))
      .execute();
  }
  const week = { viewCount: 9, viewUniques: 7, cloneCount: 9, cloneUniques: 5, observedAt };
  const weekStart = '2025-12-29';
  await db
    .insertInto('trafficWeek')
    .values(ids.map((repositoryId) => ({ tenantId: 1, repositoryId, weekStart, ...week })))
    .execute();
  await db.destroy();
});

afterAll(() => installation.close());

interface Row {
  id: number | null;
  name: string;
  date: string;
  figures: (number | null)[];
  step: string;
  end: string;
}

async function read(query: string, call = ada): Promise<Row[]> {
  const { status, headers, body } = await call('GET', `/stats/1/table?format=csv&${query}`);
  expect([status, body.error]).toEqual([200, undefined]);
  const [header, ...lines] = body.trimEnd().split('\r\n');
  expect(header).toBe('RID,ORGNAME,REPONAME,TDATE,VIEWCOUNT,VUNIQUES,CLONECOUNT,CUNIQUES,STEP,TEND');
  expect(headers.get('x-total-count')).toBe(String(lines.length));
  return lines.map((line: string) => {
    const [id, , name = '', date = '', ...rest] = line.split(',');
    const figures = rest.slice(0, 4).map((cell) => (cell === '' ? null : Number(cell)));
    return { id: id ? Number(id) : null, name, date, figures, step: rest[4], end: rest[5] } as Row;
  });
}

const total = (rows: Row[], place: number) =>
  rows.reduce((sum, { figures }) => sum + (figures[place] ?? 0), 0);

test('rows are days, weeks or months, whichever suits the range', async () => {
  const steps = async (query: string) => [...new Set((await read(query)).map(({ step }) => step))];
  expect(await steps('top=15&range=90')).toEqual(['day']);
  expect(await steps('top=15&range=365')).toEqual(['week']);
  expect(await steps('top=15&range=all')).toEqual(['month']);
  expect(await steps('top=15&range=30&least=week')).toEqual(['week']);
  expect(await steps('top=15&range=all&least=week')).toEqual(['month']);
  expect(await steps('sum=days&range=30')).toEqual(['range']);
});

test('the repositories with most views and most clones are named; the others are summed', async () => {
  const rows = await read('top=3&range=14');
  const named = [...ids.slice(0, 3), ...ids.slice(-3)];
  expect(new Set(rows.map(({ id }) => id))).toEqual(new Set([...named, null]));
  const others = rows.filter(({ id }) => id === null);
  expect(others.map(({ date, name }) => [date, name])).toEqual([
    ['2026-01-14', ''],
    ['2026-01-09', ''],
    ['2026-01-04', ''],
  ]);
  const all = ids.reduce((sum, _, place) => sum + viewsOf(place), 0);
  expect([total(rows, 0), total(rows, 2)]).toEqual([3 * all, 3 * all]);
  const one = await read(`top=3&range=14&repositories=${ids[7]}`);
  expect(one.map(({ name, figures }) => [name, ...figures])).toEqual(Array(3).fill(['r7', 8, 1, 33, null]));
});

test('a step that the range cuts begins or ends there, and whole weeks have GitHub’s own uniques', async () => {
  const rows = await read(`top=1&least=week&from=2025-12-24&to=2026-01-14&repositories=${ids[0]}`);
  expect(rows.map(({ date, end, figures }) => [date, end, figures[1], figures[3]])).toEqual([
    ['2026-01-12', '2026-01-15', 1, null],
    ['2026-01-05', '2026-01-12', 1, null],
    ['2025-12-29', '2026-01-05', 7, 5],
    ['2025-12-24', '2025-12-29', 1, null],
  ]);
  const cut = await read(`top=1&least=week&from=2025-12-30&to=2026-01-04&repositories=${ids[0]}`);
  expect(cut.map(({ figures }) => figures[1])).toEqual([2]);
  const cutAtItsEnd = await read(`top=1&least=week&from=2025-12-29&to=2026-01-03&repositories=${ids[0]}`);
  expect(cutAtItsEnd.map(({ figures }) => [figures[1], figures[3]])).toEqual([[1, null]]);
  const [month] = await read(`top=1&range=all&repositories=${ids[0]}`);
  expect([month?.date, month?.end]).toEqual(['2026-01-01', '2026-01-15']);
});

test('each repository’s row sums the range', async () => {
  const rows = await read('sum=days&from=2025-12-29&to=2026-01-04');
  expect(rows).toHaveLength(COUNT);
  expect(rows[4]).toEqual({
    id: ids[4],
    name: 'r4',
    date: '2025-12-29',
    step: 'range',
    end: '2026-01-05',
    figures: [10, 7, 72, 5],
  });
});

test('a repository viewer sees nothing of other repositories, not even in a sum', async () => {
  const seen = ids.slice(0, 4);
  await ada('PUT', '/members/1/some@example.com', { role: 'repository viewer', repositoryIds: seen });
  const some = installation.as('some@example.com');
  const rows = await read('top=1&range=7', some);
  expect(total(rows, 0)).toBe(2 * seen.reduce((sum, _, place) => sum + viewsOf(place), 0));
  expect((await read('sum=days&range=7', some)).map(({ id }) => id)).toEqual(seen);
});

test('badges show the totals of the pages, and of one repository GitHub’s own visitors of 14 days', async () => {
  const { db } = openDatabase(installation.database.url);
  const now = new Date(`${TODAY}T08:00:00Z`);
  const [first = 0, second = 0] = ids;
  const messagesOf = async (repositoryIds: number[] | null) => {
    const source = await readBadgeSource(db, { tenantId: 1, repositoryIds }, [14, 30, 'all'], now);
    return ([14, 30, 'all'] as const).map((days) =>
      (['views', 'uniques', 'stars'] as const).map((metric) =>
        badgeMessage({ metric, days, label: '', color: '', style: 'flat' }, source.get(days)),
      ),
    );
  };
  const { body } = await ada('GET', '/stats/1?range=30&compare=none');
  const source = await readBadgeSource(db, { tenantId: 1, repositoryIds: null }, [30], now);
  expect(source.get(30)?.totals).toEqual(body.totals);
  const window = { viewCount: 9, viewUniques: 2, cloneCount: 9, cloneUniques: 2 };
  const key = { tenantId: 1, repositoryId: first, observedDate: TODAY };
  await db
    .insertInto('trafficWindow')
    .values({ ...key, ...window })
    .execute();
  expect(await messagesOf([first])).toEqual([
    ['3', '2', 'unknown'],
    ['6', '≤ 6', 'unknown'],
    ['160', '≤ 160', 'unknown'],
  ]);
  expect((await messagesOf([first, second]))[0]).toEqual(['9', '≤ 6', 'unknown']);
  await db.destroy();
});

test.each([
  'format=json&top=3',
  'format=json&sum=days',
  'format=csv&top=16',
  'format=csv&top=0',
  'format=csv&top=3&by=day',
  'format=csv&top=3&sum=days',
  'format=csv&least=week',
  'format=csv&sum=weeks',
])('%s is refused', async (query) => {
  const { status, body } = await ada('GET', `/stats/1/table?${query}`);
  expect([status, body.error.code]).toEqual([400, 'invalid_input']);
});
