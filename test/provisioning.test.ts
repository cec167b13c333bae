import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TrackingRule } from '../lib/answers/rules.ts';
import { DEMO_TOKENS, DEMO_USERS } from '../local/demo/github.ts';
import { QUIET } from './github-server.ts';
import { type Call, openTestInstallation, type TestInstallation } from './installation.ts';

const { northwind, octocat } = DEMO_USERS;
const TRACK = `${northwind}/*,!fork,!archived,!private`;
let installation: TestInstallation;
let ada: Call;

beforeAll(async () => {
  installation = await openTestInstallation({ demo: true, now: '2026-03-03T09:00:00.000Z' });
  ada = installation.as('ada@example.com');
});

afterAll(() => installation.close());

/** What `npm start` does with GITHUB_TOKEN and TRACK. */
async function provision(given: { token?: string; track?: string; apiUrl?: string } = {}) {
  const { DEMO_GITHUB_URL: apiUrl } = installation.parameters;
  const whole = { token: DEMO_TOKENS.octocat, track: TRACK, apiUrl, ...given };
  const { response } = await installation.host.invoke('traffic/provision', whole);
  return response.result as {
    outcome?: string;
    addedCount?: number;
    error?: { code: string; message: string };
  };
}

const refusal = async (given: Parameters<typeof provision>[0]) => {
  const { error } = await provision(given);
  return [error?.code, error?.message];
};
const initState = async () => (await installation.anonymously('GET', '/init')).body;
const listRules = async (): Promise<TrackingRule[]> => (await ada('GET', '/rules/1')).body.rules;
const labels = async () => (await listRules()).map(({ label, origin }) => `${label} ${origin}`);

test('a wrong token or rule is one sentence that says what to do, and leaves nothing behind', async () => {
  expect(await refusal({ token: 'ghp_wrong' })).toEqual([
    'github_token_refused',
    expect.stringMatching(/^GITHUB_TOKEN: .*not accept/),
  ]);
  expect(await refusal({ token: DEMO_TOKENS.withoutScope })).toEqual([
    'github_token_refused',
    expect.stringMatching(/^GITHUB_TOKEN: .*scope repo/),
  ]);
  expect(await refusal({ track: 'acme' })).toEqual([
    'invalid_input',
    expect.stringMatching(/word 1, “acme”/),
  ]);
  expect(await refusal({ track: 'nobody-here/*' })).toEqual([
    'owner_not_found',
    expect.stringMatching(/^TRACK: GitHub has no account nobody-here/),
  ]);
  expect(await refusal({ track: `${DEMO_USERS.pinecone}/*` })).toEqual([
    'nothing_of_owner',
    expect.stringMatching(/^TRACK: GitHub lists no repository of pinecone-tools/),
  ]);
  const mend = installation.github.fail({ kind: 'secondary-limit', retryAfter: 3600 });
  expect((await refusal({}))[0]).toBe('secondary_limit');
  mend();
  expect(await initState()).toMatchObject({ initialized: false, provisioned: false, displayName: null });
});

test('two variables make tenant, server, rule and repositories before anybody signs in', async () => {
  expect(await provision()).toMatchObject({ outcome: 'created', addedCount: 4 });
  await installation.collect();
  expect(await initState()).toMatchObject({ initialized: false, provisioned: true, displayName: northwind });
  expect((await ada('GET', '/me')).body.tenants).toEqual([]);
});

test('the administrator comes later, with the secret, and finds everything there', async () => {
  const whole = { secret: installation.initSecret, displayName: 'Northwind' };
  const wrong = await ada('POST', '/init', { ...whole, secret: 'wrong' });
  expect(wrong.body.error.code).toBe('init_secret_wrong');
  const { status, body } = await ada('POST', '/init', whole);
  expect([status, body]).toMatchObject([
    201,
    { tenantId: 1, displayName: 'Northwind', email: 'ada@example.com' },
  ]);
  expect(await initState()).toMatchObject({
    initialized: true,
    provisioned: false,
    displayName: 'Northwind',
  });
  const again = await installation.as('eve@example.com')('POST', '/init', whole);
  expect(again.status).toBeGreaterThanOrEqual(400);
  const { body: list } = await ada('GET', '/repositories/1');
  expect(list.repositories.map(({ name, rule }: { name: string; rule: string }) => [name, rule])).toEqual(
    ['build-cache-action', 'burrow', 'harbor-charts', 'tidy-dates'].map((name) => [name, `${northwind}/*`]),
  );
  expect(list.repositories.every(({ lastSuccessAt }: { lastSuccessAt: string }) => lastSuccessAt)).toBe(true);
  expect(await listRules()).toMatchObject([
    {
      label: `${northwind}/*`,
      origin: 'start',
      forks: 'excluded',
      archived: 'excluded',
      visibility: 'public',
    },
  ]);
  const { body: log } = await ada('GET', '/audit?limit=200');
  expect(log.events.map(({ sentence }: { sentence: string }) => sentence)).toEqual(
    expect.arrayContaining([
      `The installation created the tenant ${northwind}, which reads GitHub with a token of ${octocat}.`,
      'ada@example.com gave ada@example.com the system role administrator.',
    ]),
  );
});

test('starting again asks GitHub nothing and changes nothing that people changed', async () => {
  const [rule] = await listRules();
  await ada('PATCH', '/tenants/1', { name: 'Ours' });
  await ada('DELETE', `/rules/1/${rule?.ruleId}`);
  installation.github.resetRequests();
  expect(await provision()).toMatchObject({ outcome: 'unchanged', addedCount: 0 });
  expect(installation.github.requests()).toEqual([]);
  expect(await labels()).toEqual([]);
  expect((await ada('GET', '/tenants/1')).body.name).toBe('Ours');
});

test('another TRACK replaces the rules of the start, and no others', async () => {
  installation.github.addRepository({ owner: octocat, name: 'mine', createdOn: '2025-01-01', story: QUIET });
  await ada('POST', '/rules/1', { owner: northwind, namePattern: 'tidy-*' });
  const track = `${octocat}/*,${northwind}/payroll-*`;
  expect(await provision({ track })).toMatchObject({ outcome: 'updated', addedCount: 2 });
  expect(await labels()).toEqual([
    `${northwind}/tidy-* person`,
    `${octocat}/* start`,
    `${northwind}/payroll-* start`,
  ]);
  const [, changed] = await listRules();
  await ada('PUT', `/rules/1/${changed?.ruleId}`, { owner: octocat, namePattern: 'm*' });
  expect(await provision({ track: `${northwind}/*` })).toMatchObject({ outcome: 'updated' });
  expect(await labels()).toEqual([
    `${northwind}/tidy-* person`,
    `${octocat}/m* person`,
    `${northwind}/* start`,
  ]);
  expect(await provision({ track: `${octocat}/mine` })).toMatchObject({ outcome: 'updated' });
  // What the old rule added stays, as if a person had added it.
  const { repositories } = (await ada('GET', '/repositories/1')).body;
  expect(repositories.filter((one: { unmatchedAt: string | null }) => one.unmatchedAt !== null)).toEqual([]);
});

test('another token is checked and used; a wrong one is refused, and an outage postpones it', async () => {
  const track = `${northwind}/*`;
  expect(await refusal({ track, token: 'ghp_wrong' })).toEqual([
    'github_token_refused',
    expect.stringMatching(/^GITHUB_TOKEN: /),
  ]);
  const mend = installation.github.fail({ kind: 'secondary-limit', retryAfter: 3600 });
  const token = DEMO_TOKENS.expiresSoon;
  expect(await provision({ track, token })).toMatchObject({ outcome: 'postponed' });
  mend();
  expect((await ada('GET', '/tenants/1')).body.tokenExpiresAt).toBeNull();
  expect(await provision({ track, token })).toMatchObject({ outcome: 'updated' });
  expect((await ada('GET', '/tenants/1')).body.tokenExpiresAt).not.toBeNull();
  expect(await provision({ track, token })).toMatchObject({ outcome: 'unchanged' });
});

test('an installation that people set up is left alone', async () => {
  await ada('DELETE', '/tenants/1', { confirmName: 'Ours' });
  expect(await provision()).toMatchObject({ outcome: 'not_fresh', addedCount: 0 });
});
