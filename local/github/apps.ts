import { createPublicKey, type KeyObject, randomBytes, verify } from 'node:crypto';
import { type Answer, notFound, ok, refuse } from './answer.ts';
import type { Call } from './call.ts';
import { type Addresses, toAccountDocument, toRepositoryDocument } from './documents.ts';
import { type Entry, nameAt, type TokenOptions, type World } from './world.ts';

/** A GitHub App. */
interface AppOptions {
  id: number;
  name: string;
  owner: string;
  /** The public keys of its private keys, PEM. Empty: all were deleted. */
  publicKeys: string[];
  permissions?: Record<string, 'read' | 'write'>;
}

/** An installation of an app by an account. */
interface InstallationOptions {
  id: number;
  appId: number;
  account: string;
  /** The ids of its repositories. Default: all of the account's. */
  repositories?: number[];
  /** What the account granted, which may be less than the app asks for now. */
  permissions?: Record<string, 'read' | 'write'>;
}

interface App extends Required<AppOptions> {
  suspended: boolean;
}

interface Installation extends InstallationOptions {
  permissions: Record<string, 'read' | 'write'>;
  suspended: boolean;
  /** How many requests with each new token are refused, as real ones are for some seconds. */
  refusesAtFirst: number;
  /** The tokens made so far. */
  tokens: TokenOptions[];
}

type InstallationChange = Partial<Pick<Installation, 'suspended' | 'permissions' | 'refusesAtFirst'>>;

/** The apps and their installations. */
export interface Apps {
  addApp(app: AppOptions): void;
  /** Changes an app: deletes its keys, suspends it. */
  changeApp(id: number, change: Partial<Pick<App, 'publicKeys' | 'suspended'>>): void;
  addInstallation(installation: InstallationOptions): void;
  changeInstallation(id: number, change: InstallationChange): void;
  /** Revokes the tokens that an installation has, before they expire. */
  revokeTokens(id: number): void;
  removeInstallation(id: number): void;
  app(id: number): App | undefined;
  installation(id: number): Installation | undefined;
  installations(appId: number): Installation[];
}

const READS_TRAFFIC = { metadata: 'read', administration: 'read' } as const;
const DOCS = '/rest/apps/apps';
const MAX_SECONDS = 600;
const TOKEN_MS = 3_600_000;
const TOP = 100;

/** An app has no role in a repository. */
export const NO_ROLE = { admin: false, maintain: false, push: false, triage: false, pull: false };

export function createApps(): Apps {
  const apps = new Map<number, App>();
  const installations = new Map<number, Installation>();
  return {
    addApp: (app) => void apps.set(app.id, { permissions: READS_TRAFFIC, ...app, suspended: false }),
    changeApp: (id, change) => void Object.assign(apps.get(id) ?? {}, change),
    addInstallation(installation) {
      const permissions = apps.get(installation.appId)?.permissions ?? {};
      const state = { suspended: false, refusesAtFirst: 0, tokens: [] };
      installations.set(installation.id, { permissions, ...installation, ...state });
    },
    revokeTokens(id) {
      for (const token of installations.get(id)?.tokens ?? []) token.refusals = Number.POSITIVE_INFINITY;
    },
    changeInstallation: (id, change) => void Object.assign(installations.get(id) ?? {}, change),
    removeInstallation: (id) => void installations.delete(id),
    app: (id) => apps.get(id),
    installation: (id) => installations.get(id),
    installations: (appId) => [...installations.values()].filter((one) => one.appId === appId),
  };
}

interface AppRequest {
  method: string;
  /** The assertion that the app signed. */
  assertion: string | undefined;
}

/** Answers paths below `/app`, where apps authenticate as themselves; undefined for any other path. */
export function answerApp(apps: Apps, call: Call, { method, assertion }: AppRequest): Answer | undefined {
  if (call.path !== '/app' && !call.path.startsWith('/app/')) return undefined;
  const found = identifyApp(apps, assertion, call.now);
  if ('status' in found) return found;
  if (found.suspended) return refuse(403, 'This application has been suspended', DOCS);
  if (method === 'GET' && call.path === '/app') return ok(toAppDocument(found, apps, call));
  if (method === 'GET' && call.path === '/app/installations') {
    const all = apps.installations(found.id).slice(0, TOP);
    return ok(all.map((one) => toInstallationDocument(one, found, call)));
  }
  const [, id, rest] = /^\/app\/installations\/(\d+)(\/access_tokens)?$/.exec(call.path) ?? [];
  const installation = apps.installation(Number(id));
  if (!installation || installation.appId !== found.id) return notFound(DOCS);
  if (method === 'GET' && rest === undefined) return ok(toInstallationDocument(installation, found, call));
  if (method === 'POST' && rest !== undefined) return createToken(installation, call);
  return notFound(DOCS);
}

/** The app whose key signed the assertion, or the refusal. Like GitHub, it checks the times first. */
function identifyApp(apps: Apps, assertion: string | undefined, now: Date): App | Answer {
  const [head = '', body = '', signature = ''] = (assertion ?? '').split('.');
  const header = readPart(head);
  const claims = readPart(body);
  const undecodable = refuse(401, 'A JSON web token could not be decoded', '/rest');
  if (header.alg !== 'RS256' || typeof claims.iss === 'undefined') return undecodable;
  const seconds = now.getTime() / 1000;
  const { iat, exp } = claims;
  if (typeof iat !== 'number' || iat > seconds)
    return refuse(
      401,
      "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
    );
  if (typeof exp !== 'number' || exp <= seconds)
    return refuse(
      401,
      "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
    );
  if (exp - seconds > MAX_SECONDS)
    return refuse(401, "'Expiration time' claim ('exp') is too far in the future");
  const app = apps.app(Number(claims.iss));
  if (!app) return refuse(404, 'Integration not found', DOCS);
  const isSigned = app.publicKeys.some((pem) =>
    isSignedWith(createPublicKey(pem), `${head}.${body}`, signature),
  );
  return isSigned ? app : undecodable;
}

function readPart(part: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function isSignedWith(key: KeyObject, text: string, signature: string): boolean {
  return verify('sha256', Buffer.from(text), key, Buffer.from(signature, 'base64url'));
}

function createToken(installation: Installation, call: Call): Answer {
  const { account, permissions, repositories, refusesAtFirst } = installation;
  if (installation.suspended) return refuse(403, 'This installation has been suspended', DOCS);
  const token = `ghs_${randomBytes(18).toString('hex')}`;
  const expiresAt = new Date(Math.floor(call.now.getTime() / 1000) * 1000 + TOKEN_MS);
  const ids = repositories ?? [...ownedBy(call.world, account, call.now)].map(({ id }) => id);
  const made: TokenOptions = {
    token,
    login: account,
    kind: 'app',
    permissions,
    repositories: ids,
    expiresAt,
  };
  made.refusals = refusesAtFirst;
  installation.tokens.push(made);
  call.world.addToken(made);
  const body = {
    token,
    expires_at: expiresAt.toISOString().replace('.000Z', 'Z'),
    permissions,
    repository_selection: repositories ? 'selected' : 'all',
  };
  return { status: 201, body, headers: {} };
}

function* ownedBy(world: World, account: string, now: Date): Generator<Entry> {
  for (const entry of world.entries())
    if (!entry.removed && nameAt(entry, now.getTime()).owner.toLowerCase() === account.toLowerCase())
      yield entry;
}

/** The repositories of an installation, for `GET /installation/repositories`. */
export function listInstalled(call: Call): Entry[] {
  const given = call.caller?.token.repositories ?? [];
  return [...call.world.entries()].filter(({ id, removed }) => !removed && given.includes(id));
}

/** A repository in that list. */
export function toInstalledDocument(entry: Entry, call: Call): Record<string, unknown> {
  return { ...toRepositoryDocument(entry, { ...call, permission: 'pull' }), permissions: NO_ROLE };
}

function toAppDocument(
  { id, name, owner, permissions }: App,
  apps: Apps,
  call: Call,
): Record<string, unknown> {
  const slug = toSlug(name);
  return {
    id,
    slug,
    node_id: `A_${id}`,
    client_id: `Iv23li${id}`,
    name,
    description: '',
    owner: toAccountDocument(call.world.account(owner), call),
    external_url: call.htmlUrl,
    html_url: `${call.htmlUrl}/apps/${slug}`,
    created_at: '2025-06-01T08:00:00Z',
    updated_at: '2025-06-01T08:00:00Z',
    permissions,
    events: [],
    installations_count: apps.installations(id).length,
  };
}

function toInstallationDocument(
  { id, account, permissions, repositories, suspended }: Installation,
  { id: appId, name }: App,
  { world, apiUrl, htmlUrl }: Pick<Call, 'world'> & Addresses,
): Record<string, unknown> {
  const owner = world.account(account);
  return {
    id,
    client_id: `Iv23li${appId}`,
    account: toAccountDocument(owner, { apiUrl, htmlUrl }),
    access_tokens_url: `${apiUrl}/app/installations/${id}/access_tokens`,
    repositories_url: `${apiUrl}/installation/repositories`,
    html_url: `${htmlUrl}/organizations/${account}/settings/installations/${id}`,
    app_id: appId,
    app_slug: toSlug(name),
    target_id: owner.id,
    target_type: owner.type,
    permissions,
    events: [],
    single_file_name: null,
    has_multiple_single_files: false,
    single_file_paths: [],
    repository_selection: repositories ? 'selected' : 'all',
    created_at: '2025-06-02T08:00:00Z',
    updated_at: '2025-06-02T08:00:00Z',
    suspended_by: suspended ? toAccountDocument(owner, { apiUrl, htmlUrl }) : null,
    suspended_at: suspended ? '2025-12-01T08:00:00Z' : null,
  };
}

const toSlug = (name: string) => name.toLowerCase().replace(/\W+/g, '-');
