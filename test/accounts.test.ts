import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { decodeJwt } from 'jose';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { toActingUsers } from '../lib/db/isolation.ts';
import { digestOf } from '../local/accounts/artifacts.ts';
import { openMail } from '../local/accounts/mail.ts';
import { createBackup } from '../local/backup/create.ts';
import { connect } from '../local/backup/database.ts';
import { checkBackup, restoreDatabase } from '../local/backup/restore.ts';
import { DEMO_TOKENS, DEMO_USERS } from '../local/demo/github.ts';
import { createTestDatabase } from './database.ts';
import { type MailServer, openMailServer } from './mail-server.ts';
import { openRealInstallation, type RealTestInstallation, toInitRequest } from './real-installation.ts';
import { type JsonAnswer, openSignInClient, type SignInClient } from './sign-in-client.ts';

let installation: RealTestInstallation;
let database: pg.Pool;
let mailServer: MailServer;

const PASSWORD = 'otters sing at noon';
const ADA = 'ada@example.com';

const open = (address?: string): SignInClient =>
  openSignInClient({ url: installation.url, ...(address && { address }) });

/** A row of some list. */
type Listed = Record<string, string | number | boolean>;

/** The secret at the end of a link. */
const secretOf = (link: string) => link.slice(link.indexOf('=') + 1);

async function callActions(
  token: string,
  method: string,
  route: string,
  body?: unknown,
): Promise<JsonAnswer> {
  const answer = await fetch(`${installation.url}/api/v1/web/guest/traffic${route}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: await answer.json() };
}

/** Somebody's address, alone in its part of the network, so that no test slows another. */
let addresses = 0;
const newAddress = () => `198.51.100.${++addresses}`;

async function tokenOf(email: string, password = PASSWORD): Promise<string> {
  const { tokens, problem } = await open(newAddress()).signIn(email, password);
  if (!tokens) throw new Error(`${email}: ${problem}`);
  return tokens.access_token;
}

/** Invites somebody who is a member, and creates their account. */
async function join(manager: string, tenantId: number, email: string): Promise<SignInClient> {
  const made = await open().api(manager, 'POST', `/invitations/${tenantId}/${encodeURIComponent(email)}`);
  if (made.status !== 200) throw new Error(JSON.stringify(made.body));
  const client = open(newAddress());
  const secret = secretOf(made.body.link);
  const used = await client.post('/links/use', { kind: 'invitation', secret, password: PASSWORD });
  if (used.status !== 201) throw new Error(JSON.stringify(used.body));
  return client;
}

beforeAll(async () => {
  mailServer = await openMailServer('traffic', 'a mail password');
  const smtpUrl = `smtp://traffic:a%20mail%20password@127.0.0.1:${mailServer.port}`;
  const from = 'Traffic <traffic@example.org>';
  installation = await openRealInstallation({ mail: { smtpUrl, from, ca: null } });
  database = new pg.Pool({ connectionString: installation.database.url, max: 2 });
});

afterAll(async () => {
  await database.end();
  await installation.close();
  await mailServer.close();
});

test('the link of the first start makes the administrator’s account, once, and the same secret sets up the installation', async () => {
  const link = (await installation.firstLink()) ?? '';
  expect(link).toBe(`${installation.url}/identity/join#init=${installation.initSecret}`);
  const client = open();
  const secret = secretOf(link);
  const wrong = await client.post('/links/describe', { kind: 'init', secret: `${secret}x` });
  expect([wrong.status, wrong.body.error.code]).toEqual([404, 'link_unknown']);
  // Guesses are slowed for all together, and keep out nobody who has the link.
  const guesses = [];
  for (let count = 0; count < 11; count++)
    guesses.push(
      await open(newAddress()).post('/links/describe', { kind: 'init', secret: `guess ${count}` }),
    );
  expect(guesses.at(-1)?.body.error.code).toBe('too_many_attempts');
  expect(await client.post('/links/describe', { kind: 'init', secret })).toEqual({
    status: 200,
    body: { kind: 'init', email: null },
  });
  const attempt = (fields: object) => client.post('/links/use', { kind: 'init', secret, ...fields });
  for (const [fields, status, code] of [
    [{ email: 'ada', password: PASSWORD }, 422, 'invalid_email'],
    [{ email: ADA, password: 'short' }, 422, 'weak_password'],
    [{ email: ADA, password: 'Password1234!' }, 422, 'weak_password'],
    [{ email: ADA, password: 'ada@example.com1' }, 422, 'weak_password'],
  ] as const) {
    const { status: found, body } = await attempt(fields);
    expect([fields, found, body.error.code]).toEqual([fields, status, code]);
  }
  const first = () => attempt({ email: ADA, name: 'Ada Lovelace', password: PASSWORD });
  const twice = await Promise.all([first(), first()]);
  expect(twice.filter(({ status }) => status === 201)).toHaveLength(1);
  expect(await installation.firstLink()).toBeNull();
  expect((await attempt({ email: 'eve@example.com', password: PASSWORD })).body.error.code).toBe('link_used');

  const { access_token: token } = await client.signInSilently();
  expect(decodeJwt(token)).toMatchObject({ iss: `${installation.url}/identity`, aud: ['traffic-pages'] });
  const set = await callActions(token, 'POST', '/init', toInitRequest(secret));
  expect([set.status, set.body]).toMatchObject([201, { email: ADA }]);
  const { body: me } = await callActions(token, 'GET', '/me');
  expect([me.email, me.displayName, me.systemRole]).toEqual([ADA, 'Ada Lovelace', 'administrator']);
});

test('a password signs in, a wrong one and an unknown address get the same answer', async () => {
  const { status, tokens } = await open().signIn(ADA.toUpperCase(), PASSWORD);
  expect([status, tokens !== null]).toEqual([303, true]);
  const wrong = 'The address or the password is wrong. Check both, and try again.';
  for (const [email, password] of [
    [ADA, 'otters sing at nine'],
    ['nobody@example.com', PASSWORD],
    ['not an address', PASSWORD],
    [ADA, ''],
    [ADA, 'x'.repeat(300)],
  ] as const)
    expect([email, await open(newAddress()).signIn(email, password)]).toEqual([
      email,
      { status: 401, problem: wrong, tokens: null },
    ]);
});

test('a sign-in form from another site is refused', async () => {
  const client = open();
  const { location } = await client.begin();
  for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }, {}]) {
    const answer = await client.request(location, {
      method: 'POST',
      headers,
      body: new URLSearchParams({ email: ADA, password: PASSWORD }),
    });
    expect([answer.status, await answer.text()]).toEqual([403, expect.stringContaining('another site')]);
  }
  const other = await client.post(
    '/links/describe',
    { kind: 'init', secret: 'x' },
    { origin: 'https://evil.example' },
  );
  expect([other.status, other.body.error.code]).toEqual([403, 'foreign_origin']);
});

test('guessing slows down, and keeps out neither the person at a known address nor other people', async () => {
  const home = newAddress();
  expect((await open(home).signIn(ADA, PASSWORD)).status).toBe(303);
  // Ten guesses use up the account's share, wherever they come from; three were made above.
  const guesses = [];
  for (let count = 0; count < 14; count++)
    guesses.push(await open(newAddress()).signIn(ADA, `guess number ${count}`));
  expect(guesses.map(({ status }) => status)).toEqual([...Array(7).fill(401), ...Array(7).fill(429)]);
  expect(guesses.at(-1)?.problem).toMatch(
    /^Too many attempts\. Wait \d+ seconds, or sign in with a passkey\.$/,
  );
  expect((await open(newAddress()).signIn(ADA, PASSWORD)).status).toBe(429);
  expect((await open(home).signIn(ADA, PASSWORD)).status).toBe(303);
  // Twenty guesses from one address use up its share, whoever they are for.
  const one = newAddress();
  const spread = [];
  for (let count = 0; count < 24; count++)
    spread.push((await open(one).signIn(`somebody${count}@example.com`, 'guess')).status);
  expect(spread.slice(0, 20)).toEqual(Array(20).fill(401));
  expect(spread.slice(20)).toContain(429);
});

test('a manager invites a member, and what the link promises ends with its use, its week, a newer link and the role', async () => {
  const ada = await tokenOfKnown();
  const tenants = await callActions(ada, 'GET', '/me');
  const { tenantId } = tenants.body.tenants[0];
  const add = (email: string, role = 'viewer') =>
    callActions(ada, 'PUT', `/members/${tenantId}/${encodeURIComponent(email)}`, { role });
  const invite = (email: string) =>
    open().api(ada, 'POST', `/invitations/${tenantId}/${encodeURIComponent(email)}`);
  const use = (link: string, kind = 'invitation') =>
    open(newAddress()).post('/links/use', { kind, secret: secretOf(link), password: PASSWORD });
  const codeOf = ({ status, body }: JsonAnswer) => [status, body.error?.code];

  expect(codeOf(await invite('bo@example.com'))).toEqual([404, 'member_not_found']);
  await add('bo@example.com', 'manager');
  const { status, body } = await invite('bo@example.com');
  expect([status, body]).toEqual([
    200,
    {
      email: 'bo@example.com',
      link: expect.stringMatching(new RegExp(`^${installation.url}/identity/join#invitation=[\\w-]{43}$`)),
      expiresAt: expect.any(String),
      mailed: true,
    },
  ]);
  const days = (Date.parse(body.expiresAt) - Date.now()) / 86_400_000;
  expect(days).toBeCloseTo(7, 1);
  const { body: list } = await open().api(ada, 'GET', `/invitations/${tenantId}`);
  expect(list.invitations).toEqual([{ email: 'bo@example.com', expiresAt: body.expiresAt }]);

  // A newer link ends the older one.
  const newer = (await invite('bo@example.com')).body.link;
  expect(codeOf(await use(body.link))).toEqual([410, 'link_ended']);
  expect(codeOf(await use(newer, 'reset'))).toEqual([404, 'link_unknown']);
  const bothAtOnce = await Promise.all([use(newer), use(newer)]);
  expect(bothAtOnce.map(({ status: one }) => one).sort()).toEqual([201, expect.any(Number)]);
  expect(codeOf(await use(newer))).toEqual([410, 'link_used']);
  expect((await use(newer)).body.error.message).toContain('used already');
  expect(codeOf(await invite('bo@example.com'))).toEqual([409, 'account_exists']);
  const bo = await tokenOf('bo@example.com');
  const { body: me } = await callActions(bo, 'GET', '/me');
  expect(me.tenants.map((one: Listed) => [one.tenantId, one.role])).toEqual([[tenantId, 'manager']]);

  // A role that is taken away, even if it is given again.
  await add('cy@example.com');
  const withdrawn = (await invite('cy@example.com')).body.link;
  await callActions(ada, 'DELETE', `/members/${tenantId}/cy@example.com`);
  expect(codeOf(await use(withdrawn))).toEqual([410, 'link_ended']);
  await add('cy@example.com');
  expect(codeOf(await use(withdrawn))).toEqual([410, 'link_ended']);

  // After its week.
  const late = (await invite('cy@example.com')).body.link;
  await database.query(
    `update sign_in.link set expires_at = now() - interval '1 second' where email = 'cy@example.com'`,
  );
  expect((await use(late)).body.error).toEqual({
    code: 'link_expired',
    message: 'The week of this invitation is over. Ask the person who invited you for a new link.',
  });
  expect(codeOf(await use('#invitation=nonsense'))).toEqual([404, 'link_unknown']);
});

/** Ada's token from the address that she uses. */
const HOME = '203.0.113.7';
async function tokenOfKnown(): Promise<string> {
  await database.query('delete from sign_in.known_address');
  await database.query(
    `insert into sign_in.known_address select subject, $1, now() from sign_in.account where email = $2`,
    [digestOf(HOME), ADA],
  );
  const { tokens, problem } = await open(HOME).signIn(ADA, PASSWORD);
  if (!tokens) throw new Error(String(problem));
  return tokens.access_token;
}

test('who may do what: nobody, viewers, managers, managers of another tenant, administrators', async () => {
  const ada = await tokenOfKnown();
  const { tenantId } = (await callActions(ada, 'GET', '/me')).body.tenants[0];
  const { serverId } = (await callActions(ada, 'GET', '/servers')).body.servers.find(
    (one: Listed) => one.kind === 'demo',
  );
  const other = await callActions(ada, 'POST', '/tenants', {
    name: 'Pinecone',
    serverId,
    githubUser: DEMO_USERS.octocat,
    githubToken: DEMO_TOKENS.octocat,
  });
  const otherId = other.body.tenantId;
  const member = (id: number, email: string, role: string) =>
    callActions(ada, 'PUT', `/members/${id}/${encodeURIComponent(email)}`, { role });
  await member(tenantId, 'manager@example.com', 'manager');
  await member(tenantId, 'viewer@example.com', 'viewer');
  await member(otherId, 'stranger@example.com', 'manager');
  await member(tenantId, 'new@example.com', 'viewer');
  await member(tenantId, 'shared@example.com', 'viewer');
  await member(otherId, 'shared@example.com', 'viewer');
  await callActions(ada, 'PUT', '/members/system/chief@example.com', { role: 'maintainer' });
  await join(ada, tenantId, 'manager@example.com');
  await join(ada, tenantId, 'viewer@example.com');
  await join(ada, otherId, 'stranger@example.com');
  const tokens: Record<string, string> = {
    nobody: 'x.y.z',
    viewer: await tokenOf('viewer@example.com'),
    manager: await tokenOf('manager@example.com'),
    'manager of another tenant': await tokenOf('stranger@example.com'),
    administrator: ada,
  };
  const routes: [string, string, (number | string)[]][] = [
    // In the order of `tokens`.
    ['GET', '/account', [401, 200, 200, 200, 200]],
    ['GET', `/invitations/${tenantId}`, [401, 403, 200, 404, 200]],
    ['GET', '/invitations/system', [401, 403, 403, 403, 200]],
    ['POST', `/invitations/${tenantId}/new@example.com`, [401, 403, 200, 404, 200]],
    ['POST', `/invitations/${tenantId}/shared@example.com`, [401, 403, 403, 404, 200]],
    ['POST', `/invitations/${tenantId}/nobody@example.com`, [401, 403, 404, 404, 404]],
    ['POST', '/invitations/system/chief@example.com', [401, 403, 403, 403, 200]],
    ['POST', '/invitations/system/new@example.com', [401, 403, 403, 403, 404]],
    ['POST', '/invitations/999999/new@example.com', [401, 404, 404, 404, 404]],
    ['POST', '/reset-links/viewer@example.com', [401, 403, 403, 403, 200]],
    ['POST', '/reset-links/nobody@example.com', [401, 403, 403, 403, 404]],
    ['POST', '/account', [401, 404, 404, 404, 404]],
    ['GET', '/account/password', [401, 405, 405, 405, 405]],
    ['DELETE', '/account/password', [401, 409, 409, 409, 409]],
    ['DELETE', '/account/passkeys/none', [401, 404, 404, 404, 404]],
    ['DELETE', '/account/sessions/none', [401, 404, 404, 404, 404]],
    ['GET', '/nothing', [401, 404, 404, 404, 404]],
  ];
  const found: Record<string, unknown> = {};
  const expected: Record<string, unknown> = {};
  for (const [method, route, statuses] of routes) {
    const results = [];
    for (const token of Object.values(tokens)) results.push((await open().api(token, method, route)).status);
    found[`${method} ${route}`] = results;
    expected[`${method} ${route}`] = statuses;
  }
  expect(found).toEqual(expected);
  expect((await open().request('/identity/api/account')).status).toBe(401);
});

test('an invitation of a manager lets nobody into roles that the address got elsewhere since', async () => {
  const ada = await tokenOfKnown();
  const [first, second] = (await callActions(ada, 'GET', '/me')).body.tenants.map(
    (one: Listed) => one.tenantId,
  );
  const manager = await tokenOf('bo@example.com');
  const mine = (await callActions(manager, 'GET', '/me')).body.tenants[0].tenantId;
  const theirs = mine === first ? second : first;
  await callActions(ada, 'PUT', `/members/${mine}/dot@example.com`, { role: 'viewer' });
  const { body } = await open().api(manager, 'POST', `/invitations/${mine}/dot@example.com`);
  await callActions(ada, 'PUT', `/members/${theirs}/dot@example.com`, { role: 'manager' });
  const used = await open(newAddress()).post('/links/use', {
    kind: 'invitation',
    secret: secretOf(body.link),
    password: PASSWORD,
  });
  expect([used.status, used.body.error.code]).toEqual([410, 'link_needs_administrator']);
});

test('a reset link of an administrator replaces the password and ends every session, once', async () => {
  const ada = await tokenOfKnown();
  const viewer = open(newAddress());
  const { tokens } = await viewer.signIn('viewer@example.com', PASSWORD);
  const { body } = await open().api(ada, 'POST', '/reset-links/viewer@example.com');
  expect(body.link).toContain('/identity/join#reset=');
  const use = () =>
    open(newAddress()).post('/links/use', {
      kind: 'reset',
      secret: secretOf(body.link),
      password: 'seals dream of herring',
    });
  expect((await use()).status).toBe(201);
  expect((await use()).body.error.code).toBe('link_used');
  expect(await viewer.refresh(tokens?.refresh_token ?? '')).toBeNull();
  expect((await open().api(tokens?.access_token ?? '', 'GET', '/account')).status).toBe(401);
  expect((await open(newAddress()).signIn('viewer@example.com', PASSWORD)).status).toBe(401);
  expect(await tokenOf('viewer@example.com', 'seals dream of herring')).toBeTruthy();
});

test('sessions are listed with their devices, and ending one ends its tokens', async () => {
  const here = open(newAddress());
  const there = open(newAddress());
  const mine = (await here.signIn('manager@example.com', PASSWORD)).tokens;
  const theirs = (await there.signIn('manager@example.com', PASSWORD)).tokens;
  const token = mine?.access_token ?? '';
  const { body } = await here.api(token, 'GET', '/account');
  const { sessions } = body;
  expect(sessions.filter((one: Listed) => one.current)).toHaveLength(1);
  expect(sessions[0].device).toBe('Firefox on Linux');
  expect(await there.refresh(theirs?.refresh_token ?? '')).not.toBeNull();
  const id = decodeJwt(theirs?.access_token ?? '').sid;
  const ended = await here.api(token, 'DELETE', `/account/sessions/${id}`);
  expect([ended.status, ended.body.sessions.map((one: Listed) => one.id)]).toEqual([
    200,
    expect.not.arrayContaining([id]),
  ]);
  expect(await there.refresh(theirs?.refresh_token ?? '')).toBeNull();
  expect((await there.api(theirs?.access_token ?? '', 'GET', '/account')).status).toBe(401);
  const userinfo = await there.request('/identity/me', {
    headers: { authorization: `Bearer ${theirs?.access_token}` },
  });
  expect(userinfo.status).toBe(401);
  // An access token lives for ten minutes.
  const { iat = 0, exp = 0 } = decodeJwt(token);
  expect(exp - iat).toBe(600);
  // Nobody ends the session of somebody else.
  const viewer = await tokenOf('viewer@example.com', 'seals dream of herring');
  const own = decodeJwt(token).sid;
  expect((await open().api(viewer, 'DELETE', `/account/sessions/${own}`)).status).toBe(404);
  expect((await here.api(token, 'GET', '/account')).status).toBe(200);
});

test('a new password needs the old one, and ends the other sessions', async () => {
  const here = open(newAddress());
  const other = (await open(newAddress()).signIn('manager@example.com', PASSWORD)).tokens;
  const token = (await here.signIn('manager@example.com', PASSWORD)).tokens?.access_token ?? '';
  const change = (current: string, password: string) =>
    here.api(token, 'PUT', '/account/password', { current, password });
  expect((await change('a wrong old one', 'lemons hum at dusk')).body.error.code).toBe('wrong_password');
  expect((await change(PASSWORD, 'qwertyuiop12')).body.error.code).toBe('weak_password');
  expect((await change(PASSWORD, 'lemons hum at dusk')).status).toBe(200);
  expect((await open().api(other?.access_token ?? '', 'GET', '/account')).status).toBe(401);
  expect((await here.api(token, 'GET', '/account')).status).toBe(200);
  expect(await tokenOf('manager@example.com', 'lemons hum at dusk')).toBeTruthy();
});

test('how somebody signs in changes only shortly after they signed in', async () => {
  const token = await tokenOf('viewer@example.com', 'seals dream of herring');
  await database.query(
    `update sign_in.artifact set payload = payload || jsonb_build_object('loginTs', (payload->>'loginTs')::int - 1000)
     where model = 'Session' and uid = $1`,
    [decodeJwt(token).sid],
  );
  const { status, body } = await open().api(token, 'DELETE', '/account/password');
  expect([status, body.error.code]).toEqual([403, 'sign_in_again']);
});

test('no secret is in the log, and the database has only digests', async () => {
  const ada = await tokenOfKnown();
  const { body: me } = await callActions(ada, 'GET', '/me');
  const { tenantId } = me.tenants[0];
  await callActions(ada, 'PUT', `/members/${tenantId}/el@example.com`, { role: 'viewer' });
  const { body } = await open().api(ada, 'POST', `/invitations/${tenantId}/el@example.com`);
  const { tokens } = await open(HOME).signIn(ADA, PASSWORD);
  const secrets = [
    PASSWORD,
    secretOf(body.link),
    installation.initSecret,
    'a mail password',
    'a%20mail%20password',
    tokens?.access_token ?? '',
    tokens?.refresh_token ?? '',
  ];
  const logged = JSON.stringify(installation.lines);
  const { rows } = await database.query(
    `select (select json_agg(a)::text from sign_in.account a) || (select json_agg(l)::text from sign_in.link l)
       || (select json_agg(a)::text from sign_in.artifact a) as everything`,
  );
  for (const secret of secrets) {
    expect(secret.length).toBeGreaterThan(10);
    expect([logged.includes(secret), rows[0].everything.includes(secret)]).toEqual([false, false]);
  }
  // The role of the pages does not see the schema at all.
  const pages = new pg.Client({ connectionString: installation.parameters.DATABASE_URL });
  await pages.connect();
  await expect(pages.query('select from sign_in.account')).rejects.toThrow(/permission denied/);
  await pages.end();
});

test('a backup has the accounts, and a restore brings them back', async () => {
  const file = path.join(installation.folder, 'backup.tar.gz');
  const key = {
    files: { 'installation.json': readFileSync(path.join(installation.folder, 'installation.json'), 'utf8') },
  };
  const now = new Date();
  await connect(installation.database.url, (client) =>
    createBackup(client, { file, key, passphrase: undefined, now }),
  );
  const to = await createTestDatabase();
  const backup = await checkBackup(file);
  await connect(to.owner, (client) => restoreDatabase(client, backup, { users: toActingUsers(to), now }));
  const read = (url: string) =>
    connect(url, async (client) => {
      const { rows } = await client.query(
        'select subject, email, password_hash from sign_in.account order by subject',
      );
      return rows;
    });
  expect(await read(to.admin)).toEqual(await read(installation.database.url));
});

test('whoever runs the machine makes a reset link, if no administrator can sign in', async () => {
  const { DATABASE_URL, UPGRADE_DATABASE_URL } = installation.parameters;
  const run = (email: string) =>
    promisify(execFile)(process.execPath, ['dist/local/reset-link.js', email], {
      env: { ...process.env, DATA_DIR: installation.folder, DATABASE_URL, UPGRADE_DATABASE_URL },
    });
  await expect(run('nobody@example.com')).rejects.toMatchObject({
    stderr: 'There is no account with the address nobody@example.com.\n',
  });
  const { stdout } = await run('Ada@example.com');
  expect(stdout.trim()).toMatch(new RegExp(`^${installation.url}/identity/join#reset=[\\w-]{43}$`));
  const client = open(newAddress());
  const asked = await client.post('/links/describe', { kind: 'reset', secret: secretOf(stdout.trim()) });
  expect(asked.body).toEqual({ kind: 'reset', email: ADA });
});

test('links are mailed, and a mail that fails leaves the link to be handed over', async () => {
  const ada = await tokenOfKnown();
  const { tenantId } = (await callActions(ada, 'GET', '/me')).body.tenants[0];
  const invite = async (email: string) => {
    await callActions(ada, 'PUT', `/members/${tenantId}/${encodeURIComponent(email)}`, { role: 'viewer' });
    return open().api(ada, 'POST', `/invitations/${tenantId}/${encodeURIComponent(email)}`);
  };
  const { body } = await invite('flo@example.com');
  const mail = mailServer.mails.at(-1);
  expect(mail).toMatchObject({ from: 'traffic@example.org', to: ['flo@example.com'] });
  // Quoted-printable: a soft break is an equals sign at the end of a line.
  const message = mail?.message.replace(/=\r?\n/g, '').replaceAll('=3D', '=') ?? '';
  expect(message).toContain(body.link);
  expect(message).toContain(`${ADA} invites you to the GitHub traffic at ${new URL(installation.url).host}.`);
  expect(message).toMatch(/^From: Traffic <traffic@example\.org>$/m);
  expect(message).toMatch(/^Auto-Submitted: auto-generated$/m);
  mailServer.refusal = { code: 550, message: 'No such user here' };
  const refused = await invite('gil@example.com');
  expect([refused.status, refused.body.mailed]).toEqual([200, false]);
  expect(installation.lines).toContainEqual(
    expect.objectContaining({ event: 'mail', message: expect.stringContaining('No such user here') }),
  );
  const secret = secretOf(refused.body.link);
  const used = await open(newAddress()).post('/links/describe', { kind: 'invitation', secret });
  expect(used.body.email).toBe('gil@example.com');
});

test('a mail server elsewhere is not told a link without encryption', async () => {
  const { port } = mailServer;
  const send = openMail({
    smtpUrl: `smtp://traffic:x@0.0.0.0:${port}`,
    from: 'traffic@example.org',
    ca: null,
  });
  const mail = {
    kind: 'reset',
    to: ADA,
    link: `${installation.url}/x`,
    by: ADA,
    expiresAt: '2026-01-01',
  } as const;
  await expect(send(mail)).rejects.toThrow(/STARTTLS|TLS/i);
});
