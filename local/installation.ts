import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import path from 'node:path';
import { PARAMETERS } from '../lib/parameters.ts';
import { addDemoRepositories, DEMO_TOKENS, DEMO_USERS } from './demo/github.ts';
import { makeFolder } from './folder.ts';
import type { Repository } from './github/world.ts';
import { createGitHub, type GitHub } from './github.ts';
import type { Person } from './identity/store.ts';
import { createIdentityProvider, type IdentityProvider, type IdentityProviderOptions } from './identity.ts';
import { type Limiting, limitCallers } from './installation/callers.ts';
import { ensureKept, type Kept } from './installation/kept.ts';
import { closeServer, createSwitch, type Handler, listen, unavailable } from './installation/server.ts';
import { takeLock } from './lock.ts';
import { type Host, type HostOptions, openHost, STOCK_LIMITS } from './openwhisk.ts';
import { type DatabaseUrls, openPostgres, type Postgres, requirePostgres } from './postgres.ts';
import { openSite } from './site.ts';
import { createWebhooks, type Webhooks } from './webhooks.ts';

export interface InstallationOptions {
  /** Holds the database, keys and secrets. Created if it is missing. */
  dataDir: string;
  /** On 127.0.0.1. Default: 0, any free port. */
  port?: number;
  /** A database to use instead of the embedded one. */
  databaseUrls?: DatabaseUrls;
  /** The simulated GitHub's present. The actions' present is `NOW` in `environment`. */
  clock?: () => Date;
  /** False: the OpenWhisk host starts empty, for wskdeploy to deploy to. Default: true. */
  deployed?: boolean;
  /** Other origins that serve the pages. */
  pageOrigins?: string[];
  /** The people that the sign-in page offers. */
  people?: Person[];
  /** Another kind of identity provider; `path` is its issuer's path. */
  identity?: Partial<Pick<IdentityProviderOptions, 'shape'>> & { path?: string };
  /** Adds the demo's repositories to the GitHub simulator, as of the day the installation was created. */
  demo?: boolean;
  /** Parameters that override the installation's own. */
  environment?: Record<string, string>;
  limits?: NonNullable<HostOptions['limits']>;
  /** Whether alarms fire by themselves. Default: true. */
  alarms?: boolean;
  /** Runs every activation in a new process. */
  coldStarts?: boolean;
  /** A folder whose packages replace the checkout's for the actions. */
  packages?: string;
  /** Ends the opening, which then throws the signal's reason. */
  signal?: AbortSignal;
  /** Called once this process holds the folder and the port, before it opens the parts. */
  onListening?: () => void;
  log?: (line: object) => void;
}

/** The whole product on one port of this machine. */
export interface Installation {
  /** http://127.0.0.1:PORT */
  url: string;
  host: Host;
  github: GitHub;
  identity: IdentityProvider;
  /** Receives the messages to channels on this machine. */
  webhooks: Webhooks;
  /** The database, for whoever may do everything on its server. */
  database: { url: string };
  /** The parameters of the package. */
  parameters: Record<string, string>;
  /** The demo's repositories in the GitHub simulator. */
  demoRepositories: Repository[];
  /** `uuid:key` of the OpenWhisk host's namespace, guest. */
  apiKey: string;
  initSecret: string;
  /** The page that sets it up. */
  initLink: string;
  /** Stops everything that was started here. */
  close(): Promise<void>;
}

function lockFolder(dataDir: string): () => void {
  makeFolder(dataDir);
  const unlock = takeLock(path.join(dataDir, 'lock'));
  if (unlock) return unlock;
  throw new Error(
    `An installation is already running on the data folder ${dataDir}: use it, or choose another folder with DATA_DIR.`,
  );
}

function isUnder(prefix: string, url: string): boolean {
  return url.startsWith(prefix) && /^([/?]|$)/.test(url.slice(prefix.length));
}

/** The identity provider asks for no password, so a site that points its own name here (DNS rebinding) must not reach it. */
function isLocal({ headers }: IncomingMessage): boolean {
  return /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(headers.host ?? '');
}

type Parts = Record<'host' | 'github' | 'webhooks' | 'site', { handle: Handler }> & {
  identity: IdentityProvider;
};

function createHandler({ host, identity, github, webhooks, site }: Parts, limiting: Limiting): Handler {
  const handleApi = limitCallers(host.handle, limiting);
  const identityPath = new URL(identity.issuer).pathname.replace(/\/$/, '');
  return async (request, response) => {
    const { url = '/' } = request;
    if (!isLocal(request))
      return response
        .writeHead(421)
        .end('Use 127.0.0.1 or localhost: this server answers to no other name.\n');
    if (isUnder(identityPath, url)) return identity.handle(request, response);
    if (isUnder(GITHUB_PATH, url)) {
      request.url = url.slice(GITHUB_PATH.length) || '/';
      return github.handle(request, response);
    }
    if (isUnder(WEBHOOKS_PATH, url)) {
      request.url = url.slice(WEBHOOKS_PATH.length) || '/';
      return webhooks.handle(request, response);
    }
    if (isUnder('/api', url)) return handleApi(request, response);
    return (await host.handle(request, response)) || site.handle(request, response);
  };
}

/** Closes parts in the reverse order of opening. A failure does not keep the rest open. */
function createClosing() {
  const steps: (() => unknown)[] = [];
  return {
    add: (step: () => unknown) => void steps.push(step),
    async close(): Promise<void> {
      const failures: unknown[] = [];
      for (const step of steps.splice(0).reverse())
        await Promise.resolve()
          .then(step)
          .catch((error: unknown) => failures.push(error));
      if (failures.length > 0) throw failures[0];
    },
  };
}

async function openParts(opening: Opening, closing: ReturnType<typeof createClosing>) {
  const database = await startDatabase(opening);
  closing.add(database.close);
  const identity = await startIdentityProvider(opening);
  const parameters = toParameters(opening, { databaseUrls: database.urls, issuer: identity.issuer });
  const host = await startHost(opening, parameters);
  closing.add(host.close);
  const webhooks = createWebhooks({ clock: opening.options.clock ?? (() => new Date()) });
  return {
    database: { url: database.urls.admin },
    parameters,
    identity,
    host,
    webhooks,
    ...startGitHub(opening),
  };
}

/**
 * Opens the product on one port: the API and the actions at /api/v1, the identity provider at /identity, the GitHub
 * simulator at /github/api/v3, a stand-in for webhooks at /webhooks, and the pages everywhere else. Secrets are created
 * once and kept in the data folder.
 *
 * Throws a sentence if the folder or the port is in use, and whatever opening the parts throws.
 */
export async function openInstallation(options: InstallationOptions): Promise<Installation> {
  const dataDir = path.resolve(options.dataDir);
  const { port = 0, clock = () => new Date(), log = () => {}, onListening } = options;
  const closing = createClosing();
  try {
    closing.add(lockFolder(dataDir));
    const { server, turnTo } = createSwitch(log);
    const url = await listen(server, port);
    closing.add(() => closeServer(server));
    onListening?.();
    const kept = ensureKept(dataDir, clock().toISOString().slice(0, 10));
    writeFileSync(path.join(dataDir, 'url'), url);
    const opening = { options: { ...options, dataDir }, url, kept, log };
    const parts = await openParts(opening, closing);
    const site = await openPages(opening, parts.identity);
    const capacity = { ...STOCK_LIMITS, ...options.limits };
    turnTo(createHandler({ ...parts, site }, { apiKey: kept.apiKey, capacity, log }));
    closing.add(() => turnTo(unavailable));
    const { initSecret, apiKey } = kept;
    return {
      ...parts,
      url,
      apiKey,
      initSecret,
      initLink: `${url}/#init=${initSecret}`,
      close: closing.close,
    };
  } catch (error) {
    await closing.close().catch(() => {});
    throw error;
  }
}

/** The pages' client id at the identity provider. */
export const CLIENT_ID = 'traffic-pages';

const DEFAULT_PEOPLE: Person[] = [
  { email: 'ada@example.com', name: 'Ada Lovelace' },
  { email: 'grace@example.com', name: 'Grace Hopper' },
  { email: 'alan@example.com', name: 'Alan Turing' },
];
/** The paths of the parts. */
const GITHUB_PATH = '/github/api/v3';
export const IDENTITY_PATH = '/identity';
const WEBHOOKS_PATH = '/webhooks';

/** The checkout. This file runs from local/ in tests, and from dist/ when built. */
function findRoot(): string {
  let folder = import.meta.dirname;
  while (!existsSync(path.join(folder, 'manifest.yaml'))) {
    if (folder === path.dirname(folder))
      throw new Error('manifest.yaml was not found: start from the checkout.');
    folder = path.dirname(folder);
  }
  return folder;
}

interface Opening {
  options: InstallationOptions;
  url: string;
  kept: Kept;
  log: (line: object) => void;
}

/** Throws the signal's reason as soon as it aborts. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  signal.throwIfAborted();
  const aborted = once(signal, 'abort').then(() => Promise.reject(signal.reason));
  return Promise.race([work, aborted]);
}

/** The embedded PostgreSQL, unless another database is given. */
async function startDatabase({ options, log }: Opening): Promise<Pick<Postgres, 'urls' | 'close'>> {
  const { databaseUrls: urls, signal } = options;
  if (urls?.admin.startsWith('postgres')) await unlessAborted(requirePostgres(urls.admin), signal);
  if (urls) return { urls, close: async () => {} };
  return openPostgres({
    dataDir: path.join(options.dataDir, 'postgres'),
    ...(signal && { signal }),
    log: (message) => log({ level: 'warn', event: 'postgres', message }),
  });
}

function originsOf({ options, url }: Opening): string[] {
  return [url, url.replace('127.0.0.1', 'localhost'), ...(options.pageOrigins ?? [])];
}

/** The identity provider, which keeps its keys in the data folder. */
function startIdentityProvider(opening: Opening): Promise<IdentityProvider> {
  const { options, url } = opening;
  const { path: identityPath = IDENTITY_PATH, ...identity } = options.identity ?? {};
  return createIdentityProvider({
    ...identity,
    issuer: `${url}${identityPath}`,
    clientId: CLIENT_ID,
    origins: originsOf(opening),
    people: options.people ?? DEFAULT_PEOPLE,
    dataDir: path.join(options.dataDir, 'identity'),
  });
}

/** The GitHub simulator, with the demo's repositories if there is a demo. */
function startGitHub({ options, url, kept }: Opening) {
  const github = createGitHub({
    clock: options.clock ?? (() => new Date()),
    baseUrl: `${url}${GITHUB_PATH}`,
  });
  if (!options.demo) return { github, demoRepositories: [] };
  const { northwind, pinecone } = addDemoRepositories(github, kept.madeOn);
  return { github, demoRepositories: [...northwind, ...pinecone] };
}

/** The parameters of the package, for manifest.yaml. */
function toParameters(
  opening: Opening,
  { databaseUrls, issuer }: { databaseUrls: DatabaseUrls; issuer: string },
): Record<string, string> {
  const { options, url, kept } = opening;
  const empty = Object.fromEntries(Object.keys(PARAMETERS).map((name) => [name, '']));
  return {
    ...empty,
    DATABASE_URL: databaseUrls.web,
    COLLECT_DATABASE_URL: databaseUrls.collector,
    UPGRADE_DATABASE_URL: databaseUrls.owner,
    ISSUER: issuer,
    CLIENT_ID,
    TOKEN_KEY: kept.tokenKey,
    INIT_SECRET: kept.initSecret,
    PAGES_URL: url,
    ALLOWED_ORIGINS: originsOf(opening).join(' '),
    DEMO_GITHUB_URL: `${url}${GITHUB_PATH}`,
    DEMO_WEBHOOK_URL: `${url}${WEBHOOKS_PATH}`,
    ...options.environment,
  };
}

/** The OpenWhisk host with the actions of manifest.yaml. */
async function startHost(
  { options, url, kept, log }: Opening,
  environment: Record<string, string>,
): Promise<Host> {
  const { limits = {}, alarms = true, coldStarts = false, packages } = options;
  const manifest = options.deployed === false ? null : path.join(findRoot(), 'manifest.yaml');
  const host = await openHost({
    manifest,
    environment,
    apiKey: kept.apiKey,
    limits,
    alarms,
    coldStarts,
    // An image made for Db2 has its driver.
    image: { packages: ['ibm_db'], ...(packages && { folder: packages }) },
    log,
  });
  host.apiHost(url);
  return host;
}

/** The pages, and their configuration. */
function openPages({ options }: Opening, identity: IdentityProvider) {
  const { issuer, clientId, scope, signOutUrl } = identity;
  const demo = { githubUser: DEMO_USERS.octocat, githubToken: DEMO_TOKENS.octocat };
  const config = { apiUrl: '/api/v1/web/guest/traffic', issuer, clientId, scope };
  return openSite({
    folder: path.join(findRoot(), 'dist/static'),
    config: { ...config, ...(signOutUrl && { signOutUrl }), ...(options.demo && { demo }) },
  });
}
