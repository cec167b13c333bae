import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Repository } from '../../local/github/world.ts';
import { QUIET, type ServedGitHub, serveGitHub } from '../github-server.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const TODAY = '2026-11-21';
const TOKEN = 'ghp_test_published_00000000000000000000';

interface Bucket {
  timestamp: string;
  count: number;
  uniques: number;
}

interface Body {
  count: number;
  uniques: number;
  views: Bucket[];
}

let served: ServedGitHub;

beforeEach(async () => {
  served = await serveGitHub(`${TODAY}T08:00:00Z`);
  served.github.addUser('ada');
  served.github.addToken({ token: TOKEN, login: 'ada', kind: 'classic', scopes: ['repo'], quota: 100_000 });
});
afterEach(() => served.close());

const add = (name: string, isPrivate = false): Repository =>
  served.github.addRepository({
    owner: 'ada',
    name,
    createdOn: '2025-01-01',
    private: isPrivate,
    story: { ...QUIET, views: 0.8, clones: 0.3, regulars: 0 },
  });

async function read({ id }: Repository, question = 'views'): Promise<Body> {
  const response = await served.get(`/repositories/${id}/traffic/${question}`, TOKEN);
  expect(response.status).toBe(200);
  return (await response.json()) as Body;
}

const daysOf = ({ views }: Body) => views.map(({ timestamp }) => timestamp.slice(0, 10));
const endOf = async (one: Repository) => daysOf(await read(one)).at(-1);
const dayAt = (offset: number) =>
  new Date(Date.parse(`${TODAY}T00:00:00Z`) + offset * DAY_MS).toISOString().slice(0, 10);
const window = (end: number) => Array.from({ length: 14 }, (_, place) => dayAt(end - 13 + place));

test('an answer has 14 days in a row with zeros written, and never today', async () => {
  const one = add('one');
  const views = await read(one);
  expect(daysOf(views)).toEqual(window(-1));
  expect(views.views.some(({ count }) => count === 0)).toBe(true);
  const total = views.views.reduce((sum, { count }) => sum + count, 0);
  expect([views.count, views.views.length]).toEqual([total, 14]);
});

test('yesterday is published once between 03:00 and 07:00, at another time on each day', async () => {
  const one = add('one');
  const hours = new Set<number>();
  for (let offset = 0; offset < 20; offset += 1) {
    const midnight = Date.parse(`${dayAt(offset)}T00:00:00Z`);
    const ends = [];
    for (let hour = 0; hour <= 8; hour += 1) {
      served.now = new Date(midnight + hour * HOUR_MS);
      ends.push(await endOf(one));
    }
    const published = ends.indexOf(dayAt(offset - 1));
    expect(ends.slice(0, 4)).toEqual(Array(4).fill(dayAt(offset - 2)));
    expect(ends.slice(7)).toEqual(Array(2).fill(dayAt(offset - 1)));
    expect(ends.slice(published)).toEqual(Array(9 - published).fill(dayAt(offset - 1)));
    hours.add(published);
  }
  expect(hours.size).toBe(4);
});

test('the figures of a published day never change while it is shown', async () => {
  const one = add('one');
  const shown = new Map<string, Set<string>>();
  for (let hours = 0; hours < 16 * 24; hours += 5) {
    served.now = new Date(Date.parse(`${TODAY}T00:00:00Z`) + hours * HOUR_MS);
    for (const { timestamp, count, uniques } of (await read(one)).views)
      shown.set(timestamp, (shown.get(timestamp) ?? new Set()).add(`${count}/${uniques}`));
  }
  expect(shown.size).toBeGreaterThan(25);
  expect([...shown.values()].every((figures) => figures.size === 1)).toBe(true);
});

test('weeks are those of the same window, zeros and cut weeks included', async () => {
  const one = add('one');
  const { views: weeks, count } = await read(one, 'views?per=week');
  const days = await read(one);
  expect(count).toBe(days.count);
  for (const week of weeks) {
    const from = week.timestamp.slice(0, 10);
    const to = new Date(Date.parse(week.timestamp) + 6 * DAY_MS).toISOString().slice(0, 10);
    const within = days.views.filter(({ timestamp }) => {
      return timestamp.slice(0, 10) >= from && timestamp.slice(0, 10) <= to;
    });
    expect(week.count).toBe(within.reduce((sum, day) => sum + day.count, 0));
  }
});

test('an old copy is what was answered so many days ago, for as long as the rule says', async () => {
  const one = add('one');
  const fresh = await read(one);
  served.now = new Date(`${dayAt(20)}T08:00:00Z`);
  served.github.fail({ kind: 'old-copy', days: 20, times: 2, match: { path: /views$/ } });
  expect(await read(one)).toEqual(fresh);
  expect(daysOf(await read(one))).toEqual(window(-1));
  expect(daysOf(await read(one))).toEqual(window(19));
});

test('a freeze stops all repositories of one visibility, and no other, until it ends', async () => {
  const open = [add('one'), add('two')];
  const hidden = add('hidden', true);
  const ends = async () => [await endOf(hidden), ...(await Promise.all(open.map(endOf)))];
  const thaw = served.github.freeze('public', dayAt(1));
  expect(await ends()).toEqual([dayAt(-1), dayAt(-1), dayAt(-1)]);
  served.now = new Date(`${dayAt(6)}T08:00:00Z`);
  expect(await ends()).toEqual([dayAt(5), dayAt(1), dayAt(1)]);
  thaw();
  expect(await ends()).toEqual([dayAt(5), dayAt(5), dayAt(5)]);
});

test('a server that answers as before 2026 leaves out days without traffic and shows today', async () => {
  const sparse = await serveGitHub(`${TODAY}T20:00:00Z`, '/api/v3', { answers: 'sparse' });
  try {
    sparse.github.addUser('ada');
    sparse.github.addToken({ token: TOKEN, login: 'ada', kind: 'classic', scopes: ['repo'] });
    const story = { ...QUIET, views: 0.8, clones: 0.3, regulars: 0 };
    const { id } = sparse.github.addRepository({ owner: 'ada', name: 'one', createdOn: '2025-01-01', story });
    const response = await sparse.get(`/repositories/${id}/traffic/views`, TOKEN);
    const body = (await response.json()) as Body;
    expect(body.views.length).toBeLessThan(14);
    expect(body.views.every(({ count }) => count > 0)).toBe(true);
    sparse.github.setAnswers('published');
    const after = await sparse.get(`/repositories/${id}/traffic/views`, TOKEN);
    expect(daysOf((await after.json()) as Body)).toEqual(window(-1));
  } finally {
    await sparse.close();
  }
});
