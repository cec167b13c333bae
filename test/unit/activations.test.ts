import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { isTooMany, openActivations } from '../../lib/activations.ts';
import { CERTIFICATE, TLS } from '../tls.ts';

/** The requests that reached the platform, and what it answers. */
let asked: string[];
let status: number;

const answer: RequestListener = (request, response) => {
  asked.push(`${request.method} ${request.url}`);
  response.writeHead(status, { 'content-type': 'application/json' }).end('{"activationId":"a"}');
};
const secure = createServer(TLS, answer);
const plain = createHttpServer(answer);
const lines: string[] = [];

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

let securePort: number;
let plainUrl: string;

beforeAll(async () => {
  securePort = await listen(secure);
  plainUrl = `http://127.0.0.1:${await listen(plain)}`;
  vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
  vi.stubEnv('__OW_API_KEY', 'uuid:key');
  vi.stubEnv('__OW_ACTION_NAME', '/guest/traffic/collect');
  vi.stubEnv('__OW_ACTIVATION_ID', 'a1');
});
beforeEach(() => {
  asked = [];
  status = 202;
  lines.length = 0;
  vi.stubEnv('__OW_API_HOST', `https://127.0.0.1:${securePort}`);
});
afterAll(() => {
  for (const server of [secure, plain]) {
    server.close();
    server.closeAllConnections();
  }
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

const start = (access: { apiHost?: string; ca?: string } = {}) =>
  openActivations({ apiHost: null, ca: null, ...access }).start('collect-tenant', { secret: 'hush' });

const STARTED = ['POST /api/v1/namespaces/_/actions/traffic/collect-tenant?blocking=false'];

test('a certificate that Node.js does not trust is named, in the failure and in the log', async () => {
  const failure = await start().catch((error) => error);
  expect(failure).toMatchObject({
    code: 'start_failed',
    message:
      'The platform did not start collect-tenant (self-signed certificate). Nothing is collected until this is fixed. Set OPENWHISK_CA or OPENWHISK_API_HOST, and deploy again.',
  });
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    {
      activationId: 'a1',
      level: 'error',
      code: 'start_failed',
      action: 'collect-tenant',
      cause: 'self-signed certificate',
    },
  ]);
  expect(asked).toEqual([]);
});

test('with its authority in OPENWHISK_CA, or another address in OPENWHISK_API_HOST, actions start', async () => {
  await start({ ca: CERTIFICATE });
  expect(asked).toEqual(STARTED);
  await start({ apiHost: plainUrl, ca: CERTIFICATE });
  expect(asked).toEqual([STARTED, STARTED].flat());
});

test('a certificate for another name is refused, whoever signed it', async () => {
  vi.stubEnv('__OW_API_HOST', `https://localhost:${securePort}`);
  await expect(start({ ca: CERTIFICATE })).rejects.toThrow(/does not match certificate's altnames/);
});

test('a refusal that passes leaves it to the next alarm, any other one must be fixed', async () => {
  const messages: Record<number, string> = {};
  for (status of [429, 503, 401, 404]) {
    const failure = await start({ apiHost: plainUrl }).catch((error) => error);
    messages[status] = failure.message;
    expect(isTooMany(failure)).toBe(status === 429);
  }
  expect(messages).toEqual({
    429: 'The platform did not start collect-tenant (too many activations right now). The next alarm collects the rest.',
    503: 'The platform did not start collect-tenant (status 503). The next alarm collects the rest.',
    401: 'The platform did not start collect-tenant (status 401). Nothing is collected until this is fixed.',
    404: 'The platform did not start collect-tenant (status 404). Nothing is collected until this is fixed.',
  });
  // Too many is tried again every few seconds: no line for each.
  expect(lines.map((line) => JSON.parse(line).cause)).toEqual(['status 503', 'status 401', 'status 404']);
});

test('a host that does not answer, and a key that is missing, are named too', async () => {
  vi.stubEnv('__OW_API_HOST', 'http://127.0.0.1:2');
  await expect(start()).rejects.toThrow('(connect ECONNREFUSED 127.0.0.1:2). Nothing is collected');
  vi.stubEnv('__OW_API_KEY', '');
  await expect(start()).rejects.toThrow('(Invalid constructor options. Missing api_key parameter');
});
