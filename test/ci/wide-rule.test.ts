import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEMO_USERS } from '../../local/demo/github.ts';
import { QUIET } from '../github-server.ts';
import { type Call, openTestInstallation, type TestInstallation } from '../installation.ts';

const COUNT = 20_000;
let installation: TestInstallation;
let ada: Call;

beforeAll(async () => {
  installation = await openTestInstallation({ demo: true, now: '2026-03-03T09:00:00.000Z' });
  await installation.initialize();
  ada = installation.as('ada@example.com');
  const collaborators = { [DEMO_USERS.octocat]: 'admin' } as const;
  for (let number = 0; number < COUNT; number += 1)
    installation.github.addRepository({
      owner: 'wide',
      name: `r${String(number).padStart(5, '0')}`,
      createdOn: '2025-01-01',
      story: QUIET,
      collaborators,
    });
});

afterAll(() => installation.close());

const counted = { removed: 0, no_push_access: 0 };

test('a rule that matches 20,000 repositories is previewed in full and refused with the limit', async () => {
  const rule = { owner: 'wide', archived: 'included' };
  const { status, body } = await ada('POST', '/rules/1/preview', { rule, q: 'r19999' });
  expect([status, body.counts]).toEqual([
    200,
    { ...counted, matching: COUNT, new: 5000, tracked: 0, over_limit: 15_000 },
  ]);
  expect(body.matches.map(({ fullName }: { fullName: string }) => fullName)).toEqual(['wide/r19999']);
  expect(body.warning.code).toBe('rule_too_wide');
  const refused = await ada('POST', '/rules/1', rule);
  expect([refused.status, refused.body.error.code]).toEqual([422, 'rule_too_wide']);
  expect(refused.body.error.message).toContain('at most 5,000 repositories in a tenant');
  expect((await ada('GET', '/rules/1')).body.rules).toEqual([]);
  expect((await ada('GET', '/repositories/1')).body.repositoryCount).toBe(0);
});

test('a narrower rule adds a thousand at once', async () => {
  const { status, body } = await ada('POST', '/rules/1', { owner: 'wide', namePattern: 'r00*' });
  expect([status, body.addedCount, body.runId]).toEqual([201, 1000, expect.any(Number)]);
  const list = await ada('GET', '/repositories/1?size=1');
  expect(list.body.repositoryCount).toBe(1000);
});

test('all of them are discovered, page by page', async () => {
  const seen = new Set<number>();
  let cursor: string | null = '1';
  for (; cursor; ) {
    const { body } = await ada('GET', `/repositories/1/discover?q=wide/r1&cursor=${cursor}`);
    for (const { githubId } of body.candidates) seen.add(githubId);
    expect(body.truncated).toBe(body.nextCursor !== null);
    cursor = body.nextCursor;
  }
  expect(seen.size).toBe(10_000);
});
