import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import S3rver from '@20minutes/s3rver';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openFiles } from '../../lib/files.ts';
import { DEMO_USERS } from '../../local/demo/github.ts';
import { type Call, openTestInstallation, type TestInstallation } from '../installation.ts';

const NOW = '2026-01-14T08:00:00.000Z';
const BUCKET = 'shared-files';

/** What the way to the storage does to a request. */
type Way = 'open' | 'fails' | 'stumbles' | 'refuses' | 'hangs';

let way: Way = 'open';
/** How often each address was asked while the way stumbles: only the third time it lets a request pass. */
const asked = new Map<string, number>();
let storage: S3rver;
let folder: string;
let front: Server;
let installation: TestInstallation;
let ada: Call;
let tenantId: number;

/** An object storage of its own, behind a server that can fail, refuse or hang. */
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'storage-test-'));
  storage = new S3rver({
    port: 0,
    address: '127.0.0.1',
    silent: true,
    directory: folder,
    serviceEndpoint: 'localhost',
    configureBuckets: [{ name: BUCKET, configs: [] }],
  });
  const { port } = await storage.run();
  front = createServer((incoming, outgoing) => pass(incoming, outgoing, port));
  front.listen(0, '127.0.0.1');
  await once(front, 'listening');
  const endpoint = `http://127.0.0.1:${(front.address() as AddressInfo).port}`;
  installation = await openTestInstallation({
    demo: true,
    now: NOW,
    environment: {
      FILES_URL: 'https://shared.example.com',
      FILES_ENDPOINT: endpoint,
      FILES_REGION: 'us-east-1',
      FILES_BUCKET: BUCKET,
      FILES_ACCESS_KEY_ID: 'S3RVER',
      FILES_SECRET_ACCESS_KEY: 'S3RVER',
    },
  });
  ada = installation.as('ada@example.com');
  ({ tenantId } = await installation.initialize());
  const repositories = [{ owner: DEMO_USERS.northwind, name: 'burrow' }];
  await ada('POST', `/repositories/${tenantId}/batch`, { repositories });
  await installation.host.settled();
});
afterAll(async () => {
  await installation?.close();
  front?.closeAllConnections();
  front?.close();
  await storage?.close();
  await rm(folder, { recursive: true, force: true });
});

function pass(incoming: IncomingMessage, outgoing: ServerResponse, port: number): void {
  if (way === 'hangs') return;
  if (way === 'fails' || (way === 'stumbles' && isTooEarly(incoming)))
    return void outgoing.writeHead(503).end('<Error><Code>SlowDown</Code></Error>');
  if (way === 'refuses') return void outgoing.writeHead(403).end('<Error><Code>AccessDenied</Code></Error>');
  const { method, url, headers } = incoming;
  const passing = request({ host: '127.0.0.1', port, method, path: url, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  });
  passing.on('error', () => outgoing.destroy());
  incoming.pipe(passing);
}

function isTooEarly({ method, url }: IncomingMessage): boolean {
  const address = `${method} ${url}`;
  const count = (asked.get(address) ?? 0) + 1;
  asked.set(address, count);
  return count % 3 !== 0;
}

const share = (fields: object = {}) =>
  ada('POST', `/shares/${tenantId}`, { key: randomUUID(), subject: 'portfolio', range: '30', ...fields });

async function newest() {
  const { body } = await ada('GET', `/shares/${tenantId}`);
  return body.shares[0];
}

/** The files of the bucket, as its folder has them. */
async function filesOf(url: string): Promise<string[]> {
  const slug = url.split('/').at(-2) ?? '';
  const names = await readdir(path.join(folder, BUCKET, 'shared', slug)).catch(() => []);
  return names.filter((name) => name.endsWith('_object')).sort();
}

test('shares are written to an object storage at the address that browsers read, and removed from it', async () => {
  const { status, body } = await share();
  expect([status, body.standing, body.problem]).toEqual([201, 'live', null]);
  expect(body.url).toMatch(/^https:\/\/shared\.example\.com\/shared\/[\w-]{24}\/$/);
  expect(await filesOf(body.url)).toEqual(
    expect.arrayContaining(['data.json._S3rver_object', 'index.html._S3rver_object']),
  );
  expect((await ada('DELETE', `/shares/${tenantId}/${body.shareId}`)).status).toBe(200);
  expect(await filesOf(body.url)).toEqual([]);
});

test('while the storage fails, a share is saved and says why it is not written; collecting goes on; then it is written', async () => {
  way = 'fails';
  const { status, body } = await share();
  expect([status, body.standing, body.writtenAt]).toEqual([201, 'waiting', null]);
  expect(body.problem).toMatchObject({ code: 'files_unavailable', since: NOW });
  installation.now('2026-01-15T08:00:00.000Z');
  await installation.collect();
  const { body: runs } = await ada('GET', `/runs/${tenantId}`);
  expect(runs.runs[0]).toMatchObject({ state: 'succeeded', reason: 'alarm' });
  expect(await newest()).toMatchObject({ problem: { code: 'files_unavailable', since: NOW } });
  way = 'open';
  await installation.host.fire('hourly');
  await installation.host.settled();
  expect(await newest()).toMatchObject({
    standing: 'live',
    problem: null,
    writtenAt: '2026-01-15T08:00:00.000Z',
  });
  expect((await filesOf(body.url)).length).toBeGreaterThan(1);
});

test('a storage that fails twice is asked again', async () => {
  way = 'stumbles';
  const { shareId } = await newest();
  const { status, body } = await ada('POST', `/shares/${tenantId}/${shareId}/publish`);
  way = 'open';
  expect([status, body.problem]).toEqual([200, null]);
  expect(asked.size).toBeGreaterThan(0);
});

test('what the storage refuses is said with what to do, and publishing again says it too', async () => {
  way = 'refuses';
  const { shareId } = await newest();
  const { status, body } = await ada('POST', `/shares/${tenantId}/${shareId}/publish`);
  expect([status, body.error.code]).toEqual([422, 'files_refused']);
  expect(body.error.message).toContain('the key of FILES_ACCESS_KEY_ID may not write to the bucket');
  expect((await newest()).problem.code).toBe('files_refused');
  way = 'open';
  expect((await ada('POST', `/shares/${tenantId}/${shareId}/publish`)).body.problem).toBeNull();
});

test('a share whose files cannot be removed is not shown as revoked until they are gone', async () => {
  const { shareId, url } = await newest();
  way = 'fails';
  const refused = await ada('DELETE', `/shares/${tenantId}/${shareId}`);
  expect([refused.status, refused.body.error.code]).toEqual([503, 'files_unavailable']);
  expect(await newest()).toMatchObject({ standing: 'removing', problem: { code: 'files_unavailable' } });
  way = 'open';
  await installation.host.fire('hourly');
  await installation.host.settled();
  expect(await filesOf(url)).toEqual([]);
  expect(await newest()).toBeUndefined();
});

test('files that no share has are removed, and nothing else in the bucket', async () => {
  const { body: kept } = await share();
  const parameters = installation.parameters;
  const files = openFiles({
    publicUrl: 'https://shared.example.com',
    endpoint: parameters.FILES_ENDPOINT ?? '',
    region: 'us-east-1',
    bucket: BUCKET,
    accessKeyId: 'S3RVER',
    secretAccessKey: 'S3RVER',
  });
  for (const name of ['shared/stray/data.json', 'shared/page.js', 'other.txt'])
    await files.put({ name, type: 'text/plain', body: 'x' });
  await installation.host.fire('hourly');
  await installation.host.settled();
  const names = await files.list('');
  expect(names).not.toContain('shared/stray/data.json');
  expect(names).toEqual(expect.arrayContaining(['other.txt', 'shared/page.js']));
  expect((await filesOf(kept.url)).length).toBeGreaterThan(1);
});

test('a storage that hangs is given up, and the answer says so', async () => {
  way = 'hangs';
  const { status, body } = await share();
  way = 'open';
  expect([status, body.problem.code]).toEqual([201, 'files_unavailable']);
}, 40_000);

test('without an object storage, sharing is refused with what to set, and the pages still work', async () => {
  const names = ['URL', 'ENDPOINT', 'REGION', 'BUCKET', 'ACCESS_KEY_ID', 'SECRET_ACCESS_KEY'];
  const environment = Object.fromEntries(names.map((name) => [`FILES_${name}`, '']));
  const without = await openTestInstallation({ demo: true, now: NOW, environment });
  const call = without.as('ada@example.com');
  const { tenantId: own } = await without.initialize();
  const share = { key: randomUUID(), subject: 'portfolio', range: '30', shown: ['views'], names: false };
  const refused = await call('POST', `/shares/${own}`, share);
  expect([refused.status, refused.body.error.code]).toEqual([409, 'files_not_configured']);
  expect(refused.body.error.message).toContain('FILES_URL');
  const overview = await call('GET', `/stats/${own}?range=30`);
  expect(overview.status).toBe(200);
  await without.close();
});
