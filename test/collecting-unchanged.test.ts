import { afterEach, beforeEach, expect, test } from 'vitest';
import { addDays, daysFrom } from '../lib/day.ts';
import * as answers from '../lib/github/answers.ts';
import { ANSWER_FORMAT } from '../lib/github/memory.ts';
import { removeRepository } from '../lib/repositories/removal.ts';
import { ANSWERS, at, type Collecting, openCollecting, START, TOKEN } from './collecting.ts';

let collecting: Collecting;

beforeEach(async () => {
  collecting = await openCollecting(at(START));
});

afterEach(() => collecting.close());

const statuses = () => collecting.served.github.requests().map(({ status }) => status);

async function again(fingerprint = 'one token') {
  collecting.served.github.resetRequests();
  const openGitHub = async () => ({ github: collecting.github(), fingerprint });
  await collecting.work(await collecting.start(), { openGitHub });
  return statuses();
}

const usedQuota = async () => {
  const response = await collecting.served.get('/rate_limit', TOKEN);
  return ((await response.json()) as { rate: { used: number } }).rate.used;
};

test('an unchanged answer has no figures, costs no quota and is stored all the same', async () => {
  await collecting.add('busy', { views: 60, clones: 20 });
  await collecting.collect(at(START));
  const before = await collecting.allRows();
  const used = await usedQuota();
  expect(await again()).toEqual([304, 304, 304, 304, 304]);
  expect(await usedQuota()).toBe(used);
  expect((await collecting.lastRun()).run).toMatchObject({ requestCount: 0, unchangedCount: 5 });
  expect((await collecting.lastRun()).repositories).toMatchObject([
    { state: 'succeeded', requestCount: 0, unchangedCount: 5 },
  ]);
  expect(await collecting.allRows()).toEqual(before);
});

test.each(ANSWERS)(
  'days on which GitHub answers that nothing has changed are covered, and zero once they have settled (%s)',
  async (answers) => {
    collecting.served.github.setAnswers(answers);
    const { repositoryId } = await collecting.add('silent', { views: 0, clones: 0 });
    const last = addDays(START, 20);
    for (const day of daysFrom(START, last)) await collecting.collect(at(day, '08:00'));
    // A sparse answer is the same each day, a published window another one: only the lists are unchanged.
    const unchanged = answers === 'sparse' ? 4 : 2;
    expect(statuses().filter((status) => status === 304).length).toBeGreaterThan(20 * unchanged);
    const rows = await collecting.days(repositoryId, addDays(START, -12), last);
    const settled = addDays(last, answers === 'sparse' ? -4 : -1);
    expect(rows.map(({ trafficDate, state, viewCount }) => [trafficDate, state, viewCount])).toEqual(
      daysFrom(addDays(START, -12), settled).map((day) => [day, 'zero', 0]),
    );
    const { repository, lostDays } = await collecting.traffic(repositoryId, START, last);
    expect([repository.lastCoveredDate, lostDays]).toEqual([answers === 'sparse' ? last : settled, []]);
  },
);

test('a changed answer is read in full and remembered', async () => {
  const { id } = await collecting.add('busy', { views: 60, clones: 20 });
  await collecting.collect(at(START));
  collecting.answer(id, /referrers$/, [{ referrer: 'news', count: 3, uniques: 1 }]);
  const asked = await again();
  expect(asked.sort()).toEqual([200, 304, 304, 304, 304]);
  expect((await collecting.rows('referrerSnapshot')).map(({ referrer }) => referrer)).toEqual(['news']);
});

test('another token’s answers, or answers in another format, are not reused', async () => {
  await collecting.add('busy', { views: 60, clones: 20 });
  await collecting.collect(at(START));
  expect(await again('another token')).toEqual([200, 200, 200, 200, 200]);
  expect(await again('another token')).toEqual([304, 304, 304, 304, 304]);
  await collecting.db
    .updateTable('githubAnswer')
    .set({ format: ANSWER_FORMAT - 1 })
    .execute();
  expect(await again('another token')).toEqual([200, 200, 200, 200, 200]);
});

test('an answer too long to store is asked for again, and a removed repository leaves none', async () => {
  const { id, repositoryId } = await collecting.add('long', { views: 60 });
  const title = 'é'.repeat(1500);
  collecting.answer(
    id,
    /paths$/,
    ['a', 'b', 'c', 'd', 'e'].map((path) => ({ path, title, count: 1, uniques: 1 })),
  );
  await collecting.collect(at(START));
  const kinds = async () => (await collecting.rows('githubAnswer')).map(({ kind }) => kind);
  const kept = ['clone_weeks', 'clones', 'referrers', 'releases', 'repository', 'view_weeks', 'views'];
  expect((await kinds()).sort()).toEqual(kept);
  const { db, tenantId, by } = collecting;
  await removeRepository(db, { tenantId, repositoryIds: null }, repositoryId, by());
  expect(await kinds()).toEqual([]);
});

test('stored answers have this format number', () => {
  const figures = { count: 1, uniques: 1 };
  const day = { timestamp: '2025-11-03T00:00:00Z', ...figures };
  const read = {
    views: answers.viewsAnswer.parse({ ...figures, views: [day] }),
    clones: answers.clonesAnswer.parse({ ...figures, clones: [day] }),
    referrers: answers.referrersAnswer.parse([{ referrer: 'a', ...figures }]),
    paths: answers.pathsAnswer.parse([{ path: '/a', title: 'A', ...figures }]),
    repository: Object.keys(
      answers.repositoryAnswer.parse({
        id: 1,
        name: 'r',
        full_name: 'o/r',
        owner: { login: 'o' },
        private: false,
        fork: false,
        archived: false,
        description: null,
        html_url: 'https://x',
        permissions: { admin: true, push: true, pull: true },
        stargazers_count: 1,
        forks_count: 1,
        open_issues_count: 1,
        subscribers_count: 1,
        created_at: '2025-11-03T00:00:00Z',
      }),
    ).join(' '),
  };
  const bucket = { date: '2025-11-03', count: 1, uniques: 1 };
  expect([ANSWER_FORMAT, read]).toEqual([
    5,
    {
      views: { ...figures, days: [bucket] },
      clones: { ...figures, days: [bucket] },
      referrers: [{ referrer: 'a', ...figures }],
      paths: [{ path: '/a', title: 'A', ...figures }],
      repository:
        'id owner name fullName visibility topics fork archived description htmlUrl permissions stars forks openIssues createdAt subscribers',
    },
  ]);
});
