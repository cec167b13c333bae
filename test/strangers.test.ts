import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openTestInstallation, type TestInstallation } from './installation.ts';
import { requireBuild } from './on-demand.ts';

const DIST = path.join(import.meta.dirname, '../dist');
type Main = (args: object) => Promise<{ statusCode: number; body: string }>;

/** The routes that need a token, with any ids in their paths. */
let routes: { name: string; main: Main; args: Record<string, unknown> }[];
const servers: Server[] = [];
let connections = 0;

/** A database or sign-in provider that never answers, and counts who tries. */
async function listen(): Promise<string> {
  const server = createServer(() => {
    connections += 1;
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
}

function load(action: string): Main {
  const code = readFileSync(path.join(DIST, 'actions', `${action}.js`), 'utf8');
  return new Function('require', 'module', `${code}\nreturn main;`)(require, {}) as Main;
}

beforeAll(async () => {
  await requireBuild();
  const parameters = {
    DATABASE_URL: `postgres://u:p@${await listen()}/d`,
    ISSUER: `http://${await listen()}/identity`,
    CLIENT_ID: 'traffic-pages',
    TOKEN_KEY: Buffer.alloc(32, 7).toString('base64url'),
    INIT_SECRET: 'sixteen-characters',
  };
  const { paths } = JSON.parse(readFileSync(path.join(DIST, 'static/openapi.json'), 'utf8'));
  const mains = new Map<string, Main>();
  routes = Object.entries<Record<string, { security?: object[] }>>(paths).flatMap(([route, operations]) => {
    const [, action = '', rest = ''] = /^\/([^/]+)(.*)$/.exec(route) ?? [];
    const main = mains.get(action) ?? load(action);
    mains.set(action, main);
    const methods = Object.keys(operations).filter((method) => operations[method]?.security?.length !== 0);
    return methods.map((method) => ({
      name: `${method} ${route}`,
      main,
      args: { ...parameters, __ow_method: method, __ow_path: rest.replace(/\{\w+\}/g, '1') },
    }));
  });
});

afterAll(() => {
  for (const server of servers) server.close();
});

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const claims = { iss: 'x', sub: 'ada', aud: 'traffic-pages', exp: 4_000_000_000, iat: 1, scope: 'openid' };
const withHeader = (header: unknown) => `Bearer ${encode(header)}.${encode(claims)}.${'A'.repeat(342)}`;

/** No token, and what cannot be one of the provider's. */
const MALFORMED: Record<string, string | undefined> = {
  nothing: undefined,
  'an empty header': '',
  'no token': 'Bearer',
  'another scheme': 'Basic YWRhOnNlY3JldA==',
  'a word': 'Bearer x',
  'three letters': 'Bearer a.b.c',
  dots: 'Bearer ..',
  'a long word': `Bearer ${'x'.repeat(7000)}`,
  'empty objects': 'Bearer e30.e30.e30',
  'no signature': `Bearer ${encode({ alg: 'none' })}.${encode(claims)}.`,
  'a shared secret': withHeader({ alg: 'HS256', typ: 'at+jwt' }),
  'an unknown algorithm': withHeader({ alg: 'RS1024', typ: 'at+jwt' }),
  'a number for an algorithm': withHeader({ alg: 256 }),
  'a list for a header': withHeader([1]),
  'claims that are no object': `Bearer ${encode({ alg: 'RS256' })}.${encode('x')}.AAAA`,
  'claims that are no JSON': `Bearer ${encode({ alg: 'RS256' })}.x.AAAA`,
  'an encrypted token': `Bearer ${encode({ alg: 'RSA-OAEP', enc: 'A256GCM' })}.A.A.A.A`,
};

test('every route refuses a call without a token at once: it asks neither the database nor the provider', async () => {
  expect(routes.length).toBeGreaterThan(30);
  const log = vi.spyOn(console, 'log').mockReturnValue();
  const times: number[] = [];
  const answers = new Set<string>();
  for (const { name, main, args } of routes)
    for (const [what, authorization] of Object.entries(MALFORMED)) {
      const headers = authorization === undefined ? {} : { authorization };
      const begun = performance.now();
      const { statusCode, body } = await main({ ...args, __ow_headers: headers });
      times.push(performance.now() - begun);
      expect([name, what, statusCode]).toEqual([name, what, 401]);
      answers.add(JSON.parse(body).error.code);
    }
  expect([...answers].sort()).toEqual(['access_token_invalid', 'key_invalid', 'unauthenticated']);
  expect(connections).toBe(0);
  log.mockRestore();
  const [median = 0] = times.sort((a, b) => a - b).slice(times.length / 2);
  expect(median).toBeLessThan(1);
});

/** Calls without a good token until it is stopped, much more often than the host may run actions. */
function flood({ url }: TestInstallation) {
  const statuses: Record<number, number> = {};
  const waits = new Set<number>();
  let stopped = false;
  const forged = Array.from({ length: 4 }, (_, place) => ({
    authorization: withHeader({ alg: 'RS256', typ: 'at+jwt', kid: `${place}` }),
  }));
  const workers = [{}, ...forged].map(async (headers) => {
    while (!stopped) {
      const { status, headers: answered } = await fetch(`${url}/api/v1/web/guest/traffic/me`, { headers });
      statuses[status] = (statuses[status] ?? 0) + 1;
      if (status === 429) waits.add(Number(answered.get('retry-after')));
      await sleep(10);
    }
  });
  return {
    statuses,
    waits,
    async stop() {
      stopped = true;
      await Promise.all(workers);
    },
  };
}

test('on our own server a flood of strangers takes nothing from people and the collector', async () => {
  const installation = await openTestInstallation({
    demo: true,
    now: '2026-01-14T08:00:00.000Z',
    limits: { invocationsPerMinute: 200 },
  });
  const { tenantId } = await installation.initialize();
  const ada = installation.as('ada@example.com');
  const found = await ada('GET', `/repositories/${tenantId}/discover`);
  const [{ owner, name }] = found.body.candidates;
  expect((await ada('POST', `/repositories/${tenantId}`, { owner, name })).status).toBe(201);
  await installation.host.settled();
  const flooding = flood(installation);
  await expect.poll(() => flooding.statuses[429] ?? 0).toBeGreaterThan(200);

  for (let call = 0; call < 20; call++) expect((await ada('GET', '/me')).status).toBe(200);
  installation.now('2026-01-15T08:00:00.000Z');
  await installation.collect();
  const { body } = await ada('GET', `/runs/${tenantId}`);
  expect(body.runs[0]).toMatchObject({ reason: 'alarm', state: 'succeeded', succeededCount: 1 });
  const elsewhere = { 'x-forwarded-for': '10.1.1.1, 203.0.113.9' };
  expect((await installation.anonymously('GET', '/init', undefined, elsewhere)).status).toBe(200);

  await flooding.stop();
  expect(Object.keys(flooding.statuses)).toEqual(['401', '429']);
  // A tenth of 200 a minute, and the test may see the end of one minute.
  expect(flooding.statuses[401]).toBeLessThanOrEqual(40);
  expect(Math.max(...flooding.waits)).toBeLessThanOrEqual(60);
  expect(Math.min(...flooding.waits)).toBeGreaterThanOrEqual(1);
  await installation.close();
});
