import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { MailSettings } from '../lib/mail/settings.ts';
import { PARAMETERS } from '../lib/parameters.ts';
import { addDemoRepositories, DEMO_TOKENS, DEMO_USERS } from './demo/github.ts';
import { FILES_PATH, type LocalFiles, openLocalFiles } from './files.ts';
import { makeFolder } from './folder.ts';
import type { Repository } from './github/world.ts';
import { createGitHub, type GitHub } from './github.ts';
import type { Person } from './identity/store.ts';
import { createIdentityProvider, type IdentityProvider, type IdentityProviderOptions } from './identity.ts';
import { type AddressReader, LOOPBACK, openProxies, toNetwork } from './installation/addresses.ts';
import { admit, forward } from './installation/admission.ts';
import { limitCallers } from './installation/callers.ts';
import { openHealth } from './installation/health.ts';
import { ensureKept, type Kept } from './installation/kept.ts';
import {
  closeServer,
  createSwitch,
  type Handler,
  listen,
  type Switch,
  unavailable,
} from './installation/server.ts';
import { openSignIn, type SignInService } from './installation/sign-in.ts';
import { takeLock } from './lock.ts';
import { type Mails, openMails } from './mails.ts';
import { type Host, type HostOptions, openHost, STOCK_LIMITS } from './openwhisk.ts';
import { isFromEarlierVersion } from './postgres/cluster.ts';
import { type DatabaseUrls, openPostgres, type Postgres, requirePostgres } from './postgres.ts';
import { isLoopback, type RealSettings } from './settings.ts';
import { openSite, type Site } from './site.ts';
import { createWebhooks, type Webhooks } from './webhooks.ts';

/** What an installation to try out and a real one have in common. */
interface CommonOptions {
  /** Holds the database, keys and secrets. Created if it is missing. */
  dataDir: string;
  /** The address to listen on. Default: 127.0.0.1. */
  host?: string;
  /** Default: 0, any free port. */
  port?: number;
  /** A database to use instead of the embedded one. */
  databaseUrls?: DatabaseUrls;
  /** The simulated GitHub's present. The actions' present is `NOW` in `environment`. */
  clock?: () => Date;
  /** False: the OpenWhisk host starts empty, for wskdeploy to deploy to. Default: true. */
  deployed?: boolean;
  /** Other origins that serve the pages. */
  pageOrigins?: string[];
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

/** An installation to try out on this machine. */
export interface InstallationOptions extends CommonOptions {
  /** The people that the sign-in page offers. */
  people?: Person[];
  /** Another kind of identity provider; `path` is its issuer's path. */
  identity?: Partial<Pick<IdentityProviderOptions, 'shape'>> & { path?: string };
  /** Adds the demo's repositories to the GitHub simulator, as of the day the installation was created. */
  demo?: boolean;
}

/** An installation that people reach and use. */
export interface RealInstallationOptions extends CommonOptions {
  real: RealSettings;
}

/** The whole product on one port of this machine. */
export interface RealInstallation {
  /** The origin that browsers use. */
  url: string;
  /** http://127.0.0.1:PORT, where this machine reaches the API. */
  innerUrl: string;
  host: Host;
  /** The database, for whoever may do everything on its server. */
  database: { url: string };
  /** The parameters of the package. */
  parameters: Record<string, string>;
  /** `uuid:key` of the OpenWhisk host's namespace, guest. */
  apiKey: string;
  initSecret: string;
  /** The page that sets it up. */
  initLink: string;
  /** The page on which the administrator makes the first account; null: there is one, or people sign in elsewhere. */
  firstLink(): Promise<string | null>;
  /** Stops everything that was started here. */
  close(): Promise<void>;
}

/** What stands for the outside world. */
interface StandIns {
  github: GitHub;
  identity: IdentityProvider;
  /** Receives the messages to channels on this machine. */
  webhooks: Webhooks;
  /** Receives the mails, and shows them. */
  mails: Mails;
  /** The demo's repositories in the GitHub simulator. */
  demoRepositories: Repository[];
}

/** An installation to try out. Its `url` is its `innerUrl`. */
export interface Installation extends RealInstallation, StandIns {}

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

/** A part that answers below a path. */
interface Route {
  path: string;
  /** True: the part does not see that path. */
  isMounted?: true;
  handle: Handler;
}

function createHandler(parts: { routes: Route[]; handleApi: Handler; host: Host; site: Site }): Handler {
  const { routes, handleApi, host, site } = parts;
  return async (request, response) => {
    const { url = '/' } = request;
    const route = routes.find(({ path }) => isUnder(path, url));
    if (route?.isMounted) request.url = url.slice(route.path.length) || '/';
    if (route) return route.handle(request, response);
    if (isUnder('/api', url)) return handleApi(request, response);
    return (await host.handle(request, response)) || site.handle(request, response);
  };
}

/** Serves the actions on this machine, which may not reach the public address: the API, and the sign-in. */
function createInnerHandler({ routes, handleApi }: { routes: Route[]; handleApi: Handler }): Handler {
  return async (request, response) => {
    const { url = '/' } = request;
    const route = routes.find(({ path }) => isUnder(path, url));
    if (route) return route.handle(request, response);
    if (isUnder('/api', url)) return handleApi(request, response);
    return response.writeHead(404).end();
  };
}

interface Closing {
  add(step: () => unknown): void;
  close(): Promise<void>;
}

/** Closes parts in the reverse order of opening. A failure does not keep the rest open. */
function createClosing(): Closing {
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

/** What differs between an installation to try out and a real one. */
interface Mode {
  signIn: SignInService;
  routes: Route[];
  /** Parameters of the package. */
  parameters: Record<string, string>;
  close?: () => Promise<void>;
}

const pathOf = (issuer: string) => new URL(issuer).pathname.replace(/\/$/, '');

/** The stand-ins for the outside world. */
async function openStandIns(opening: Opening<InstallationOptions>): Promise<Mode & { standIns: StandIns }> {
  const { options, url } = opening;
  const identity = await startIdentityProvider(opening);
  const webhooks = createWebhooks({ clock: options.clock ?? (() => new Date()) });
  const mails = await openMails({ clock: options.clock ?? (() => new Date()), path: MAILS_PATH });
  const { github, demoRepositories } = startGitHub(opening);
  return {
    standIns: { identity, webhooks, mails, github, demoRepositories },
    signIn: identity,
    routes: [
      { path: pathOf(identity.issuer), handle: identity.handle },
      { path: GITHUB_PATH, isMounted: true, handle: github.handle },
      { path: WEBHOOKS_PATH, isMounted: true, handle: webhooks.handle },
      { path: MAILS_PATH, isMounted: true, handle: mails.handle },
    ],
    parameters: {
      DEMO_GITHUB_URL: `${url}${GITHUB_PATH}`,
      DEMO_WEBHOOK_URL: `${url}${WEBHOOKS_PATH}`,
      SMTP_URL: mails.smtpUrl,
      MAIL_FROM: 'GitHub Traffic Analytics <traffic@localhost>',
    },
    close: mails.close,
  };
}

function toMailParameters({ smtpUrl, from, ca }: MailSettings): Record<string, string> {
  return { SMTP_URL: smtpUrl, MAIL_FROM: from, SMTP_CA: ca ?? '' };
}

async function openRealParts(
  opening: Opening,
  { real, databaseUrl, addressOf }: { real: RealSettings; databaseUrl: string; addressOf: AddressReader },
): Promise<Mode> {
  const { innerUrl, options, url, kept, log } = opening;
  const signIn = await openSignIn(real.signIn, {
    url,
    apiUrl: `${innerUrl}${API_PATH}`,
    clientId: CLIENT_ID,
    origins: originsOf(opening),
    keysDir: path.join(options.dataDir, 'accounts'),
    databaseUrl,
    initSecret: kept.initSecret,
    ...(real.mail && { mail: real.mail }),
    script: path.join(findRoot(), 'dist/sign-in/sign-in.js'),
    addressOf: (request) => toNetwork(addressOf(request)),
    log,
  });
  const { handle, issuer } = signIn;
  const mail = real.mail ? toMailParameters(real.mail) : {};
  if (!handle) return { signIn, routes: [], parameters: mail };
  const mount = pathOf(issuer);
  return {
    signIn,
    routes: [{ path: mount, handle }],
    parameters: { ISSUER_ADDRESS: `${innerUrl}${mount}`, ...mail },
  };
}

/** What the two modes listen on. */
interface Listeners {
  outer: Switch;
  /** For the actions; undefined: they use the outer one. */
  inner?: Switch;
  url: string;
  innerUrl: string;
  /** What stands before the handler of the outer one. */
  admit: (handle: Handler) => Handler;
  /** What stands before the handler of the inner one. */
  forward: (handle: Handler) => Handler;
  addressOf: AddressReader;
}

interface ListenOptions {
  host: string;
  port: number;
  log: (line: object) => void;
}

async function listenLocally({ host, port, log }: ListenOptions, closing: Closing): Promise<Listeners> {
  const outer = createSwitch({ log });
  const address = host === 'localhost' ? '127.0.0.1' : host;
  const name = address.includes(':') ? `[${address}]` : address;
  const url = `http://${name}:${await listen(outer.server, { host: address, port })}`;
  closing.add(() => closeServer(outer.server));
  const { addressOf } = openProxies(LOOPBACK);
  return { outer, url, innerUrl: url, admit: onlyLocal, forward: (handle) => handle, addressOf };
}

/** One server for everybody and one for the actions, which may not reach the public address. */
async function listenPublicly(
  { host, port, log }: ListenOptions,
  { publicUrl, trustedProxies, tls }: RealSettings,
  closing: Closing,
): Promise<Listeners> {
  const proxies = openProxies(trustedProxies);
  const ownTls = tls && publicUrl && { files: tls, url: publicUrl, interval: CERTIFICATE_MS };
  const outer = createSwitch({ log, open: { proxies, ...(ownTls && { tls: ownTls }) } });
  closing.add(outer.stop);
  const outerPort = await listen(outer.server, { host, port });
  closing.add(() => closeServer(outer.server));
  const inner = createSwitch({ log });
  const innerPort = await listen(inner.server, { host: '127.0.0.1', port: 0 });
  closing.add(() => closeServer(inner.server));
  const url = publicUrl ?? `http://localhost:${outerPort}`;
  return {
    outer,
    inner,
    url,
    innerUrl: `http://127.0.0.1:${innerPort}`,
    admit: (handle) => admit(handle, { url, proxies }),
    forward: (handle) => forward(handle, { url, proxies }),
    addressOf: proxies.addressOf,
  };
}

/**
 * Opens the product on one port.
 *
 * To try it out, on 127.0.0.1: the API and the actions at /api/v1, an identity provider without passwords at /identity, the
 * GitHub simulator at /github/api/v3, a stand-in for webhooks at /webhooks, one for mail at /mails, and the pages everywhere else. With `real` there
 * are no stand-ins, and people sign in.
 *
 * Secrets are created once and kept in the data folder. Throws a sentence if the folder or the port is in use, and whatever
 * opening the parts throws.
 */
export function openInstallation(options: RealInstallationOptions): Promise<RealInstallation>;
export function openInstallation(options: InstallationOptions): Promise<Installation>;
export async function openInstallation(
  options: InstallationOptions & Partial<RealInstallationOptions>,
): Promise<RealInstallation & Partial<StandIns>> {
  const dataDir = path.resolve(options.dataDir);
  const { real, clock = () => new Date(), log = () => {}, onListening } = options;
  requireLoopback(options);
  const closing = createClosing();
  try {
    closing.add(lockFolder(dataDir));
    const { host: address = '127.0.0.1', port = 0 } = options;
    const at = { host: address, port, log };
    const listeners = await (real ? listenPublicly(at, real, closing) : listenLocally(at, closing));
    const { outer, inner, url, innerUrl, addressOf } = listeners;
    const health = openHealth(dataDir);
    closing.add(health.close);
    outer.turnTo(health.before(unavailable));
    onListening?.();
    const kept = ensureKept(dataDir, clock().toISOString().slice(0, 10));
    writeFileSync(path.join(dataDir, 'url'), url);
    const opening = { options: { ...options, dataDir }, url, innerUrl, kept, log };
    const database = await startDatabase(opening);
    closing.add(database.close);
    const mode: Mode & { standIns?: StandIns } = await (real
      ? openRealParts(opening, { real, databaseUrl: database.urls.owner, addressOf })
      : openStandIns(opening));
    closing.add(() => mode.signIn.close?.());
    closing.add(() => mode.close?.());
    const files = openLocalFiles({ dataDir, url, innerUrl });
    const parameters = toParameters(opening, { database, mode, files });
    const host = await startHost(opening, parameters);
    closing.add(host.close);
    const site = await openPages(opening, mode.signIn);
    const capacity = { ...STOCK_LIMITS, ...options.limits };
    const limited = limitCallers(host.handle, { apiKey: kept.apiKey, capacity, addressOf, log });
    const handleApi = health.refuseWhenFull(limited);
    const { routes } = mode;
    const bucket: Route = { path: FILES_PATH, handle: files.handleBucket };
    const shared: Route = { path: '/shared', handle: files.handleShared(site.handle) };
    inner?.turnTo(listeners.forward(createInnerHandler({ routes: [...routes, bucket], handleApi })));
    // Only the actions write files: they have an address of their own, if everybody else's is public.
    const outside = inner ? [...routes, shared] : [...routes, shared, bucket];
    const handle = createHandler({ routes: outside, handleApi, host, site });
    health.begin(database.urls.web);
    outer.turnTo(health.before(listeners.admit(handle)));
    closing.add(() => outer.turnTo(unavailable));
    return {
      ...mode.standIns,
      host,
      database: { url: database.urls.admin },
      parameters,
      url,
      innerUrl,
      apiKey: kept.apiKey,
      initSecret: kept.initSecret,
      initLink: `${url}/#init=${kept.initSecret}`,
      firstLink: async () => (await mode.signIn.firstLink?.()) ?? null,
      close: closing.close,
    };
  } catch (error) {
    await closing.close().catch(() => {});
    throw error;
  }
}

/** Without a password, whoever reaches the server can be anybody. */
function requireLoopback({ real, host = '127.0.0.1' }: Partial<RealInstallationOptions>): void {
  if (real || isLoopback(host)) return;
  throw new Error(`The sign-in without passwords is for this machine only, not for ${host}.`);
}

/** The identity provider asks for no password, so a site that points its own name here (DNS rebinding) must not reach it. */
function onlyLocal(handle: Handler): Handler {
  return async (request, response) => {
    const name = (request.headers.host ?? '').replace(/:\d+$/, '');
    if (isLoopback(name)) return handle(request, response);
    return response
      .writeHead(421)
      .end('Use 127.0.0.1 or localhost: this server answers to no other name, unless PUBLIC_URL says so.\n');
  };
}

/** How often the files of TLS_CERT and TLS_KEY are looked at. */
const CERTIFICATE_MS = 10_000;

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
const API_PATH = '/api/v1/web/guest/traffic';
const WEBHOOKS_PATH = '/webhooks';
const MAILS_PATH = '/mails';

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

interface Opening<Options extends CommonOptions = CommonOptions> {
  options: Options;
  /** The origin that browsers use. */
  url: string;
  /** Where the actions reach this server. */
  innerUrl: string;
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
  const postgres = {
    ...(signal && { signal }),
    log: (message: string) => log({ level: 'warn', event: 'postgres', message }),
  };
  const folder = path.join(options.dataDir, 'postgres');
  if (isFromEarlierVersion(folder)) {
    const { upgradeMajor } = await import('./backup/major.ts');
    await upgradeMajor({ dataDir: options.dataDir, ...postgres });
  }
  return openPostgres({ dataDir: folder, ...postgres });
}

function originsOf({ options, url }: Opening): string[] {
  const others = options.pageOrigins ?? [];
  return url.includes('//127.0.0.1')
    ? [url, url.replace('127.0.0.1', 'localhost'), ...others]
    : [url, ...others];
}

/** The identity provider without passwords, which keeps its keys in the data folder. */
function startIdentityProvider(opening: Opening<InstallationOptions>): Promise<IdentityProvider> {
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
function startGitHub({ options, url, kept }: Opening<InstallationOptions>) {
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
  { database, mode, files }: { database: Pick<Postgres, 'urls'>; mode: Mode; files: LocalFiles },
): Record<string, string> {
  const { options, url, kept } = opening;
  const { signIn } = mode;
  const empty = Object.fromEntries(Object.keys(PARAMETERS).map((name) => [name, '']));
  return {
    ...empty,
    DATABASE_URL: database.urls.web,
    COLLECT_DATABASE_URL: database.urls.collector,
    UPGRADE_DATABASE_URL: database.urls.owner,
    ISSUER: signIn.issuer,
    CLIENT_ID: signIn.clientId,
    TOKEN_KEY: kept.tokenKey,
    INIT_SECRET: kept.initSecret,
    PAGES_URL: url,
    API_URL: `${url}${API_PATH}`,
    ALLOWED_ORIGINS: originsOf(opening).join(' '),
    ...files.parameters,
    ...mode.parameters,
    ...options.environment,
  };
}

/** The OpenWhisk host with the actions of manifest.yaml. */
async function startHost(
  { options, innerUrl, kept, log }: Opening,
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
    missedTicks: 'make up',
    coldStarts,
    // An image made for Db2 has its driver.
    image: { packages: ['ibm_db'], ...(packages && { folder: packages }) },
    log,
  });
  host.apiHost(innerUrl);
  return host;
}

/** The pages, and their configuration. */
function openPages({ options }: Opening<InstallationOptions>, signIn: SignInService): Promise<Site> {
  const { issuer, clientId, scope, signOutUrl, origins, pages } = signIn;
  const demo = { githubUser: DEMO_USERS.octocat, githubToken: DEMO_TOKENS.octocat };
  const config = { apiUrl: API_PATH, issuer, clientId, scope, ...pages };
  return openSite({
    folder: path.join(findRoot(), 'dist/static'),
    compressed: path.join(findRoot(), 'dist/compressed'),
    config: { ...config, ...(signOutUrl && { signOutUrl }), ...(options.demo && { demo }) },
    ...(origins && { origins }),
  });
}
