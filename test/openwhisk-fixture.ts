import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { inject } from 'vitest';
import type { Activation } from '../local/openwhisk/activations.ts';
import type { Host, HostOptions } from '../local/openwhisk.ts';
import { openHost } from '../local/openwhisk.ts';
import { requireBuild } from './on-demand.ts';

/** A local OpenWhisk host on a free port, and a client that sends requests exactly as given. */

export const NS = 'guest';
export const KEY = 'f3f5c1a8-guest:guest-secret';
export const OTHER_KEY = '7b1e90d2-other:other-secret';
export const basic = (key: string) => `Basic ${Buffer.from(key).toString('base64')}`;

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  /** Values of every line of that name. */
  lines(name: string): string[];
  body: Buffer;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers of many shapes
  json: any;
}

export interface Sent {
  headers?: Record<string, string>;
  body?: string | Buffer | object;
}

export interface RunningHost {
  host: Host;
  url: string;
  log: Record<string, unknown>[];
  /** A request with no headers but those given; an object is sent as JSON. */
  call(method: string, target: string, sent?: Sent): Promise<Answer>;
  /** A call of /api/v1/web. */
  web(method: string, target: string, sent?: Sent): Promise<Answer>;
  /** A call of /api/v1/namespaces with credentials. */
  rest(method: string, target: string, body?: object, key?: string): Promise<Answer>;
  /** Activations that the call caused. */
  activationsOf(call: () => Promise<unknown>): Promise<Activation[]>;
  close(): Promise<void>;
}

export async function startHost(
  options: Partial<HostOptions> = {},
  manifest = 'packages: {}',
): Promise<RunningHost> {
  await requireBuild();
  const folder = await mkdtemp(path.join(os.tmpdir(), 'openwhisk-test-'));
  const file = path.join(folder, 'manifest.yaml');
  await writeFile(file, manifest);
  const log: Record<string, unknown>[] = [];
  const host = await openHost({
    manifest: file,
    environment: {},
    namespace: NS,
    apiKey: KEY,
    namespaces: { other: OTHER_KEY },
    log: (line) => log.push(line as Record<string, unknown>),
    ...options,
    limits: { invocationsPerMinute: Number.POSITIVE_INFINITY, ...inject('hostLimits'), ...options.limits },
  }).catch(async (error: unknown) => {
    await rm(folder, { recursive: true });
    throw error;
  });
  const agent = new Agent({ keepAlive: true });
  // Longer than clients keep an idle connection, so no request meets one that is just closing.
  const server = createServer({ keepAliveTimeout: 75_000 }, (incoming, response) => {
    void host.handle(incoming, response).then((taken) => taken || response.writeHead(418).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  host.apiHost(url);
  const call: RunningHost['call'] = (method, target, sent) =>
    send({ agent, port, method, path: target }, sent);
  return {
    host,
    url,
    log,
    call,
    web: (method, target, sent) => call(method, `/api/v1/web${target}`, sent),
    rest: (method, target, body, key = KEY) =>
      call(method, `/api/v1/namespaces${target}`, {
        headers: { authorization: basic(key) },
        ...(body && { body }),
      }),
    activationsOf: async (work) => {
      const before = new Set(host.activations());
      await work();
      return host.activations().filter((activation) => !before.has(activation));
    },
    close: async () => {
      await host.close();
      agent.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function send(target: object, { headers = {}, body }: Sent = {}): Promise<Answer> {
  const isJson = body !== undefined && typeof body !== 'string' && !Buffer.isBuffer(body);
  const content = isJson ? JSON.stringify(body) : (body as string | Buffer | undefined);
  return new Promise((resolve, reject) => {
    const outgoing = request({
      host: '127.0.0.1',
      ...target,
      headers: {
        ...(isJson && { 'content-type': 'application/json' }),
        ...(content !== undefined &&
          !('transfer-encoding' in headers) && { 'content-length': String(Buffer.byteLength(content)) }),
        ...headers,
      },
    });
    outgoing.once('error', reject);
    outgoing.once('response', (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.once('end', () => {
        const received = Buffer.concat(chunks);
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          lines: (name) =>
            incoming.rawHeaders.filter(
              (_, index, all) => index % 2 === 1 && all[index - 1]?.toLowerCase() === name.toLowerCase(),
            ),
          body: received,
          text: received.toString('utf8'),
          get json() {
            return JSON.parse(this.text);
          },
        });
      });
    });
    outgoing.end(content);
  });
}

export const pairs = (map: Record<string, unknown>) =>
  Object.entries(map).map(([key, value]) => ({ key, value }));

/** The arguments it got. */
export const ECHO = `function main(args) {
  const names = process.env.__OW_ACTION_NAME.split('/').slice(1);
  return { pkg: names.slice(0, -1).join('/'), action: names.at(-1), content: args };
}`;
/** The result that its argument \`r\` says, as JSON. */
const RETURN = 'function main({ r }) { return JSON.parse(r); }';

export interface ActionSpec {
  code?: string;
  annotations?: Record<string, unknown>;
  parameters?: Record<string, unknown>;
  limits?: object;
  key?: string;
}

/** Creates an action; \`name\` may begin with a package. */
export async function putAction(running: RunningHost, name: string, spec: ActionSpec = {}): Promise<void> {
  const { code = ECHO, annotations = {}, parameters = {}, limits, key } = spec;
  const answer = await running.rest(
    'PUT',
    `/_/actions/${name}?overwrite=true`,
    {
      exec: { kind: 'nodejs:20', code },
      annotations: pairs(annotations),
      parameters: pairs(parameters),
      ...(limits && { limits }),
    },
    key,
  );
  if (answer.status !== 200) throw new Error(answer.text);
}

export async function putPackage(
  running: RunningHost,
  name: string,
  body: object,
  key?: string,
): Promise<void> {
  const answer = await running.rest('PUT', `/_/packages/${name}?overwrite=true`, body, key);
  if (answer.status !== 200) throw new Error(answer.text);
}

const OWN = { y: 'Y', z: 'Z', empty: null };

/** The fixture of the platform's own web action tests. */
export async function createFixture(running: RunningHost): Promise<void> {
  const web = { 'web-export': true, final: true };
  const co = { ...web, 'web-custom-options': true };
  const actions: Record<string, ActionSpec> = {
    'proxy/export_c': { annotations: co },
    export_c: { annotations: co },
    'proxy/raw_export_c': { annotations: { ...co, 'raw-http': true } },
    'proxy/export_plain': { annotations: web },
    'proxy/export_auth': { annotations: { ...web, 'require-whisk-auth': true } },
    'proxy/export_open': { annotations: { ...web, 'require-whisk-auth': false } },
    'proxy/export_secret': { annotations: { ...web, 'require-whisk-auth': 'example-web-action-api-key' } },
    'proxy/export_auth_co': {
      annotations: { ...co, 'require-whisk-auth': true },
      code: "function main() { return { headers: { 'Access-Control-Allow-Methods': 'OPTIONS, GET, PATCH' } }; }",
    },
    'proxy/c': { annotations: { final: true } },
    c: { annotations: { final: true } },
  };
  await putPackage(running, 'proxy', { parameters: pairs({ x: 'X', z: 'z' }) });
  for (const [name, spec] of Object.entries(actions))
    await putAction(running, name, { parameters: OWN, ...spec });
  await putAction(running, 'proxy/returns', { annotations: { 'web-export': true }, code: RETURN });
  await putAction(running, 'proxy/returns_co', {
    annotations: { 'web-export': true, 'web-custom-options': true },
    code: RETURN,
  });
}
