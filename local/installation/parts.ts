import { existsSync } from 'node:fs';
import path from 'node:path';
import { addDemoRepositories, DEMO_TOKENS, DEMO_USERS } from '../github/stories.ts';
import { createGitHub } from '../github.ts';
import type { Person } from '../identity/store.ts';
import { createIdentityProvider, type IdentityProvider } from '../identity.ts';
import type { InstallationOptions } from '../installation.ts';
import { type Host, openHost } from '../openwhisk.ts';
import { openPostgres, type Postgres, requirePostgres } from '../postgres.ts';
import { openSite } from '../site.ts';
import type { Kept } from './kept.ts';

/** The pages, as the identity provider knows them. */
export const CLIENT_ID = 'traffic-pages';

const DEFAULT_PEOPLE: Person[] = [
  { email: 'ada@example.com', name: 'Ada Lovelace' },
  { email: 'grace@example.com', name: 'Grace Hopper' },
  { email: 'alan@example.com', name: 'Alan Turing' },
];
/** Where the parts are on the one port. */
export const GITHUB_PATH = '/github/api/v3';
export const IDENTITY_PATH = '/identity';
export const WEBHOOKS_PATH = '/webhooks';

/** Above dist/ as well as above local/. */
function findRoot(): string {
  let folder = import.meta.dirname;
  while (!existsSync(path.join(folder, 'manifest.yaml'))) {
    if (folder === path.dirname(folder))
      throw new Error('manifest.yaml is not there: start from the checkout.');
    folder = path.dirname(folder);
  }
  return folder;
}

export interface Opening {
  options: InstallationOptions;
  url: string;
  kept: Kept;
  log: (line: object) => void;
}

/** The embedded PostgreSQL, unless there is another database to use. */
export async function openDatabase({ options, log }: Opening): Promise<Pick<Postgres, 'url' | 'close'>> {
  const { databaseUrl: url } = options;
  if (url?.startsWith('postgres')) await requirePostgres(url);
  if (url) return { url, close: async () => {} };
  return openPostgres({
    dataDir: path.join(options.dataDir, 'postgres'),
    log: (message) => log({ level: 'warn', event: 'postgres', message }),
  });
}

function originsOf({ options, url }: Opening): string[] {
  return [url, url.replace('127.0.0.1', 'localhost'), ...(options.pageOrigins ?? [])];
}

/** The identity provider, with its keys in the data folder. */
export function openIdentity(opening: Opening): Promise<IdentityProvider> {
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

/** The GitHub simulator, and the demo's repositories in it. */
export function openGitHub({ options, url, kept }: Opening) {
  const github = createGitHub({
    clock: options.clock ?? (() => new Date()),
    baseUrl: `${url}${GITHUB_PATH}`,
  });
  if (!options.demo) return { github, demoRepositories: [] };
  const { northwind, pinecone } = addDemoRepositories(github, kept.madeOn);
  return { github, demoRepositories: [...northwind, ...pinecone] };
}

/** The values of manifest.yaml's variables. */
export function toParameters(
  opening: Opening,
  { databaseUrl, issuer }: { databaseUrl: string; issuer: string },
): Record<string, string> {
  const { options, url, kept } = opening;
  return {
    DATABASE_URL: databaseUrl,
    ISSUER: issuer,
    CLIENT_ID,
    TRUSTED_IDENTITIES: '',
    TOKEN_KEY: kept.tokenKey,
    INIT_SECRET: kept.initSecret,
    ALLOWED_ORIGINS: originsOf(opening).join(' '),
    ALLOW_PRIVATE_ADDRESSES: '',
    DEMO_GITHUB_URL: `${url}${GITHUB_PATH}`,
    DEMO_WEBHOOK_URL: `${url}${WEBHOOKS_PATH}`,
    PAGES_URL: url,
    COLLECT_STARTS_PER_MINUTE: '',
    COLLECT_CONCURRENCY: '',
    DDE_API_URL: '',
    DDE_CLIENT_ID: '',
    DDE_CLIENT_SECRET: '',
    NOW: '',
    ...options.environment,
  };
}

/** The OpenWhisk host with the actions of manifest.yaml. */
export async function openPlatform(
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
    ...(packages && { packages }),
    log,
  });
  host.apiHost(url);
  return host;
}

/** The pages, and what they are told about the rest. */
export function openPages({ options }: Opening, identity: IdentityProvider) {
  const { issuer, clientId, scope, signOutUrl } = identity;
  const demo = { githubUser: DEMO_USERS.octocat, githubToken: DEMO_TOKENS.octocat };
  const config = { apiUrl: '/api/v1/web/guest/traffic', issuer, clientId, scope };
  return openSite({
    folder: path.join(findRoot(), 'dist/static'),
    config: { ...config, ...(signOutUrl && { signOutUrl }), ...(options.demo && { demo }) },
  });
}
