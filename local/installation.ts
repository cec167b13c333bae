import { writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import path from 'node:path';
import { makeFolder } from './folder.ts';
import type { Repository } from './github/world.ts';
import type { GitHub } from './github.ts';
import type { Person } from './identity/store.ts';
import type { IdentityProvider, IdentityProviderOptions } from './identity.ts';
import { ensureKept } from './installation/kept.ts';
import {
  GITHUB_PATH,
  type Opening,
  openDatabase,
  openGitHub,
  openIdentity,
  openPages,
  openPlatform,
  toParameters,
  WEBHOOKS_PATH,
} from './installation/parts.ts';
import { closeServer, createSwitch, type Handler, listen, unavailable } from './installation/server.ts';
import { takeLock } from './lock.ts';
import type { Host, HostOptions } from './openwhisk.ts';
import { createWebhooks, type Webhooks } from './webhooks.ts';

export interface InstallationOptions {
  /** Made when it is missing; holds the database, keys and secrets. */
  dataDir: string;
  /** On 127.0.0.1; 0, the default, takes a free one. */
  port?: number;
  /** A database to use instead of the embedded one. */
  databaseUrl?: string;
  /** GitHub's present. The actions' is `NOW` of the environment. */
  clock?: () => Date;
  /** False: the OpenWhisk host starts empty, for wskdeploy to deploy into. */
  deployed?: boolean;
  /** Further origins that serve the pages. */
  pageOrigins?: string[];
  /** Whom the sign-in page offers. */
  people?: Person[];
  /** Another kind of identity provider. `path`: of its issuer. */
  identity?: Partial<Pick<IdentityProviderOptions, 'shape'>> & { path?: string };
  /** Fills the GitHub simulator with the demo's repositories, as of the day when the installation was made. */
  demo?: boolean;
  /** Values of the manifest's variables that win over the installation's own. */
  environment?: Record<string, string>;
  limits?: NonNullable<HostOptions['limits']>;
  /** Whether alarms fire by themselves; true when left out. */
  alarms?: boolean;
  /** Every activation in a process of its own. */
  coldStarts?: boolean;
  /** Folder of packages that actions find instead of the checkout's. */
  packages?: string;
  /** Told when the folder and the port are ours, before the parts are opened. */
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
  /** Where messages to channels arrive on this machine. */
  webhooks: Webhooks;
  database: { url: string };
  /** What manifest.yaml's variables are here. */
  parameters: Record<string, string>;
  /** Those of the demo, in the GitHub simulator. */
  demoRepositories: Repository[];
  /** `uuid:key` of the OpenWhisk host's namespace, guest. */
  apiKey: string;
  initSecret: string;
  /** The page where it is initialised. */
  initLink: string;
  /** Stops everything that was started here. */
  close(): Promise<void>;
}

function lockFolder(dataDir: string): () => void {
  makeFolder(dataDir);
  const unlock = takeLock(path.join(dataDir, 'lock'));
  if (unlock) return unlock;
  throw new Error(
    `An installation is already running on the data folder ${dataDir}: use that one, or choose another folder with DATA_DIR.`,
  );
}

function isUnder(prefix: string, url: string): boolean {
  return url.startsWith(prefix) && /^([/?]|$)/.test(url.slice(prefix.length));
}

/** A page of another site whose name was made to point here must not reach a provider that asks for no password. */
function isLocal({ headers }: IncomingMessage): boolean {
  return /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(headers.host ?? '');
}

type Parts = Record<'host' | 'github' | 'webhooks' | 'site', { handle: Handler }> & {
  identity: IdentityProvider;
};

function createHandler({ host, identity, github, webhooks, site }: Parts): Handler {
  const identityPath = new URL(identity.issuer).pathname.replace(/\/$/, '');
  return async (request, response) => {
    const { url = '/' } = request;
    if (!isLocal(request))
      return response.writeHead(421).end('This answers to 127.0.0.1 and localhost only.\n');
    if (isUnder(identityPath, url)) return identity.handle(request, response);
    if (isUnder(GITHUB_PATH, url)) {
      request.url = url.slice(GITHUB_PATH.length) || '/';
      return github.handle(request, response);
    }
    if (isUnder(WEBHOOKS_PATH, url)) {
      request.url = url.slice(WEBHOOKS_PATH.length) || '/';
      return webhooks.handle(request, response);
    }
    return (await host.handle(request, response)) || site.handle(request, response);
  };
}

/** Closes in the reverse order of opening; a failure does not keep the rest open. */
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
  const database = await openDatabase(opening);
  closing.add(database.close);
  const identity = await openIdentity(opening);
  const parameters = toParameters(opening, { databaseUrl: database.url, issuer: identity.issuer });
  const host = await openPlatform(opening, parameters);
  closing.add(host.close);
  const webhooks = createWebhooks({ clock: opening.options.clock ?? (() => new Date()) });
  return {
    database: { url: database.url },
    parameters,
    identity,
    host,
    webhooks,
    ...openGitHub(opening),
  };
}

/**
 * Opens the product on one port: the API and the actions at /api/v1, the identity provider at /identity, the GitHub
 * simulator at /github/api/v3, a stand-in for webhooks at /webhooks and the pages everywhere else. Secrets are made once
 * and kept in the data folder.
 *
 * Throws a sentence when the folder or the port is in use, and what opening the parts throws.
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
    turnTo(createHandler({ ...parts, site: await openPages(opening, parts.identity) }));
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
