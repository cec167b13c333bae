import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../lib/db/database.ts';
import { deleteServer, insertServer } from '../lib/servers.ts';
import { DEMO_TOKENS } from '../local/demo/github.ts';
import { type Answer, type Call, openTestInstallation, type TestInstallation } from './installation.ts';

let installation: TestInstallation;
let ada: Call;
const outcome = ({ status, body }: Answer) => [status, body.error?.code];

beforeAll(async () => {
  installation = await openTestInstallation({ demo: true });
  await installation.initialize();
  ada = installation.as('ada@example.com');
});

afterAll(() => installation.close());

const PRIVATE = [
  'https://127.0.0.1',
  'https://127.1.2.3:8443',
  'https://localhost',
  'https://10.0.0.1',
  'https://172.31.0.1',
  'https://192.168.1.1',
  'https://169.254.169.254',
  'https://100.64.0.1',
  'https://0.0.0.0',
  'https://2130706433',
  'https://0x7f.1',
  'https://[::1]',
  'https://[::]',
  'https://[fd00::1]',
  'https://[fe80::1]',
  'https://[::ffff:127.0.0.1]',
  'https://[::ffff:10.0.0.1]',
  'https://[64:ff9b::7f00:1]',
  'https://[2002:7f00:1::]',
  'https://[::7f00:1]',
  'https://[2001:0:7f00:1::1]',
];

test('a server with a private address is refused, however it is written', async () => {
  for (const url of PRIVATE)
    expect(outcome(await ada('POST', '/servers', { name: 'Inside', url })), url).toEqual([
      422,
      'private_address',
    ]);
});

test.each([
  ['no name', { url: 'https://ghe.example.com' }],
  ['an empty name', { name: ' ', url: 'https://ghe.example.com' }],
  ['no address', { name: 'X' }],
  ['an address that is none', { name: 'X', url: 'ghe' }],
  ['another protocol', { name: 'X', url: 'ftp://ghe.example.com' }],
  ['plain http', { name: 'X', url: 'http://ghe.example.com' }],
  ['a user in the address', { name: 'X', url: 'https://me:secret@ghe.example.com' }],
  ['a query in the address', { name: 'X', url: 'https://ghe.example.com/?a=b' }],
  ['an unknown field', { name: 'X', url: 'https://ghe.example.com', kind: 'demo' }],
])('%s is invalid', async (_, body) => {
  expect(outcome(await ada('POST', '/servers', body))).toEqual([400, 'invalid_input']);
});

test('malformed JSON is distinguished from invalid input', async () => {
  const json = { 'content-type': 'application/json' };
  expect(outcome(await ada('POST', '/servers', '{"name":', json))).toEqual([400, 'malformed_json']);
  expect(outcome(await ada('POST', '/servers', '[]', json))).toEqual([400, 'invalid_input']);
  expect(outcome(await ada('POST', '/servers', 'name=x'))).toEqual([415, 'unsupported_media_type']);
  const long = JSON.stringify({ name: 'x'.repeat(300_000) });
  expect(outcome(await ada('POST', '/servers', long, json))).toEqual([413, 'payload_too_large']);
});

test('github.com in any form returns the existing server', async () => {
  for (const url of ['https://github.com', 'https://www.github.com/', 'https://api.github.com']) {
    const { status, body } = await ada('POST', '/servers', { name: 'Again', url });
    expect([status, body.name]).toEqual([200, 'GitHub']);
  }
});

test('a server that does not exist cannot be renamed or deleted', async () => {
  for (const id of ['999', '0', '-1', 'abc', '1e3', '99999999999'])
    expect(outcome(await ada('DELETE', `/servers/${id}`)), id).toEqual([404, 'server_not_found']);
  expect(outcome(await ada('PATCH', '/servers/999', { name: 'N' }))).toEqual([404, 'server_not_found']);
});

test('a server in use cannot be deleted, and names are unique, whatever their case', async () => {
  const { body } = await ada('GET', '/servers');
  const id = (name: string) =>
    body.servers.find((server: { name: string }) => server.name === name)?.serverId;
  expect(outcome(await ada('DELETE', `/servers/${id('Demo')}`))).toEqual([409, 'server_in_use']);
  for (const name of ['GitHub', 'GITHUB', 'gitHub '])
    expect(outcome(await ada('PATCH', `/servers/${id('Demo')}`, { name })), name).toEqual([
      409,
      'name_taken',
    ]);
  expect((await ada('PATCH', `/servers/${id('Demo')}`, { name: 'DEMO' })).body.name).toBe('DEMO');
  expect((await ada('PATCH', `/servers/${id('Demo')}`, { name: 'Demo' })).body.name).toBe('Demo');
});

test('the token is not sent to a server whose name now resolves to a private address', async () => {
  const { db } = openDatabase(installation.database.url);
  const server = {
    ...({ name: 'Moved', kind: 'enterprise' } as const),
    apiUrl: 'https://localhost:1/api/v3',
    webUrl: 'https://localhost:1',
  };
  const serverId = await insertServer(db, server, '2026-01-01T00:00:00.000Z');
  const { body } = await ada('GET', '/tenants');
  const { tenantId } = body.tenants[0];
  const before = body.tenants[0].server.serverId;
  const tenant = { name: 'New', serverId, githubUser: 'octocat', githubToken: 'x' };
  expect(outcome(await ada('POST', '/tenants', tenant))).toEqual([422, 'private_address']);
  await db.updateTable('tenant').set({ serverId }).where('tenantId', '=', tenantId).execute();
  const change = outcome(await ada('PATCH', `/tenants/${tenantId}`, { githubToken: 'x' }));
  const discovered = outcome(await ada('GET', `/repositories/${tenantId}/discover`));
  await db.updateTable('tenant').set({ serverId: before }).where('tenantId', '=', tenantId).execute();
  await deleteServer(db, serverId, { email: 'ada@example.com', now: new Date() });
  await db.destroy();
  expect([change, discovered]).toEqual(new Array(2).fill([422, 'private_address']));
});

test('the simulator is found at its current address', async () => {
  const { db } = openDatabase(installation.database.url);
  const moved = db.updateTable('githubServer').set({ apiUrl: 'http://127.0.0.1:9/github/api/v3' });
  await moved.where('kind', '=', 'demo').execute();
  await db.destroy();
  const change = { githubToken: DEMO_TOKENS.octocat };
  expect((await ada('PATCH', '/tenants/1', change)).status).toBe(200);
});

test('if private addresses are allowed, a server that answers is added, renamed and deleted', async () => {
  const inside = await openTestInstallation({ demo: true, environment: { ALLOW_PRIVATE_ADDRESSES: 'true' } });
  await inside.initialize();
  const asAda = inside.as('ada@example.com');
  const host = inside.url.replace('127.0.0.1', 'localhost');
  const nothing = await asAda('POST', '/servers', { name: 'Nothing', url: `${host}/nothing` });
  expect(outcome(nothing)).toEqual([422, 'server_unreachable']);
  const page = { kind: 'garbage', body: '<title>Sign in</title>', match: { path: /^\/meta$/ } } as const;
  inside.github.fail({ ...page, times: 2 });
  const barred = await asAda('POST', '/servers', { name: 'Inside', url: `${host}/github` });
  expect([...outcome(barred), barred.body.error.message]).toEqual([
    422,
    'server_unreachable',
    expect.stringMatching(/^No GitHub server answers at .*\. An HTML page came .*“Sign in”\. A proxy/),
  ]);
  inside.github.fail({ ...page, times: 1 });
  const added = await asAda('POST', '/servers', { name: 'Inside', url: `${host}/github/api/v3/` });
  expect([added.status, added.body]).toMatchObject([
    201,
    {
      name: 'Inside',
      kind: 'enterprise',
      apiUrl: `${host}/github/api/v3`,
      webUrl: `${host}/github`,
      tenantCount: 0,
    },
  ]);
  const again = await asAda('POST', '/servers', { name: 'Other', url: `${host}/github` });
  expect([again.status, again.body]).toEqual([200, added.body]);
  const { serverId } = added.body;
  const renamed = await asAda('PATCH', `/servers/${serverId}`, { name: 'Renamed' });
  expect(renamed.body).toEqual({ ...added.body, name: 'Renamed' });
  expect((await asAda('DELETE', `/servers/${serverId}`)).body).toEqual({ serverId });
  expect(outcome(await asAda('DELETE', `/servers/${serverId}`))).toEqual([404, 'server_not_found']);
  await inside.close();
});
