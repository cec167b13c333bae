import { afterEach, expect, inject, test } from 'vitest';
import { openDatabase } from '../lib/db/database.ts';
import { SCHEMA_VERSION } from '../lib/db/schema.ts';
import { DEMO_TOKENS, DEMO_USERS } from '../local/demo/github.ts';
import { openTestInstallation, type TestInstallation, type TestInstallationOptions } from './installation.ts';

const NOW = '2026-01-14T06:00:00.000Z';
let installation: TestInstallation;

afterEach(() => installation.close());

async function open(options: TestInstallationOptions = {}) {
  installation = await openTestInstallation({ now: NOW, demo: true, ...options });
  return installation;
}

function request(change: object = {}) {
  return {
    secret: installation.initSecret,
    displayName: 'Traffic of Ada',
    server: { kind: 'demo' },
    githubUser: DEMO_USERS.octocat,
    githubToken: DEMO_TOKENS.octocat,
    ...change,
  };
}

const asAda = (body: unknown) => installation.as('ada@example.com')('POST', '/init', body);

async function readState() {
  return (await installation.anonymously('GET', '/init')).body;
}

test('an empty installation says that it is not initialized', async () => {
  await open();
  const schema = { stored: null, expected: SCHEMA_VERSION };
  const expected = { initialized: false, provisioned: false, displayName: null, demoAvailable: true, schema };
  expect(await readState()).toEqual(expected);
  const me = await installation.as('ada@example.com')('GET', '/me');
  expect([me.status, me.body.error.code]).toEqual([409, 'not_initialized']);
});

test('initializing makes you administrator of an installation with servers and a tenant', async () => {
  await open();
  const { status, body } = await asAda(request({ tenantName: 'Northwind' }));
  const weaknesses = inject('db2') ? [expect.stringMatching(/^Db2 does not keep tenants apart/)] : [];
  const ada = { email: 'ada@example.com', displayName: 'Traffic of Ada' };
  const expected = { ...ada, tokenExpiresAt: null, weaknesses };
  expect([status, body]).toEqual([201, { tenantId: 1, serverId: 2, ...expected }]);
  const me = await installation.as('ada@example.com')('GET', '/me');
  expect(me.body).toMatchObject({
    systemRole: 'administrator',
    installation: 'Traffic of Ada',
    displayName: 'Ada Lovelace',
    tenants: [{ tenantId: 1, name: 'Northwind', role: null, repositoryCount: 0 }],
  });
  const servers = await installation.as('ada@example.com')('GET', '/servers');
  const { url } = installation;
  expect(servers.body.servers).toMatchObject([
    { name: 'Demo', kind: 'demo', apiUrl: `${url}/github/api/v3`, webUrl: `${url}/github`, tenantCount: 1 },
    { name: 'GitHub', kind: 'github', apiUrl: 'https://api.github.com', tenantCount: 0 },
  ]);
  expect(await readState()).toMatchObject({
    initialized: true,
    schema: { stored: SCHEMA_VERSION, expected: SCHEMA_VERSION },
  });
});

test('the first tenant is named after the GitHub user by default; the user’s case does not matter', async () => {
  await open();
  const { status } = await asAda(
    request({ githubUser: DEMO_USERS.hubot.toUpperCase(), githubToken: DEMO_TOKENS.hubot }),
  );
  expect(status).toBe(201);
  const { body } = await installation.as('ada@example.com')('GET', '/tenants/1');
  expect(body.name).toBe(DEMO_USERS.hubot.toUpperCase());
  expect(body.tokenCheckedAt).toBe(NOW);
  expect(body.tokenExpiresAt).toMatch(/^202\d-/);
});

test('it is initialized once, even by two at the same time', async ({ skip }) => {
  skip(Boolean(inject('db2')), 'H2 commits with every CREATE TABLE, so that two get in each other’s way.');
  await open();
  const together = await Promise.all([asAda(request()), asAda(request()), asAda(request())]);
  expect(together.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
  const later = await asAda(request({ displayName: 'Another' }));
  expect([later.status, later.body.error.code]).toEqual([409, 'already_initialized']);
  const guess = await asAda(request({ secret: 'guessed' }));
  expect([guess.status, guess.body.error.code]).toEqual([409, 'already_initialized']);
  const { db } = openDatabase(installation.database.url);
  const counts = await Promise.all(
    (['installation', 'githubServer', 'tenant', 'systemRole', 'principal', 'schemaVersion'] as const).map(
      async (table) => (await db.selectFrom(table).selectAll().execute()).length,
    ),
  );
  expect(counts).toEqual([1, 2, 1, 1, 1, SCHEMA_VERSION]);
  expect((await readState()).displayName).toBe('Traffic of Ada');
  await db.destroy();
});

const refusals: [string, object, number, string][] = [
  ['a wrong secret', { secret: 'guessed' }, 403, 'init_secret_wrong'],
  ['a token that GitHub does not know', { githubToken: 'ghp_unknown' }, 422, 'github_token_refused'],
  ['a token that has ended', { githubToken: DEMO_TOKENS.expired }, 422, 'github_token_refused'],
  ['a token without the scope', { githubToken: DEMO_TOKENS.withoutScope }, 422, 'github_token_refused'],
  ['a token of somebody else', { githubUser: DEMO_USERS.hubot }, 422, 'github_token_refused'],
  ['no secret', { secret: undefined }, 400, 'invalid_input'],
  ['an empty name', { displayName: '   ' }, 400, 'invalid_input'],
  ['an unknown kind of server', { server: { kind: 'gitlab' } }, 400, 'invalid_input'],
  ['an unknown field', { color: 'red' }, 400, 'invalid_input'],
  [
    'a server on this machine',
    { server: { kind: 'enterprise', url: 'https://localhost' } },
    422,
    'private_address',
  ],
  [
    'a server without TLS',
    { server: { kind: 'enterprise', url: 'http://ghe.example.com' } },
    400,
    'invalid_input',
  ],
  [
    'a server that has no address',
    { server: { kind: 'enterprise', url: 'https://ghe.invalid' } },
    422,
    'server_unreachable',
  ],
];

test('a refused initialization leaves nothing behind', async () => {
  await open();
  for (const [what, change, status, code] of refusals) {
    const begin = performance.now();
    const answer = await asAda(request(change));
    expect([answer.status, answer.body.error?.code], what).toEqual([status, code]);
    if (code === 'init_secret_wrong') expect(performance.now() - begin).toBeGreaterThan(1000);
    expect(await readState(), what).toMatchObject({ initialized: false, schema: { stored: null } });
  }
});

test('the reason why GitHub refused the token is named', async () => {
  await open();
  const expired = await asAda(request({ githubToken: DEMO_TOKENS.expired }));
  expect(expired.body.error).toMatchObject({
    message: expect.stringMatching(/expired/),
    details: { reason: 'token_invalid' },
  });
  const narrow = await asAda(request({ githubToken: DEMO_TOKENS.withoutScope }));
  expect(narrow.body.error).toMatchObject({
    message: expect.stringMatching(/scope repo/),
    details: { reason: 'missing_scope' },
  });
  const other = await asAda(request({ githubUser: DEMO_USERS.hubot }));
  expect(other.body.error).toMatchObject({
    message: `The token belongs to ${DEMO_USERS.octocat}, not to ${DEMO_USERS.hubot}.`,
    details: { reason: 'other_user' },
  });
});

test('if GitHub is down it says so, and the next try succeeds', async () => {
  await open();
  const lift = installation.github.fail({ kind: 'down' });
  const answer = await asAda(request());
  expect([answer.status, answer.body.error.code]).toEqual([502, 'github_down']);
  expect((await readState()).schema.stored).toBeNull();
  lift();
  expect((await asAda(request())).status).toBe(201);
});

test('initializing needs a sign-in', async () => {
  await open();
  const answer = await installation.anonymously('POST', '/init', request());
  expect([answer.status, answer.body.error.code]).toEqual([401, 'unauthenticated']);
  expect((await readState()).schema.stored).toBeNull();
});

test('without a simulator, the demo server is refused', async () => {
  await open({ environment: { DEMO_GITHUB_URL: '' } });
  expect((await readState()).demoAvailable).toBe(false);
  const answer = await asAda(request());
  expect([answer.status, answer.body.error.code]).toEqual([422, 'demo_unavailable']);
});

test('the address of its pages leads to a GitHub Enterprise Server’s API', async () => {
  await open({ environment: { ALLOW_PRIVATE_ADDRESSES: 'true' } });
  const pages = `${installation.url.replace('127.0.0.1', 'localhost')}/github`;
  const { status } = await asAda(request({ server: { kind: 'enterprise', url: `${pages}/` } }));
  expect(status).toBe(201);
  const { body } = await installation.as('ada@example.com')('GET', '/tenants/1');
  expect(body.server).toMatchObject({ kind: 'enterprise', webUrl: pages });
});

test('each missing or malformed parameter is named in a sentence', async () => {
  await open({ environment: { TOKEN_KEY: 'short', INIT_SECRET: '', DATABASE_URL: 'mysql://x' } });
  const { status, body } = await installation.anonymously('GET', '/init');
  expect([status, body.error.code]).toEqual([500, 'misconfigured']);
  expect(body.error.details.problems).toEqual([
    'DATABASE_URL must be the address of a database: postgres://…, db2://…, DATABASE=…;HOSTNAME=…, or the JSON of the credentials of a Db2 service.',
    'TOKEN_KEY must be 32 random bytes in base64url.',
    'INIT_SECRET is missing: it must be a secret of 16 characters or more, such as the output of openssl rand -hex 16.',
  ]);
});
