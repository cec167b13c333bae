import { createServer, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { limitCallers } from '../../local/installation/callers.ts';
import type { Handler } from '../../local/installation/server.ts';

const API_KEY = 'uuid:key';
/** Of 40 a minute, everybody gets 30, a person 20, strangers 10 and an address 4. */
const CAPACITY = { invocationsPerMinute: 40, containers: 8 };

/** Tokens that the host accepts. */
let good: Set<string>;
/** How many calls the host works on, and the most so far. */
let running: { now: number; most: number };
let lines: object[];
let close: () => void;
let port: number;

const host: Handler = async ({ headers }, response) => {
  running.now += 1;
  running.most = Math.max(running.most, running.now);
  await new Promise((resolve) => setTimeout(resolve, 10));
  const [, token = ''] = (headers.authorization ?? '').split(' ');
  response.writeHead(good.has(token) ? 200 : 401).end();
  running.now -= 1;
};

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-01-14T08:00:20Z') });
  good = new Set();
  running = { now: 0, most: 0 };
  lines = [];
  const log = (line: object) => void lines.push(line);
  const handle = limitCallers(host, { apiKey: API_KEY, capacity: CAPACITY, log });
  const server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ({ port } = server.address() as AddressInfo);
  close = () => server.close();
});

afterEach(() => {
  vi.useRealTimers();
  close();
});

interface Sent {
  token?: string;
  basic?: string;
  /** What a proxy says about where the call is from. */
  from?: string;
  path?: string;
}

function call({ token, basic, from, path = 'me' }: Sent): Promise<{ status?: number; wait?: string }> {
  const headers = {
    ...(token && { authorization: `Bearer ${token}` }),
    ...(basic && { authorization: `Basic ${Buffer.from(basic).toString('base64')}` }),
    ...(from && { 'x-forwarded-for': from }),
  };
  const options = { host: '127.0.0.1', port, path: `/api/v1/web/guest/traffic/${path}`, headers };
  return new Promise((resolve, reject) => {
    send(options, (answer) => {
      answer.resume();
      const { statusCode: status, headers: answered } = answer;
      resolve({
        ...(status && { status }),
        ...(answered['retry-after'] && { wait: answered['retry-after'] }),
      });
    })
      .on('error', reject)
      .end();
  });
}

/** The statuses of so many calls at once, counted. */
async function counted(count: number, toSent: (place: number) => Sent) {
  const answers = await Promise.all(Array.from({ length: count }, (_, place) => call(toSent(place))));
  const of = (status: number) => answers.filter((answer) => answer.status === status).length;
  return { accepted: of(200), unauthenticated: of(401), refused: of(429) };
}

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
/** A token that the host accepts. */
function tokenOf(sub: string, jti = ''): string {
  const token = `${encode({ alg: 'RS256' })}.${encode({ sub, jti })}.x`;
  good.add(token);
  return token;
}

test('an address without a good token gets its share of a minute, and then 429 with the seconds to wait', async () => {
  expect(await counted(9, () => ({}))).toEqual({ accepted: 0, unauthenticated: 4, refused: 5 });
  expect(await call({})).toEqual({ status: 429, wait: '40' });
  expect((await call({ token: 'forged' })).status).toBe(429);
  expect((await call({ from: '203.0.113.9' })).status).toBe(401);
  expect(lines).toEqual([{ level: 'warn', event: 'too_many_requests', caller: 'address 127.0.0.1' }]);
  vi.setSystemTime('2026-01-14T08:01:00Z');
  expect((await call({})).status).toBe(401);
});

test('all addresses together get a share, and run in half of the containers', async () => {
  const far = await counted(30, (place) => ({ from: `203.0.113.${place}` }));
  expect(far).toEqual({ accepted: 0, unauthenticated: 10, refused: 20 });
  expect(running.most).toBe(4);
});

test('a proxy on this machine says who calls; IPv6 callers have a /64', async () => {
  const near = await counted(6, (place) => ({ from: `2001:db8::${place}` }));
  expect(near).toEqual({ accepted: 0, unauthenticated: 4, refused: 2 });
  // What the caller wrote comes before what the proxy added.
  const lying = await counted(6, (place) => ({ from: `10.0.0.${place}, ::ffff:198.51.100.7` }));
  expect(lying).toEqual({ accepted: 0, unauthenticated: 4, refused: 2 });
  expect((await call({ from: '198.51.100.7' })).status).toBe(429);
});

test('a person whose token was accepted has a share of their own, whatever the others do', async () => {
  const token = tokenOf('ada');
  expect((await call({ token })).status).toBe(200);
  await counted(20, () => ({ token: 'forged' }));
  expect(await counted(25, () => ({ token }))).toEqual({ accepted: 20, unauthenticated: 0, refused: 5 });
  const another = tokenOf('ada', 'second');
  expect((await call({ token: another, from: '203.0.113.9' })).status).toBe(200);
  expect((await call({ token: another })).status).toBe(429);
});

test('a token that is no longer accepted makes a stranger again, and init says nothing about a token', async () => {
  const token = tokenOf('ada');
  await call({ token, path: 'init' });
  await counted(3, () => ({}));
  expect((await call({ token })).status).toBe(429);
  vi.setSystemTime('2026-01-14T08:01:00Z');
  await call({ token });
  good.delete(token);
  expect((await call({ token })).status).toBe(401);
  expect(await counted(9, () => ({ token }))).toEqual({ accepted: 0, unauthenticated: 3, refused: 6 });
});

test('people and strangers together leave a quarter to the actions, whose calls are not counted', async () => {
  for (const name of ['ada', 'grace']) await call({ token: tokenOf(name) });
  const people = await counted(60, (place) => ({ token: tokenOf(place % 2 ? 'ada' : 'grace') }));
  expect(people).toEqual({ accepted: 28, unauthenticated: 0, refused: 32 });
  const actions = await counted(50, () => ({ basic: API_KEY }));
  expect(actions.refused).toBe(0);
  expect((await counted(50, () => ({ basic: 'uuid:guess' }))).refused).toBe(50);
});
