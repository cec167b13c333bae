import { afterAll, beforeAll, expect, test } from 'vitest';
import { addDays, type Day, daysFrom } from '../lib/day.ts';
import { type Call, openTestInstallation, type TestInstallation } from './installation.ts';

const ONE = 1;
const TWO = 2;
const THREE = 3;
let installation: TestInstallation;
let ada: Call;
const mends: (() => void)[] = [];

beforeAll(async () => {
  installation = await openTestInstallation({ demo: true, now: '2026-09-24T08:00:00.000Z' });
  await installation.initialize();
  ada = installation.as('ada@example.com');
  const { body } = await ada('GET', '/repositories/1/discover');
  const repositories = body.candidates
    .filter(
      ({ visibility, archived }: { visibility: string; archived: boolean }) =>
        visibility === 'public' && !archived,
    )
    .slice(0, 4)
    .map(({ owner, name }: { owner: string; name: string }) => ({ owner, name }));
  publish('2026-09-23');
  await ada('POST', '/repositories/1/batch', { repositories });
  await installation.host.settled();
  await ada('POST', '/channels/1', {
    kind: 'webhook',
    name: 'one',
    contents: 'problems',
    url: `${installation.url}/webhooks/json/one`,
  });
});
afterAll(async () => {
  await installation.close();
});

/** GitHub's answer as it is since 2026: 14 days in a row that end on `through`, with five views and clones on each. */
function toAnswer(through: Day) {
  const days = daysFrom(addDays(through, -13), through).map((date) => ({
    timestamp: `${date}T00:00:00Z`,
    count: 5,
    uniques: 2,
  }));
  return { count: 70, uniques: 20, views: days, clones: days };
}

/** Lets GitHub answer windows that end on a day, from now on; the first that is said of a repository holds. */
function publish(through: Day, githubId?: number): void {
  const match = { path: /traffic\/(views|clones)$/, ...(githubId !== undefined && { repository: githubId }) };
  mends.push(installation.github.fail({ kind: 'status', status: 200, body: toAnswer(through), match }));
}

async function fire(action: 'collect' | 'sweep', instant: string): Promise<number> {
  installation.now(instant);
  const { response } = await installation.host.invoke(`traffic/${action}`, {});
  await installation.host.settled();
  return (response.result as { repoCount: number }).repoCount;
}

async function watch(): Promise<{ began: number; over: number; sent: number }> {
  const { response } = await installation.host.invoke('traffic/watch', {});
  return response.result as never;
}

const repository = async (id: number) => (await ada('GET', `/repositories/1/${id}`)).body.repository;
const overview = async () => (await ada('GET', '/stats/1')).body;
const stateOf = async (id: number, day: Day) =>
  (await ada('GET', `/stats/1/${id}?from=${day}&to=${day}`)).body.series.state[0];
const told = () =>
  installation.webhooks
    .received()
    .map(({ body }) => body as { began: { kind: string }[]; over: { kind: string }[] })
    .map(({ began, over }) => [began.map(({ kind }) => kind), over.map(({ kind }) => kind)]);

test('a repository whose yesterday is missing is asked again three times that day, an hour apart, and no more', async () => {
  expect(await fire('collect', '2026-09-25T08:00:00.000Z')).toBe(4);
  const asked: number[] = [];
  for (const hour of ['08', '09', '10', '11', '12', '13', '14'])
    asked.push(await fire('sweep', `2026-09-25T${hour}:30:00.000Z`));
  expect(asked).toEqual([0, 4, 4, 4, 0, 0, 0]);
  expect(await repository(ONE)).toMatchObject({ lastCoveredDate: '2026-09-23', oldCopyThrough: null });
  expect(await stateOf(ONE, '2026-09-24')).toBe('not_published');
});

test('an old copy is named, is not a failure, and is asked again every hour', async () => {
  expect(await fire('collect', '2026-09-26T08:00:00.000Z')).toBe(4);
  const { runs } = (await ada('GET', '/runs/1')).body;
  expect(runs[0]).toMatchObject({ state: 'succeeded', failedCount: 0 });
  const { repositories } = (await ada('GET', `/runs/1/${runs[0].runId}`)).body;
  expect(repositories[0]).toMatchObject({
    state: 'succeeded',
    code: 'old_copy',
    message: 'GitHub answered with an old copy that ends on 23 September. It is asked again every hour.',
  });
  expect(await repository(ONE)).toMatchObject({
    problem: null,
    lastCoveredDate: '2026-09-23',
    oldCopyThrough: '2026-09-23',
  });
  const asked: number[] = [];
  for (const hour of ['08', '09', '10', '11', '12', '13'])
    asked.push(await fire('sweep', `2026-09-26T${hour}:30:00.000Z`));
  expect(asked).toEqual([0, 4, 4, 4, 4, 4]);
});

test('when all public repositories stand still, GitHub does: channels hear once, and no day is lost meanwhile', async () => {
  expect(await watch()).toMatchObject({ began: 1, sent: 1 });
  expect(await watch()).toMatchObject({ began: 0, sent: 0 });
  const { news, attention } = await overview();
  expect(attention).toEqual([]);
  expect(news).toEqual([
    {
      kind: 'github_stalled',
      code: 'public',
      since: '2026-09-24T00:00:00.000Z',
      message: 'GitHub has published no traffic of public repositories since 23 September.',
    },
  ]);
  expect(told()).toEqual([[['github_stalled'], []]]);
});

test('while GitHub stands still, only three repositories are asked every hour, and all at the alarm', async () => {
  expect(await fire('sweep', '2026-09-26T14:30:00.000Z')).toBe(3);
  expect(await fire('sweep', '2026-09-26T15:30:00.000Z')).toBe(3);
  expect(await fire('collect', '2026-09-27T08:00:00.000Z')).toBe(4);
  const { runs } = (await ada('GET', '/runs/1')).body;
  const { repositories } = (await ada('GET', `/runs/1/${runs[0].runId}`)).body;
  expect(repositories[0].message).toBe(
    'GitHub answered with an old copy that ends on 23 September. It publishes nothing newer at present.',
  );
  expect(await fire('sweep', '2026-09-27T09:30:00.000Z')).toBe(3);
});

test('a long stall loses no day', async () => {
  await fire('collect', '2026-10-14T08:00:00.000Z');
  expect(await watch()).toMatchObject({ began: 0, over: 0, sent: 0 });
  expect((await overview()).attention).toEqual([]);
  expect(await repository(ONE)).toMatchObject({ daysUntilLoss: 14 });
  expect(await stateOf(ONE, '2026-09-24')).toBe('not_published');
});

test('the weekly report counts the days that GitHub has not published, and calls none of them lost or zero', async () => {
  const { report, message } = (await ada('GET', '/channels/1/report')).body;
  expect(report).toMatchObject({
    period: { from: '2026-10-05' },
    totals: { viewCount: { count: null, previous: { change: null } } },
    completeness: { lostDays: 0, unpublishedDays: 4 * 7, suspectDays: 0, provisionalDays: 0 },
  });
  expect(JSON.stringify(message.sections)).toContain('GitHub has not published 28 repository days yet');
});

test('as soon as one of the three gets a newer window, all are asked again', async () => {
  const { githubId } = await repository(THREE);
  for (const mend of mends.splice(0)) mend();
  publish('2026-10-13', githubId);
  publish('2026-09-23');
  expect(await fire('sweep', '2026-10-14T09:30:00.000Z')).toBe(3);
  expect(await fire('sweep', '2026-10-14T10:30:00.000Z')).toBe(3);
  expect(await repository(THREE)).toMatchObject({ lastCoveredDate: '2026-10-13', oldCopyThrough: null });
});

test('channels hear when GitHub publishes again, and days before the newest window are lost in all repositories', async () => {
  for (const mend of mends.splice(0)) mend();
  const { githubId } = await repository(TWO);
  publish('2026-09-23', githubId);
  publish('2026-10-14');
  await fire('collect', '2026-10-15T08:00:00.000Z');
  expect(await watch()).toMatchObject({ over: 1, sent: 1 });
  expect((await overview()).news).toEqual([]);
  expect(told().at(-1)).toMatchObject([expect.anything(), ['github_stalled']]);
  expect(await stateOf(ONE, '2026-09-30')).toBe('lost');
  expect(await stateOf(ONE, '2026-10-01')).toBe('measured');
  expect(await repository(TWO)).toMatchObject({ lastCoveredDate: '2026-09-23', daysUntilLoss: 0 });
  expect(await stateOf(TWO, '2026-09-30')).toBe('lost');
  expect(await stateOf(TWO, '2026-10-01')).toBe('not_published');
  expect((await overview()).attention).toMatchObject([
    { kind: 'loss_near', code: 'old_copy', repositoryCount: 1 },
  ]);
});
