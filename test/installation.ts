import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inject } from 'vitest';
import type { InitAnswer } from '../lib/answers/init.ts';
import { DEMO_TOKENS, DEMO_USERS } from '../local/demo/github.ts';
import { type Installation, type InstallationOptions, openInstallation } from '../local/installation.ts';
import { createTestDatabase } from './database.ts';
import { getIdentityKeys, requireBuild } from './on-demand.ts';
import { requireDescribed } from './openapi-check.ts';

export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test names what it expects of it
  body: any;
}

/**
 * Calls the API. `path` begins with the action, such as `/stats/1?range=30`. An object is sent as JSON. Throws if the answer
 * does not match openapi.json.
 */
export type Call = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Answer>;

export interface TestInstallationOptions extends Partial<InstallationOptions> {
  /** The current time for GitHub and the actions. Default: the real time. */
  now?: string;
  /** A folder with the secrets of an earlier installation. */
  kept?: string;
  /** The embedded PostgreSQL in `dataDir`, instead of a database on the run's server. */
  embedded?: boolean;
}

export interface TestInstallation extends Installation {
  /** Calls with an access token of that person. */
  as(email: string): Call;
  /** Calls with this bearer token, such as an API key. */
  bearing(token: string): Call;
  /** Calls without a token. */
  anonymously: Call;
  /**
   * Initializes as Ada, with the GitHub simulator (needs `demo: true`) and octocat's token. `fields` override the request's.
   */
  initialize(fields?: Record<string, unknown>): Promise<InitAnswer>;
  /** Sets the current time for GitHub and the actions. */
  now(instant: string): void;
  /** Fires the daily alarm's trigger and waits until every run has ended. */
  collect(): Promise<void>;
}

/** The secrets of an installation, in its folder. */
const KEPT = 'installation.json';
const DAY_SECONDS = 86_400;
/** A container for every action, so that each starts once in a file, where eight would take turns. */
const ROOMY = {
  invocationsPerMinute: 10_000,
  triggersPerMinute: 10_000,
  containers: 32,
  warm: 32,
  memory: 8192,
};
const FIRST_TENANT = {
  displayName: 'Test',
  server: { kind: 'demo' },
  githubUser: DEMO_USERS.octocat,
  githubToken: DEMO_TOKENS.octocat,
};

async function toAnswer(response: Response): Promise<Answer> {
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') && text !== '';
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
}

function createCall(url: string, authorization: () => Promise<Record<string, string>>): Call {
  return async (method, route, body, headers = {}) => {
    const isText = body === undefined || typeof body === 'string';
    const response = await fetch(`${url}/api/v1/web/guest/traffic${route}`, {
      method,
      headers: {
        ...(await authorization()),
        ...(!isText && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: isText ? body : JSON.stringify(body) }),
    });
    const answer = await toAnswer(response);
    const type = response.headers.get('content-type')?.replace(/;.*$/, '') ?? '';
    requireDescribed(method, route, { ...answer, type });
    return answer;
  };
}

/**
 * The whole product for one test file: its own database on the run's server, its own identity provider and GitHub, on a free
 * port. No alarm fires on its own. Close it when done.
 */
export async function openTestInstallation(options: TestInstallationOptions = {}): Promise<TestInstallation> {
  await requireBuild();
  const dataDir = await mkdtemp(path.join(tmpdir(), 'installation-test-'));
  await mkdir(path.join(dataDir, 'identity'));
  await copyFile(await getIdentityKeys(), path.join(dataDir, 'identity/keys.json'));
  const { now, kept, embedded, ...rest } = options;
  if (kept) await copyFile(path.join(kept, KEPT), path.join(dataDir, KEPT));
  const packages = inject('db2')?.packages;
  let present = now;
  const installation = await openInstallation({
    dataDir,
    ...(!embedded && { databaseUrls: rest.databaseUrls ?? (await createTestDatabase()) }),
    clock: () => (present ? new Date(present) : new Date()),
    alarms: false,
    ...(packages && { packages }),
    ...rest,
    limits: { ...ROOMY, ...rest.limits },
    environment: { NOW: now ?? '', ...rest.environment },
  });
  const { url, host, identity, initSecret } = installation;
  const as = (email: string): Call => {
    const token = identity.issueToken(email, { expiresIn: DAY_SECONDS });
    return createCall(url, async () => ({ authorization: `Bearer ${await token}` }));
  };
  return {
    ...installation,
    as,
    bearing: (token) => createCall(url, async () => ({ authorization: `Bearer ${token}` })),
    anonymously: createCall(url, async () => ({})),
    async initialize(fields) {
      const request = { ...FIRST_TENANT, secret: initSecret, ...fields };
      const { status, body } = await as('ada@example.com')('POST', '/init', request);
      if (status !== 201) throw new Error(`not initialized: ${status} ${JSON.stringify(body)}`);
      return body;
    },
    now(instant) {
      present = instant;
      host.setParameters('traffic', { NOW: instant });
    },
    async collect() {
      await host.fire('daily');
      await host.settled();
    },
    async close() {
      await installation.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
