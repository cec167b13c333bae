import type { Transaction } from 'kysely';
import type { InitAnswer, InitState } from './answers/init.ts';
import { type Actor, recordAudit } from './audit.ts';
import type { Config } from './config.ts';
import type { Database, Db } from './db/database.ts';
import { listWeaknesses, toActingUsers } from './db/isolation.ts';
import { migrate } from './db/migrate.ts';
import { inTransaction } from './db/portable.ts';
import { readSchemaState, SCHEMA_VERSION } from './db/schema.ts';
import type { Tables } from './db/tables.ts';
import { Failure } from './failure.ts';
import { type Principal, savePrincipal } from './identity.ts';
import { lockInstallation } from './locks.ts';
import type { Secrets } from './secrets.ts';
import { GITHUB, insertServer, requireReachable, type ServerAddress, toDemoServer } from './servers.ts';
import { insertTenant } from './tenants/saving.ts';
import { type CheckedToken, checkToken } from './tenants/token-check.ts';

/** The services that initializing needs. */
export interface InstallationServices extends Database {
  config: Config;
  secrets: Secrets;
  clock: () => Date;
}

/** What you enter to initialize the installation. */
export interface Initialization {
  displayName: string;
  /** Without it: the GitHub user's name. */
  tenantName?: string | undefined;
  server: ServerAddress;
  githubUser: string;
  githubToken: string;
}

/** What anybody may know before signing in. Works without a schema. */
export async function describeInstallation({
  db,
  dbFor,
  config,
}: Pick<InstallationServices, 'db' | 'dbFor' | 'config'>): Promise<InitState> {
  const { stored, displayName } = await readSchemaState(db);
  const isCurrent = displayName !== null && stored === SCHEMA_VERSION;
  const provisioned = isCurrent && (await awaitsAdministrator(dbFor('all tenants')));
  return {
    initialized: displayName !== null && !provisioned,
    provisioned,
    displayName,
    demoAvailable: config.demoGithubUrl !== null,
    schema: { stored, expected: SCHEMA_VERSION },
  };
}

/** Whether the start set it up, and nobody has become its administrator yet. `db` sees all tenants. */
async function awaitsAdministrator(db: Db): Promise<boolean> {
  const waiting = await db
    .selectFrom('provisionedTenant')
    .select('tenantId')
    .where(({ exists, not, selectFrom }) =>
      not(exists(selectFrom('systemRole').select('email').where('role', '=', 'administrator'))),
    )
    .limit(1)
    .executeTakeFirst();
  return waiting !== undefined;
}

const already = () => new Failure('already_initialized');

/**
 * Throws `already_initialized` if there is nothing that the installation's secret could still open: it is set up, with the
 * schema of this code. So nobody can try secrets then.
 */
export async function requireWork(db: Db): Promise<void> {
  const { stored, displayName } = await readSchemaState(db);
  if (displayName !== null && stored === SCHEMA_VERSION) throw already();
}

/** Upgrades an older schema, then throws `already_initialized`. */
async function requireUninitialized({
  db,
  dbFor,
  dialect,
  config,
  clock,
}: InstallationServices): Promise<void> {
  const users = toActingUsers(config.databaseUrls);
  const { stored, displayName } = await readSchemaState(db);
  if (displayName === null) return;
  if (stored !== SCHEMA_VERSION)
    await inTransaction(dbFor('all tenants'), (trx) => migrate(trx, dialect, clock().toISOString(), users));
  throw already();
}

/** Inserts the built-in servers and the chosen one. Returns the id of the chosen one. */
export async function insertServers(
  trx: Transaction<Tables>,
  chosen: ServerAddress,
  demoGithubUrl: string | null,
  createdAt: string,
): Promise<number> {
  const demo = demoGithubUrl === null ? [] : [toDemoServer(demoGithubUrl)];
  const offered = [GITHUB, ...demo];
  const isOffered = offered.some(({ apiUrl }) => apiUrl === chosen.apiUrl);
  let chosenId = 0;
  for (const server of isOffered ? offered : [...offered, chosen]) {
    const serverId = await insertServer(trx, server, createdAt);
    if (server.apiUrl === chosen.apiUrl) chosenId = serverId;
  }
  return chosenId;
}

interface Checked {
  token: CheckedToken;
  tokenSealed: string;
}

async function insertAll(
  trx: Transaction<Tables>,
  { config, clock }: InstallationServices,
  initialization: Initialization,
  principal: Principal,
  { token, tokenSealed }: Checked,
) {
  const { displayName, githubUser, server } = initialization;
  const { email } = principal;
  const now = clock().toISOString();
  const serverId = await insertServers(trx, server, config.demoGithubUrl, now);
  const name = initialization.tenantName ?? githubUser;
  const tenant = { name, serverId, githubUser, token, tokenSealed, createdAt: now, createdBy: email };
  const tenantId = await insertTenant(trx, tenant);
  await insertAdministrator(trx, principal, clock());
  const installation = { installationId: 1, displayName, initializedAt: now };
  await trx.insertInto('installation').values(installation).execute();
  const by = { email, now: clock() };
  await recordAudit(trx, by, { tenantId: null, kind: 'installation_initialized', subject: displayName });
  await recordAudit(trx, by, {
    tenantId,
    kind: 'tenant_created',
    subject: name,
    detail: `a token of ${githubUser}`,
  });
  await recordRole(trx, by);
  return { tenantId, serverId, email, displayName, tokenExpiresAt: token.expiresAt };
}

async function insertAdministrator(trx: Transaction<Tables>, principal: Principal, now: Date): Promise<void> {
  const { email, issuer, subject } = principal;
  const at = now.toISOString();
  await savePrincipal(trx, principal, now);
  await trx
    .insertInto('systemRole')
    .values({ email, role: 'administrator', grantedAt: at, issuer, subject, claimedAt: at })
    .execute();
}

function recordRole(trx: Transaction<Tables>, by: Actor): Promise<void> {
  const given = { kind: 'system_role_given', subject: by.email, detail: 'administrator' } as const;
  return recordAudit(trx, by, { tenantId: null, ...given });
}

/**
 * Makes `principal` the administrator of an installation that the start set up: once. Throws `already_initialized` if it has
 * one, or was set up on the pages.
 */
export async function claimInstallation(
  services: InstallationServices,
  displayName: string,
  principal: Principal,
): Promise<InitAnswer> {
  const { config, dialect, clock } = services;
  const by = { email: principal.email, now: clock() };
  const tenant = await inTransaction(services.dbFor('all tenants'), async (trx) => {
    await lockInstallation(trx);
    if (!(await awaitsAdministrator(trx))) throw already();
    const provisioned = await trx
      .selectFrom('provisionedTenant as p')
      .innerJoin('tenant as t', 't.tenantId', 'p.tenantId')
      .select(['t.tenantId', 't.serverId', 't.tokenExpiresAt'])
      .executeTakeFirst();
    if (!provisioned) throw already();
    await insertAdministrator(trx, principal, by.now);
    await trx.updateTable('installation').set({ displayName }).execute();
    await recordRole(trx, by);
    return provisioned;
  });
  const weaknesses = await listWeaknesses(services.db, dialect, config.databaseUrls);
  return { ...tenant, email: by.email, displayName, weaknesses };
}

/**
 * Creates the schema, the servers, the first tenant and the administrator `principal`: all or nothing, and once. GitHub
 * is asked for the token first. Returns also what the database does not enforce. Throws `already_initialized`, `private_address`, `server_unreachable`,
 * `github_token_refused`, and what GitHub's API fails with.
 */
export async function initialize(
  services: InstallationServices,
  initialization: Initialization,
  principal: Principal,
) {
  const { config, dialect, secrets, clock } = services;
  const { server, githubUser, githubToken } = initialization;
  await requireUninitialized(services);
  const api = await requireReachable(server, config);
  const token = await checkToken({ ...api, githubUser, token: githubToken, clock });
  const tokenSealed = await secrets.seal(githubToken);
  const made = await inTransaction(services.dbFor('all tenants'), async (trx) => {
    await migrate(trx, dialect, clock().toISOString(), toActingUsers(config.databaseUrls));
    const there = await trx.selectFrom('installation').select('installationId').executeTakeFirst();
    if (there) throw already();
    return insertAll(trx, services, initialization, principal, { token, tokenSealed });
  });
  return { ...made, weaknesses: await listWeaknesses(services.db, dialect, config.databaseUrls) };
}
