import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Overview } from '../../lib/answers/stats.ts';
import { addDays, daysFrom } from '../../lib/day.ts';
import { createApiKey } from '../api-keys.ts';
import { readAtom } from '../atom.ts';
import { type Demo, expectTruth, openDemo, DEMO_TODAY as today } from '../demo.ts';
import type { TestInstallation } from '../installation.ts';

let demo: Demo;
let installation: TestInstallation;
let overviewOf: Demo['overviewOf'];
let statsOf: Demo['statsOf'];

beforeAll(async () => {
  demo = await openDemo('published');
  ({ installation, overviewOf, statsOf } = demo);
}, 300_000);
afterAll(() => installation.close());

/**
 * The token failed 160 days ago, after a collection 161 days ago that had its yesterday. It worked again at the collection 133
 * days ago: GitHub showed the 14 days before that.
 */
const LOST_FORTNIGHT = daysFrom(addDays(today, -161), addDays(today, -148));

test('two tenants have ten repositories with more than a year of data', async () => {
  const northwind = await overviewOf(1);
  const pinecone = await overviewOf(2);
  expect(northwind.repositoryCount + pinecone.repositoryCount).toBe(10);
  const oldest = northwind.repositories.find(({ fullName }) => fullName.endsWith('/tidy-dates'));
  const { series } = await statsOf(1, oldest?.repositoryId ?? 0);
  expect(series.state.filter((state) => state === 'measured' || state === 'zero').length).toBeGreaterThan(
    390,
  );
});

test('every settled day matches GitHub, and the days without a token are lost', async () => {
  const { compared, lost } = await expectTruth(demo);
  expect(compared).toBeGreaterThan(3500);
  expect([...(lost.get(1) ?? [])]).toEqual([]);
  expect([...(lost.get(2) ?? [])]).toEqual(LOST_FORTNIGHT);
}, 300_000);

test('every day up to yesterday is final, and today is not published yet, as at a real installation', async () => {
  let fresh = 0;
  for (const tenantId of [1, 2]) {
    for (const { repositoryId, fullName, problem, archived } of (await overviewOf(tenantId)).repositories) {
      if (problem !== null || archived) continue;
      const { buckets, series } = await statsOf(tenantId, repositoryId);
      const states = buckets.map((day, place) => ({ day, state: series.state[place] ?? '' }));
      const newest = states.slice(-15);
      expect([fullName, newest.at(-1)]).toEqual([fullName, { day: today, state: 'not_published' }]);
      for (const { day, state } of newest.slice(0, -1)) {
        expect([fullName, day, state]).toEqual([fullName, day, expect.stringMatching(/^(measured|zero)$/)]);
        fresh += 1;
      }
      expect([fullName, states.filter(({ state }) => state === 'provisional' || state === 'cut')]).toEqual([
        fullName,
        [],
      ]);
    }
  }
  expect(fresh).toBe(8 * 14);
  // One of Northwind's repositories is archived, which must not make its chart pale or end its comparisons.
  const { body } = await installation.as('ada@example.com')('GET', '/stats/1?range=14');
  const { series, comparison } = body as Overview;
  expect(series.pendingDays).toEqual([...new Array(13).fill(0), 5]);
  expect(series.provisionalDays).toEqual(new Array(14).fill(0));
  expect(comparison.comparable).toBe(true);
}, 300_000);

test('the stars of all years match GitHub’s, day by day', async () => {
  const burrow = (await overviewOf(1)).repositories.find(({ fullName }) => fullName.endsWith('/burrow'));
  const { repository, facts, buckets, starHistory } = await statsOf(1, burrow?.repositoryId ?? 0);
  expect(starHistory).toMatchObject({ complete: true, problem: null });
  const days = buckets.map((day, place) => ({ day, gained: facts.starsGained[place] }));
  for (const { day, gained } of days.filter((one) => one.day < today))
    expect([day, gained]).toEqual([day, installation.github.truthOfStars(repository.githubId, day)]);
});

test('the estimate shows that most clones of the tool come from CI, which is true', async () => {
  const tool = (await overviewOf(1)).repositories.find(({ fullName }) =>
    fullName.endsWith('/build-cache-action'),
  );
  const { repository, buckets, series, workflowRuns } = await statsOf(1, tool?.repositoryId ?? 0);
  if (!workflowRuns?.estimate) throw new Error('There is no estimate.');
  const { ciClones, clonesPerRun } = workflowRuns.estimate;
  expect(Math.abs(clonesPerRun - 3.5)).toBeLessThan(0.3);
  const known = buckets.flatMap((day, place) => {
    const estimated = ciClones[place] ?? null;
    const clones = series.cloneCount[place] ?? null;
    const truth = installation.github.truthOfRuns(repository.githubId, day);
    return estimated === null || clones === null ? [] : [{ day, estimated, clones, truth, place }];
  });
  expect(known.length).toBeGreaterThan(200);
  for (const { truth, place } of known) expect(workflowRuns.runs[place]).toBe(truth.runs);
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
  const truth = sum(known.map((one) => one.truth.ciClones));
  expect(Math.abs(sum(known.map((one) => one.estimated)) / truth - 1)).toBeLessThan(0.1);
  expect(truth / sum(known.map((one) => one.clones))).toBeGreaterThan(0.7);
});

test('the demo’s downloads match GitHub’s count', async () => {
  const burrow = (await overviewOf(1)).repositories.find(({ fullName }) => fullName.endsWith('/burrow'));
  const { repository, releases } = await statsOf(1, burrow?.repositoryId ?? 0);
  const readAt = new Date(releases?.readAt ?? 0);
  const truth = installation.github.truthOfDownloads(repository.githubId, readAt);
  const counts = releases?.assets.map(({ assetId, downloadCount }) => [assetId, downloadCount]) ?? [];
  expect(counts.length).toBeGreaterThan(20);
  expect(Object.fromEntries(counts)).toEqual(Object.fromEntries(truth));
});

test('the rename left an event, and one repository waits for push access', async () => {
  const northwind = await overviewOf(1);
  const charts = northwind.repositories.find(({ fullName }) => fullName === 'northwind-labs/harbor-charts');
  const { events } = await statsOf(1, charts?.repositoryId ?? 0);
  expect(events.map(({ title }) => title)).toContain(
    'Transferred from northwind-attic/charts to northwind-labs/harbor-charts',
  );
  const waiting = (await overviewOf(2)).repositories.filter(({ problem }) => problem !== null);
  expect(waiting.map(({ fullName, problem }) => [fullName, problem?.code])).toEqual([
    ['pinecone-tools/exam-helper', 'no_push_access'],
  ]);
  expect(waiting[0]?.problem?.daysUntilLoss).toBeGreaterThan(5);
});

test('both tenants’ channels got the weekly report, and one heard of the failing repository', async () => {
  const received = installation.webhooks.received();
  expect(received.every(({ status }) => status < 300)).toBe(true);
  const textsOf = (path: string) =>
    received.filter((one) => one.path === path).map(({ body }) => JSON.stringify(body));
  expect(textsOf('/slack/tenant-1')).toEqual([
    expect.stringContaining('Northwind Labs: traffic in the week of'),
  ]);
  const [problem, report] = textsOf('/teams/tenant-2');
  expect(problem).toContain('Collecting fails (pinecone-tools/exam-helper)');
  expect(report).toContain('Pinecone Tools: traffic in the week of');
});

test('a newsletter’s crowd is an open alert, which is in the mailbox beside both reports, and in the feed', async () => {
  const ada = installation.as('ada@example.com');
  const { body } = await ada('GET', '/alerts/1?state=open&kind=spike');
  const subject = 'northwind-labs/build-cache-action';
  expect(body.alerts).toContainEqual(
    expect.objectContaining({ subject, date: addDays(today, -2), referrer: 'javascriptweekly.com' }),
  );
  const subjects = installation.mails
    .received()
    .filter(({ to }) => to.includes('ada@example.com'))
    .map(({ mail }) => mail.subject);
  for (const part of [`Spike: ${subject}`, 'traffic in the week of 2 Mar 2026', 'traffic in February 2026'])
    expect(subjects.filter((one) => one?.includes(part))).toHaveLength(1);
  const { key } = await createApiKey(ada, 1, { scope: 'feed' });
  const { body: feed } = await installation.anonymously('GET', `/feeds/1?key=${key}`);
  const titles = readAtom(feed).entries.map(({ title }) => title);
  expect(titles).toContainEqual(expect.stringMatching(/^northwind-labs\/burrow: Show HN: burrow/));
  expect(titles).toContainEqual(expect.stringMatching(new RegExp(`^${subject}: .* views instead of about`)));
});

test('only the two days that GitHub counted again have revisions', async () => {
  const { repositories } = await overviewOf(1);
  const told = await Promise.all(
    repositories.map(async ({ repositoryId, fullName }) => {
      const { revisions } = await statsOf(1, repositoryId);
      return revisions.map((revision) => ({ ...revision, fullName }));
    }),
  );
  const all = told.flat();
  expect(new Set(all.map(({ fullName }) => fullName))).toEqual(new Set(['northwind-labs/harbor-charts']));
  expect(new Set(all.map(({ date }) => date)).size).toBe(2);
  for (const { kept, observed } of all) expect(observed).toBeLessThan(kept);
});
