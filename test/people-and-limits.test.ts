import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, openDatabase } from '../lib/db/database.ts';
import type { TokenUse } from '../lib/github-limits/token-use.ts';
import { DEMO_TOKENS, DEMO_USERS } from '../local/demo/github.ts';
import { type Call, openTestInstallation, type TestInstallation } from './installation.ts';

const owner = DEMO_USERS.northwind;
let installation: TestInstallation;
let database: Database;
let ada: Call;
let tenantId: number;

beforeAll(async () => {
  installation = await openTestInstallation({
    demo: true,
    environment: { ALLOW_PRIVATE_ADDRESSES: 'true' },
  });
  // The simulator as an ordinary server: as the demo it would have no limits.
  const url = `${installation.url.replace('127.0.0.1', 'localhost')}/github`;
  ({ tenantId } = await installation.initialize({ server: { kind: 'enterprise', url } }));
  ada = installation.as('ada@example.com');
  database = openDatabase(installation.database.url);
});

afterAll(async () => {
  await database.db.destroy();
  await installation.close();
});

/** How many points are counted for each token, by when they are used. */
async function readPoints(): Promise<number[]> {
  const rows = await database.db.selectFrom('tokenUse').select('state').orderBy('usedAt').execute();
  return rows.map(({ state }) =>
    (JSON.parse(state) as TokenUse).points.reduce((sum, [, points]) => sum + points, 0),
  );
}

test('every request of a person counts toward the token’s limits', async () => {
  installation.github.resetRequests();
  const { body } = await ada('GET', `/repositories/${tenantId}/discover`);
  expect(body.candidates.length).toBeGreaterThan(5);
  const found = installation.github.requests().length;
  expect(await readPoints()).toEqual([found]);
  const token = { githubUser: DEMO_USERS.octocat, githubToken: DEMO_TOKENS.octocat };
  expect((await ada('PATCH', `/tenants/${tenantId}`, token)).status).toBe(200);
  expect(await readPoints()).toEqual([found + 1]);
  const missing = await ada('POST', `/repositories/${tenantId}`, { owner, name: 'no-such-thing' });
  expect(missing.body.error.code).toBe('repository_not_on_github');
  expect(await readPoints()).toEqual([found + 2]);
  expect(installation.github.requests()).toHaveLength(found + 2);
  const other = { githubUser: DEMO_USERS.hubot, githubToken: DEMO_TOKENS.hubot };
  await ada('PATCH', `/tenants/${tenantId}`, other);
  expect(await readPoints()).toEqual([found + 2, 1]);
});

test('an ended run frees the token’s concurrency at once', async () => {
  const token = { githubUser: DEMO_USERS.octocat, githubToken: DEMO_TOKENS.octocat };
  await ada('PATCH', `/tenants/${tenantId}`, token);
  const [candidate] = (await ada('GET', `/repositories/${tenantId}/discover`)).body.candidates;
  const { status, body } = await ada('POST', `/repositories/${tenantId}`, {
    owner: candidate.owner,
    name: candidate.name,
  });
  expect([status, body.error]).toEqual([201, undefined]);
  await installation.collect();
  const rows = await database.db.selectFrom('tokenUse').select('state').execute();
  expect(rows.map(({ state }) => (JSON.parse(state) as TokenUse).holders)).toEqual(rows.map(() => ({})));
});

test('a person does not wait for runs that have used up the minute', async () => {
  const until = Date.now();
  const full: TokenUse = {
    points: [[until, 880]],
    holders: {},
    learningUntil: 0,
    limits: { quota: { limit: 5000, remaining: 100, reset: until + 3_600_000 }, retryAt: 0 },
  };
  await database.db
    .updateTable('tokenUse')
    .set({ state: JSON.stringify(full) })
    .execute();
  const token = { githubUser: DEMO_USERS.octocat, githubToken: DEMO_TOKENS.octocat };
  expect((await ada('PATCH', `/tenants/${tenantId}`, token)).status).toBe(200);
  const added = await ada('POST', `/repositories/${tenantId}`, { owner, name: 'no-such-thing' });
  expect(added.body.error.code).toBe('repository_not_on_github');
});
