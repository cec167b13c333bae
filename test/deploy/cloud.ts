import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import S3rver from '@20minutes/s3rver';
import { AwsClient } from 'aws4fetch';
import { createTestDatabase } from '../database.ts';
import { openTestInstallation, type TestInstallation } from '../installation.ts';
import { getWskdeploy } from '../on-demand.ts';
import { type Outcome, ROOT, run, variablesOf } from './wskdeploy.ts';

/** The store's only key. */
const KEY = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };
const BUCKET = 'pages';
const SHARED_BUCKET = 'shared-files';

interface StoredObject {
  type: string | null;
  cacheControl: string | null;
  encoding: string | null;
  text: string;
}

/** One bucket of the storage. */
interface Bucket {
  keys(): Promise<string[]>;
  read(key: string): Promise<StoredObject>;
  put(key: string, text: string): Promise<void>;
}

interface Storage {
  endpoint: string;
  bucket(name: string): Bucket;
  close(): Promise<void>;
}

/** The site of a bucket, as a proxy of another origin asks for it. */
const siteOf = ({ endpoint }: Storage, bucket: string): Target => ({
  origin: endpoint,
  host: `${bucket}.s3-website.localhost`,
});

/** An S3-compatible server with two empty buckets, of the pages and of the shared files. */
async function openStorage(): Promise<Storage> {
  const directory = await mkdtemp(path.join(tmpdir(), 'bucket-test-'));
  const server = new S3rver({
    port: 0,
    address: '127.0.0.1',
    silent: true,
    directory,
    serviceEndpoint: 'localhost',
    configureBuckets: [BUCKET, SHARED_BUCKET].map((name) => ({ name, configs: [] })),
  });
  const { port } = await server.run();
  const endpoint = `http://127.0.0.1:${port}`;
  const client = new AwsClient({ ...KEY, region: 'us-east-1', service: 's3' });
  return {
    endpoint,
    bucket: (name) => toBucket((path, init) => client.fetch(`${endpoint}/${name}${path}`, init)),
    async close() {
      await server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function toBucket(call: (path: string, init?: RequestInit) => Promise<Response>): Bucket {
  return {
    async keys() {
      const text = await (await call('')).text();
      return [...text.matchAll(/<Key>(.*?)<\/Key>/g)].map(([, key = '']) => key).sort();
    },
    async read(key) {
      const answer = await call(`/${key}`);
      const header = (name: string) => answer.headers.get(name);
      return {
        type: header('content-type'),
        cacheControl: header('cache-control'),
        encoding: header('content-encoding'),
        text: await answer.text(),
      };
    },
    put: async (key, text) => void (await call(`/${key}`, { method: 'PUT', body: text })),
  };
}

/** Where a proxy sends a request. */
interface Target {
  origin: string;
  host?: string;
}

interface Proxy {
  url: string;
  close(): Promise<void>;
}

function forward(incoming: IncomingMessage, outgoing: ServerResponse, { origin, host }: Target): void {
  const headers = { ...incoming.headers, host: host ?? new URL(origin).host };
  const passing = request(`${origin}${incoming.url}`, { method: incoming.method, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
    answer.pipe(outgoing);
  });
  passing.on('error', () => outgoing.destroy());
  incoming.pipe(passing);
}

/** An origin that proxies its requests to where `route` says. */
async function openProxy(route: (url: string) => Target): Promise<Proxy> {
  // Longer than clients keep an idle connection, so no request meets one that is just closing.
  const server: Server = createServer({ keepAliveTimeout: 75_000 }, (incoming, outgoing) =>
    forward(incoming, outgoing, route(incoming.url ?? '/')),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Everything to deploy to, and deploy.sh. */
export interface Cloud {
  installation: TestInstallation;
  bucket: Bucket;
  /** The origin that serves the bucket and, below /api, the OpenWhisk host. */
  site: Proxy;
  /** The bucket of the shared files, and the origin that serves it. */
  shared: Bucket;
  sharedSite: Proxy;
  /** The variables of deploy.sh. */
  variables: Record<string, string>;
  /** A copy of the checkout for deploy.sh to build in. */
  checkout: string;
  /** Runs deploy.sh, in the checkout unless in another; a variable that is undefined is not set. */
  deploy(args?: string[], changes?: Record<string, string | undefined>, cwd?: string): Promise<Outcome>;
  close(): Promise<void>;
}

/** What no build reads. */
const NOT_COPIED = ['bench', 'docs', 'test'];

/** What belongs to the checkout, without what git ignores. */
async function listCheckout(): Promise<string[]> {
  const asked = ['ls-files', '--cached', '--others', '--exclude-standard'];
  const { stdout } = await promisify(execFile)('git', asked, { cwd: ROOT });
  const names = new Set(stdout.split('\n').map((file) => file.split('/')[0] ?? ''));
  return [...names].filter((name) => name !== '' && !NOT_COPIED.includes(name));
}

/** Remove it when done. */
export async function copyCheckout(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'checkout-test-'));
  for (const name of await listCheckout())
    await cp(path.join(ROOT, name), path.join(folder, name), { recursive: true, dereference: true });
  await symlink(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
  return folder;
}

/** An empty OpenWhisk host, two empty buckets with origins of their own, an App ID stand-in, GitHub and a database. */
export async function openCloud(): Promise<Cloud> {
  const storage = await openStorage();
  let api = { origin: 'http://127.0.0.1:2' };
  const pages = siteOf(storage, BUCKET);
  const site = await openProxy((url) => (url.startsWith('/api/') ? api : pages));
  const sharedSite = await openProxy(() => siteOf(storage, SHARED_BUCKET));
  const databaseUrls = await createTestDatabase();
  const installation = await openTestInstallation({
    deployed: false,
    pageOrigins: [site.url],
    databaseUrls,
    demo: true,
    identity: { path: '/oauth/v4/39a37f57-a227-4bfe-a044-93b6e6050a61', shape: 'appid' },
  });
  api = { origin: installation.url };
  const checkout = await copyCheckout();
  const wskdeploy = await getWskdeploy();
  const { ALLOWED_ORIGINS: _own, ...bound } = variablesOf(
    installation,
    randomBytes(32).toString('base64url'),
  );
  const variables = {
    ...bound,
    APIHOST: installation.url,
    AUTH: installation.apiKey,
    NAMESPACE: 'guest',
    COS_ENDPOINT: storage.endpoint,
    COS_BUCKET: BUCKET,
    COS_ACCESS_KEY_ID: KEY.accessKeyId,
    COS_SECRET_ACCESS_KEY: KEY.secretAccessKey,
    FILES_URL: sharedSite.url,
    FILES_ENDPOINT: storage.endpoint,
    FILES_BUCKET: SHARED_BUCKET,
    FILES_ACCESS_KEY_ID: KEY.accessKeyId,
    FILES_SECRET_ACCESS_KEY: KEY.secretAccessKey,
    PAGES_URL: site.url,
    WSKDEPLOY: wskdeploy,
  };
  const base = { PATH: process.env.PATH, HOME: checkout };
  return {
    installation,
    bucket: storage.bucket(BUCKET),
    site,
    shared: storage.bucket(SHARED_BUCKET),
    sharedSite,
    variables,
    checkout,
    deploy: (args = [], changes = {}, cwd = checkout) =>
      run('bash', ['deploy.sh', ...args], { cwd, env: { ...base, ...variables, ...changes } }),
    async close() {
      await installation.close();
      await site.close();
      await sharedSite.close();
      await storage.close();
      await rm(checkout, { recursive: true, force: true });
    },
  };
}
