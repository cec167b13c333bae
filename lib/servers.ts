import { setTimeout as wait } from 'node:timers/promises';
import type { Transaction } from 'kysely';
import { requirePublicAddress } from './addresses.ts';
import type { Server } from './answers/servers.ts';
import { type Actor, recordAudit } from './audit.ts';
import type { Config } from './config.ts';
import type { Db } from './db/database.ts';
import { isReferenced } from './db/errors.ts';
import { inTransaction } from './db/portable.ts';
import type { Tables } from './db/tables.ts';
import { Failure } from './failure.ts';
import type { Fetch } from './github/octokit.ts';
import { toUnreadableFailure } from './github/unreadable.ts';
import type { Instant } from './instant.ts';
import { lockInstallation } from './locks.ts';
import { isSameName } from './names.ts';
import { notFound } from './request.ts';
import { withoutTrailingSlashes } from './url.ts';

/** A GitHub server that is not stored yet. */
export type ServerAddress = Pick<Server, 'kind' | 'name' | 'apiUrl' | 'webUrl'>;

/** The address of github.com. */
export const GITHUB: ServerAddress = {
  kind: 'github',
  name: 'GitHub',
  apiUrl: 'https://api.github.com',
  webUrl: 'https://github.com',
};

const TIMEOUT_MS = 8_000;
/** An answer that cannot be read is asked for once more. */
const MAX_ATTEMPTS = 2;
const PAUSE_MS = 500;

/** The GitHub simulator as a server, with the API at `demoGithubUrl`. Throws `demo_unavailable` if that is null. */
export function toDemoServer(demoGithubUrl: string | null): ServerAddress {
  if (demoGithubUrl === null) throw new Failure('demo_unavailable');
  const webUrl = demoGithubUrl.replace(/\/api\/v3$/, '');
  return { kind: 'demo', name: 'Demo', apiUrl: demoGithubUrl, webUrl };
}

/**
 * The server whose pages are at a URL. By
 * https://docs.github.com/en/rest/using-the-rest-api/getting-started-with-the-rest-api, github.com and ghe.com have their
 * API on a separate host, GitHub Enterprise Server below /api/v3. Throws `invalid_input`.
 */
export function toServerAddress(text: string, { allowHttp }: { allowHttp: boolean }): ServerAddress {
  const url = new URL(text);
  const refuse = (message: string) =>
    new Failure('invalid_input', message, { problems: [{ path: 'url', message }] });
  if (url.protocol !== 'https:' && !(allowHttp && url.protocol === 'http:'))
    throw refuse('Give an address that begins with https://.');
  if (url.username || url.password || url.search || url.hash)
    throw refuse('Give only the address of the server, such as https://github.example.com.');
  if (/^(www\.|api\.)?github\.com$/.test(url.hostname)) return GITHUB;
  const name = url.host;
  if (url.hostname.endsWith('.ghe.com')) {
    const host = name.replace(/^api\./, '');
    return { kind: 'enterprise', name: host, apiUrl: `https://api.${host}`, webUrl: `https://${host}` };
  }
  const webUrl = withoutTrailingSlashes(`${url.origin}${url.pathname}`).replace(/\/api\/v3$/, '');
  return { kind: 'enterprise', name, apiUrl: `${webUrl}/api/v3`, webUrl };
}

/** /meta is GitHub's. A server in private mode answers 401 instead, in GitHub's form. */
function isGitHub(status: number, answer: unknown): boolean {
  if (typeof answer !== 'object' || answer === null) return false;
  return status === 200 ? 'verifiable_password_authentication' in answer : 'documentation_url' in answer;
}

/** How to reach a server's API. */
export interface ServerApi {
  /** The base URL, without a trailing slash. */
  apiUrl: string;
  fetch: Fetch;
}

/**
 * How to reach a server's API now. Its host name may lead elsewhere than when the server was added, so this throws
 * `private_address` and `server_unreachable`, and `fetch` never connects to a private address either. The simulator is
 * wherever the installation runs today.
 */
export async function requireApi(
  { kind, apiUrl }: Pick<ServerAddress, 'kind' | 'apiUrl'>,
  { demoGithubUrl, allowPrivateAddresses }: Pick<Config, 'demoGithubUrl' | 'allowPrivateAddresses'>,
): Promise<ServerApi> {
  if (kind === 'demo') return { apiUrl: demoGithubUrl ?? apiUrl, fetch };
  if (kind === 'github' || allowPrivateAddresses) return { apiUrl, fetch };
  await requirePublicAddress(new URL(apiUrl));
  return { apiUrl, fetch: fetchPublic };
}

/** Loaded only when needed: for servers that people added. */
const fetchPublic: Fetch = async (url, request) =>
  (await import('./public-fetch.ts')).fetchPublic(url, request);

/** How to reach a GitHub server's API, after it has answered. Throws `private_address` and `server_unreachable`. */
export async function requireReachable(
  server: ServerAddress,
  config: Pick<Config, 'demoGithubUrl' | 'allowPrivateAddresses'>,
): Promise<ServerApi> {
  const api = await requireApi(server, config);
  if (server.kind !== 'enterprise') return api;
  for (let attempt = 1; ; attempt += 1) {
    const { status, answer, failure } = await askMeta(api);
    if ([200, 401].includes(status) && isGitHub(status, answer)) return api;
    // A proxy may answer once with a page.
    if (failure && attempt < MAX_ATTEMPTS) {
      await wait(PAUSE_MS);
      continue;
    }
    const reason = failure ? ` ${failure.message}` : '';
    throw new Failure('server_unreachable', `No GitHub server answers at ${server.webUrl}.${reason}`);
  }
}

/** A server's answer to `/meta`. */
interface MetaAnswer {
  /** 0: the server cannot be reached. */
  status: number;
  answer: unknown;
  /** Why a success cannot be read. */
  failure: Failure | undefined;
}

async function askMeta({ apiUrl, fetch: ask }: ServerApi): Promise<MetaAnswer> {
  // A redirect could lead to a private address.
  const request = { redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) } as const;
  const response = await ask(`${apiUrl}/meta`, request).catch((error: unknown) => {
    if (error instanceof Failure) throw error;
    return null;
  });
  if (response === null) return { status: 0, answer: null, failure: undefined };
  const { status } = response;
  // A connection that breaks leaves nothing.
  const answer = toJson(await response.text().catch(() => ''));
  return { status, answer, failure: response.ok ? toUnreadableFailure({ status, data: answer }) : undefined };
}

/** The value of JSON, or the text itself if it is not JSON. */
function toJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function selectServers(db: Db) {
  return db
    .selectFrom('githubServer')
    .leftJoin('githubApp', 'githubApp.serverId', 'githubServer.serverId')
    .select(['githubServer.serverId', 'githubServer.name', 'kind', 'apiUrl', 'webUrl', 'createdAt'])
    .select(['appId', 'githubApp.name as appName', 'htmlUrl', 'checkedAt'])
    .select((eb) =>
      eb
        .selectFrom('tenant')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .whereRef('tenant.serverId', '=', 'githubServer.serverId')
        .as('tenantCount'),
    );
}

type ServerRow = Awaited<ReturnType<ReturnType<typeof selectServers>['execute']>>[number];

function toServer({ appId, appName, htmlUrl, checkedAt, ...row }: ServerRow): Server {
  const isSet = appId !== null && checkedAt !== null;
  const app = isSet ? { appId, name: appName ?? '', htmlUrl: htmlUrl ?? '', checkedAt } : null;
  return { ...row, tenantCount: row.tenantCount ?? 0, app };
}

/** All servers, by name. */
export async function listServers(db: Db): Promise<Server[]> {
  const rows = await selectServers(db).orderBy('githubServer.name').execute();
  return rows.map(toServer);
}

/** One server. Throws `server_not_found`. */
export async function getServer(db: Db, serverId: number): Promise<Server> {
  const row = await selectServers(db).where('githubServer.serverId', '=', serverId).executeTakeFirst();
  if (!row) throw notFound('server');
  return toServer(row);
}

/** The stored server with the same address, if any. */
export async function findServerAt(db: Db, { apiUrl }: ServerAddress): Promise<Server | undefined> {
  const row = await selectServers(db).where('apiUrl', '=', apiUrl).executeTakeFirst();
  return row && toServer(row);
}

/** Stores a server. Throws the database's duplicate-key error if its address is taken. */
export async function insertServer(db: Db, server: ServerAddress, createdAt: Instant): Promise<number> {
  const row = { ...server, createdAt };
  const inserted = await db.insertInto('githubServer').values(row).returning('serverId').executeTakeFirst();
  if (!inserted) throw new Error('The database did not tell the id of the new server.');
  return inserted.serverId;
}

/** Throws `name_taken` if another server has this name, whatever its case. Lock the installation before. */
async function requireFreeName(trx: Transaction<Tables>, name: string, serverId?: number): Promise<void> {
  const servers = await trx.selectFrom('githubServer').select(['serverId', 'name']).execute();
  if (servers.some((one) => one.serverId !== serverId && isSameName(one.name, name)))
    throw new Failure('name_taken', 'Another server has this name. Choose another.');
}

/**
 * Adds the server whose pages are at `url`, once it answers. Throws `invalid_input`, `private_address`,
 * `server_unreachable` and `name_taken`.
 */
export async function addServer(
  db: Db,
  { name, url }: { name: string; url: string },
  { config, by }: { config: Pick<Config, 'demoGithubUrl' | 'allowPrivateAddresses'>; by: Actor },
): Promise<{ server: Server; added: boolean }> {
  const address = { ...toServerAddress(url, { allowHttp: config.allowPrivateAddresses }), name };
  const there = await findServerAt(db, address);
  if (there) return { server: there, added: false };
  await requireReachable(address, config);
  return inTransaction(db, async (trx) => {
    await lockInstallation(trx);
    const same = await findServerAt(trx, address);
    if (same) return { server: same, added: false };
    await requireFreeName(trx, name);
    const serverId = await insertServer(trx, address, by.now.toISOString());
    const detail = address.webUrl;
    await recordAudit(trx, by, { tenantId: null, kind: 'server_added', subject: name, detail });
    return { server: await getServer(trx, serverId), added: true };
  });
}

/** Renames a server; its address stays. Throws `server_not_found` and `name_taken`. */
export async function renameServer(db: Db, serverId: number, name: string, by: Actor): Promise<Server> {
  await inTransaction(db, async (trx) => {
    await lockInstallation(trx);
    await requireFreeName(trx, name, serverId);
    const { name: detail } = await getServer(trx, serverId);
    if (name === detail) return;
    await trx.updateTable('githubServer').set({ name }).where('serverId', '=', serverId).execute();
    await recordAudit(trx, by, { tenantId: null, kind: 'server_renamed', subject: name, detail });
  });
  return getServer(db, serverId);
}

/** Deletes a server and its GitHub App's key. Throws `server_not_found`, and `server_in_use` if a tenant uses it. */
export async function deleteServer(db: Db, serverId: number, by: Actor): Promise<void> {
  const deletion = db.transaction().execute(async (trx) => {
    const { name, webUrl: detail } = await getServer(trx, serverId);
    await trx.deleteFrom('githubServer').where('serverId', '=', serverId).execute();
    await recordAudit(trx, by, { tenantId: null, kind: 'server_deleted', subject: name, detail });
  });
  await deletion.catch((error: unknown) => {
    throw isReferenced(error) ? new Failure('server_in_use') : error;
  });
}
