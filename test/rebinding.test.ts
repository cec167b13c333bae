import { generateKeyPairSync } from 'node:crypto';
import dns from 'node:dns';
import dnsPromises from 'node:dns/promises';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Db } from '../lib/db/database.ts';
import { createMemory } from '../lib/github/memory.ts';
import { openGitHub } from '../lib/github.ts';
import { fetchPublic } from '../lib/public-fetch.ts';
import { openSecrets } from '../lib/secrets.ts';
import { setApp } from '../lib/server-app.ts';
import { addServer, insertServer } from '../lib/servers.ts';
import { checkCredentials } from '../lib/tenants/credentials.ts';
import { openTenantGitHub } from '../lib/tenants/github.ts';
import { openTestDatabase } from './database.ts';
import { QUIET, type ServedGitHub, serveGitHub } from './github-server.ts';

const NOW = '2026-03-10T08:00:00.000Z';
const NAME = 'github.example.com';
const TOKEN = 'ghp_test_rebinding_00000000000000000000000';
const PUBLIC = { address: '93.184.215.14', family: 4 };
const PRIVATE = { address: '127.0.0.1', family: 4 };

const real = { lookup: dns.lookup, lookUp: dnsPromises.lookup };
let served: ServedGitHub;
let db: Db;
let answers: { address: string; family: number }[];

/** The resolver's next answers for the name; the last one stays. */
function resolveTo(...next: (typeof PUBLIC)[]) {
  answers = next;
}

function answer() {
  const [next = PRIVATE] = answers.length > 1 ? answers.splice(0, 1) : answers;
  return next;
}

/** Stands in for the system's resolver, which tests cannot change. */
function standIn() {
  type Callback = (error: Error | null, found: unknown, family?: number) => void;
  const lookup = (host: string, options: { all?: boolean }, callback: Callback) => {
    if (host !== NAME) return real.lookup(host, options as { all: true }, callback);
    const { address, family } = answer();
    if (options.all) callback(null, [{ address, family }]);
    else callback(null, address, family);
  };
  const lookUp = async (host: string, options: { all: true }) =>
    host === NAME ? [answer()] : real.lookUp(host, options);
  Object.assign(dns, { lookup });
  Object.assign(dnsPromises, { lookup: lookUp });
  syncBuiltinESMExports();
}

beforeEach(async () => {
  served = await serveGitHub(NOW, '/api/v3');
  served.github.addUser('ada');
  served.github.addToken({ token: TOKEN, login: 'ada', kind: 'classic', scopes: ['repo'] });
  standIn();
  ({ db } = await openTestDatabase());
});

afterEach(async () => {
  Object.assign(dns, { lookup: real.lookup });
  Object.assign(dnsPromises, { lookup: real.lookUp });
  syncBuiltinESMExports();
  await db.destroy();
  await served.close();
});

const secrets = openSecrets('A'.repeat(43));
const clock = () => new Date(NOW);
const SOON = new Date(Date.parse(NOW) + 20_000);

const toServices = (allowPrivateAddresses = false) => ({
  db,
  secrets,
  clock,
  config: { allowPrivateAddresses, demoGithubUrl: null },
});

/** A tenant at a server whose name somebody else's resolver answers for. */
async function addTenant() {
  const apiUrl = served.apiUrl.replace('127.0.0.1', NAME);
  const server = { kind: 'enterprise', name: 'Theirs', apiUrl, webUrl: `http://${NAME}` } as const;
  const serverId = await insertServer(db, server, NOW);
  const tenant = { name: 'T', serverId, githubUser: 'ada', createdAt: NOW, createdBy: 'ada@example.com' };
  const { tenantId } = await db
    .insertInto('tenant')
    .values({ ...tenant, tokenSealed: await secrets.seal(TOKEN) })
    .returning('tenantId')
    .executeTakeFirstOrThrow();
  return { server, serverId, tenantId };
}

const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const privateKey = key.export({ type: 'pkcs8', format: 'pem' }).toString();

test('a host name that resolves to a private address after the check gets no request and no token', async () => {
  const { server, serverId, tenantId } = await addTenant();
  const services = toServices();
  const by = { email: 'ada@example.com', now: clock() };
  const token = { githubUser: 'ada', githubToken: TOKEN };
  const tries = {
    collecting: async () => (await openTenantGitHub(services, tenantId, SOON)).github.getViewer(),
    'a new token': () => checkCredentials(services, { ...server, serverId }, token),
    'an app': () => setApp(services, serverId, { appId: '1', privateKey }, by),
    'a new server': () => addServer(db, { name: 'New', url: `https://${NAME}:8443` }, { ...services, by }),
  };
  for (const [name, ask] of Object.entries(tries)) {
    resolveTo(PUBLIC, PRIVATE);
    await expect(ask(), name).rejects.toMatchObject({ code: 'private_address' });
  }
  expect(served.github.requests()).toEqual([]);
});

test('if private addresses are allowed, the server is asked wherever its name resolves', async () => {
  const { tenantId } = await addTenant();
  resolveTo(PUBLIC, PRIVATE);
  answers.shift();
  const { github } = await openTenantGitHub(toServices(true), tenantId, SOON);
  expect(await github.getViewer()).toMatchObject({ login: 'ada' });
});

test('a public server behaves as usual: conditions, redirects, failures and truncated answers', async () => {
  const github = (over: object = {}) =>
    openGitHub({ apiUrl: served.apiUrl, token: TOKEN, clock, secondLasts: 0, fetch: fetchPublic, ...over });
  const plan = { owner: 'ada', name: 'old', createdOn: '2025-01-01', story: { ...QUIET, views: 20 } };
  const { id } = served.github.addRepository(plan);
  const memory = createMemory();
  const first = await github().getTraffic(id, { memory });
  const again = createMemory(memory.changed);
  expect(await github().getTraffic(id, { memory: again })).toEqual(first);
  expect([again.counted, again.unchanged]).toEqual([0, 6]);
  served.github.rename(id, { name: 'new' });
  const renamed = await github().getRepository({ owner: 'ada', name: 'old' });
  expect([renamed.name, renamed.renamed]).toEqual(['new', true]);
  for (const rule of [{ kind: 'cut' }, { kind: 'reset' }, { kind: 'down', status: 502 }] as const) {
    const lift = served.github.fail(rule);
    await expect(github().getViewer(), rule.kind).rejects.toMatchObject({ code: 'github_down' });
    lift();
  }
  const late = { deadline: new Date(Date.parse(NOW) + 50) };
  served.github.fail({ kind: 'slow', milliseconds: 2000 });
  await expect(github(late).getViewer()).rejects.toMatchObject({ code: 'out_of_time' });
});

test('a compressed answer is read', async () => {
  const server = createServer((request, response) => {
    response.setHeader('content-encoding', 'gzip');
    response.end(gzipSync(JSON.stringify({ method: request.method, asked: request.headers.authorization })));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const request = { method: 'POST', headers: { authorization: 'x' }, signal: AbortSignal.timeout(10_000) };
  const response = await fetchPublic(url, request);
  expect(await response.json()).toEqual({ method: 'POST', asked: 'x' });
  server.closeAllConnections();
  server.close();
});
