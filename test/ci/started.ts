import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { createIdentityProvider, type IdentityProvider } from '../../local/identity.ts';
import type { DatabaseUrls } from '../../local/postgres.ts';
import { QUIET, type ServedGitHub, serveGitHub } from '../github-server.ts';
import { requireBuild } from '../on-demand.ts';

/** `npm start` as a process of its own. */
export interface Started {
  child: ChildProcessByStdio<null, Readable, Readable>;
  /** What it has written so far: standard output and standard error. */
  output: () => string;
  /** The JSON lines of its log so far. */
  lines: () => Record<string, unknown>[];
  /** Sends the signal and returns the exit code, and the milliseconds that it took. */
  stop: (signal?: NodeJS.Signals) => Promise<{ code: number | null; took: number }>;
}

/** A port of this machine that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}

/** Starts it, and waits until it is ready. `prefix` is a command that runs it. */
export async function startProduct(
  environment: Record<string, string>,
  prefix: string[] = [],
): Promise<Started> {
  await requireBuild();
  const [command = '', ...args] = [...prefix, process.execPath, '--single-threaded', 'dist/local/start.js'];
  const child = spawn(command, args, {
    env: { ...process.env, DATABASE_URL: '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', () => output.includes('Ready at') && resolve());
    child.once('exit', (code) => reject(new Error(`ended with ${code}: ${output}`)));
  });
  return {
    child,
    output: () => output,
    lines: () =>
      output
        .split('\n')
        .filter((line) => line.startsWith('{') && line.endsWith('}'))
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    async stop(signal = 'SIGTERM') {
      if (child.exitCode !== null || child.signalCode !== null) return { code: child.exitCode, took: 0 };
      const begun = performance.now();
      child.kill(signal);
      const [code] = (await once(child, 'exit')) as [number | null];
      return { code, took: performance.now() - begun };
    },
  };
}

/** What a real installation finds outside: a sign-in provider, and a GitHub with one repository, ada/engine. */
export interface Outside {
  provider: IdentityProvider;
  github: ServedGitHub;
  /** Variables of `npm start` for them. */
  environment: Record<string, string>;
  /** Calls the API at `origin` as Ada. */
  call: (origin: string, method: string, route: string, body?: object) => Promise<Response>;
  /** Sets up the installation of a data folder at `origin`, and adds the repository. */
  setUp: (origin: string, dataDir: string) => Promise<void>;
  close: () => Promise<void>;
}

const TOKEN = 'ghp_ada';
const DAY_SECONDS = 86_400;

/** @param pages The origins that sign-in may return to. */
export async function openOutside(pages: string[]): Promise<Outside> {
  const server = createHttpServer((incoming, outgoing) => void provider.handle(incoming, outgoing));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const provider = await createIdentityProvider({
    issuer: `http://127.0.0.1:${(server.address() as AddressInfo).port}/identity`,
    clientId: 'traffic',
    origins: pages,
    people: [{ email: 'ada@example.com', name: 'Ada Lovelace' }],
  });
  const github = await serveGitHub(new Date().toISOString(), '/api/v3');
  github.github.addUser('ada');
  github.github.addToken({ token: TOKEN, login: 'ada', kind: 'classic', scopes: ['repo'] });
  github.github.addRepository({
    owner: 'ada',
    name: 'engine',
    createdOn: '2025-01-01',
    story: { ...QUIET, views: 20 },
  });
  const token = await provider.issueToken('ada@example.com', { expiresIn: 30 * DAY_SECONDS });

  const call: Outside['call'] = (origin, method, route, body) =>
    fetch(`${origin}/api/v1/web/guest/traffic${route}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
  const require201 = async (answer: Response) => {
    if (answer.status !== 201) throw new Error(`${answer.status}: ${await answer.text()}`);
  };
  return {
    provider,
    github,
    call,
    environment: {
      ISSUER: provider.issuer,
      CLIENT_ID: 'traffic',
      SIGN_IN: 'provider',
      ALLOW_PRIVATE_ADDRESSES: 'true',
      INVOCATIONS_PER_MINUTE: '3000',
    },
    async setUp(origin, dataDir) {
      const { initSecret } = JSON.parse(await readFile(path.join(dataDir, 'installation.json'), 'utf8'));
      const first = {
        secret: initSecret,
        displayName: 'Ours',
        server: { kind: 'enterprise', url: github.apiUrl.replace('/api/v3', '') },
        githubUser: 'ada',
        githubToken: TOKEN,
      };
      await require201(await call(origin, 'POST', '/init', first));
      await require201(await call(origin, 'POST', '/repositories/1', { owner: 'ada', name: 'engine' }));
    },
    async close() {
      await github.close();
      server.closeAllConnections();
      server.close();
    },
  };
}

/** The variables of `npm start` for a database. */
export function toVariables(urls: DatabaseUrls): Record<string, string> {
  return {
    DATABASE_URL: urls.web,
    COLLECT_DATABASE_URL: urls.collector,
    UPGRADE_DATABASE_URL: urls.owner,
  };
}
