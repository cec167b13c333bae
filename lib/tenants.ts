import type { Transaction } from 'kysely';
import type { Config } from './config.ts';
import type { Db } from './db/database.ts';
import { isDuplicateKey } from './db/errors.ts';
import type { Instant, Tables } from './db/tables.ts';
import { Failure } from './failure.ts';
import { notFound } from './request.ts';
import type { Secrets } from './secrets.ts';
import { getServer, requireApiUrl } from './servers.ts';
import { type CheckedToken, checkToken } from './token-check.ts';

/** What tenants are created and changed with. */
export interface TenantServices {
  db: Db;
  config: Pick<Config, 'demoGithubUrl' | 'allowPrivateAddresses'>;
  secrets: Secrets;
  clock: () => Date;
}

/** A tenant without its token, which nobody gets to see. */
export interface Tenant {
  tenantId: number;
  name: string;
  server: { serverId: number; name: string; kind: string; webUrl: string };
  githubUser: string;
  tokenCheckedAt: Instant | null;
  tokenExpiresAt: Instant | null;
  repositoryCount: number;
  memberCount: number;
  createdAt: Instant;
}

const nameTaken = () => new Failure(409, 'name_taken', 'Another tenant has this name. Choose another.');

function selectTenants(db: Db) {
  return db
    .selectFrom('tenant')
    .innerJoin('githubServer', 'githubServer.serverId', 'tenant.serverId')
    .select(['tenant.tenantId', 'tenant.name', 'tenant.githubUser', 'tenant.createdAt'])
    .select(['tenant.tokenCheckedAt', 'tenant.tokenExpiresAt', 'tenant.serverId'])
    .select(['githubServer.name as serverName', 'githubServer.kind', 'githubServer.webUrl'])
    .select((eb) => [
      eb
        .selectFrom('repository')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .whereRef('repository.tenantId', '=', 'tenant.tenantId')
        .as('repositoryCount'),
      eb
        .selectFrom('member')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .whereRef('member.tenantId', '=', 'tenant.tenantId')
        .as('memberCount'),
    ]);
}

type TenantRow = Awaited<ReturnType<ReturnType<typeof selectTenants>['executeTakeFirstOrThrow']>>;

function toTenant(row: TenantRow): Tenant {
  const { serverId, serverName, kind, webUrl, repositoryCount, memberCount, ...tenant } = row;
  return {
    ...tenant,
    server: { serverId, name: serverName, kind, webUrl },
    repositoryCount: repositoryCount ?? 0,
    memberCount: memberCount ?? 0,
  };
}

/** The tenants, by name; null: all of them. */
export async function listTenants(db: Db, tenantIds: number[] | null): Promise<Tenant[]> {
  if (tenantIds?.length === 0) return [];
  const rows = await selectTenants(db)
    .$if(tenantIds !== null, (query) => query.where('tenant.tenantId', 'in', tenantIds ?? []))
    .orderBy('tenant.name')
    .execute();
  return rows.map(toTenant);
}

/** Throws `tenant_not_found`. */
export async function getTenant(db: Db, tenantId: number): Promise<Tenant> {
  const row = await selectTenants(db).where('tenant.tenantId', '=', tenantId).executeTakeFirst();
  if (!row) throw notFound('tenant');
  return toTenant(row);
}

/** What a new tenant's row needs, once its token is checked and sealed. */
export interface NewTenant {
  name: string;
  serverId: number;
  githubUser: string;
  tokenSealed: string;
  token: CheckedToken;
  createdAt: Instant;
  createdBy: string;
}

/** Stores a tenant. Throws a duplicate key's error when its name is taken. */
export async function insertTenant(trx: Transaction<Tables>, tenant: NewTenant): Promise<number> {
  const { token, ...row } = tenant;
  const inserted = await trx
    .insertInto('tenant')
    .values({ ...row, tokenCheckedAt: token.checkedAt, tokenExpiresAt: token.expiresAt })
    .returning('tenantId')
    .executeTakeFirst();
  if (!inserted) throw new Error('The database did not tell the id of the new tenant.');
  return inserted.tenantId;
}

/**
 * Creates a tenant, and its first manager where one is named, after GitHub accepted the token. Throws
 * `server_not_found`, `private_address`, `server_unreachable`, `name_taken`, `github_token_refused` and `GitHubError`.
 */
export async function createTenant(
  { db, config, secrets, clock }: TenantServices,
  request: {
    name: string;
    serverId: number;
    githubUser: string;
    githubToken: string;
    manager?: string | undefined;
  },
  createdBy: string,
): Promise<Tenant> {
  const { name, serverId, githubUser, githubToken, manager } = request;
  const server = await getServer(db, serverId);
  await requireNameFree(db, name);
  const apiUrl = await requireApiUrl(server, config);
  const token = await checkToken({ apiUrl, githubUser, token: githubToken, clock });
  const tokenSealed = await secrets.seal(githubToken);
  const createdAt = clock().toISOString();
  const tenantId = await db
    .transaction()
    .execute(async (trx) => {
      const row = { name, serverId, githubUser, tokenSealed, token, createdAt, createdBy };
      const created = await insertTenant(trx, row);
      const email = manager?.toLowerCase();
      const member = { tenantId: created, role: 'manager', addedAt: createdAt } as const;
      if (email !== undefined)
        await trx
          .insertInto('member')
          .values({ ...member, email })
          .execute();
      return created;
    })
    .catch((error: unknown) => {
      throw isDuplicateKey(error) ? nameTaken() : error;
    });
  return getTenant(db, tenantId);
}

async function requireNameFree(db: Db, name: string): Promise<void> {
  const other = await db.selectFrom('tenant').select('tenantId').where('name', '=', name).executeTakeFirst();
  if (other) throw nameTaken();
}

interface TenantChange {
  name?: string | undefined;
  githubUser?: string | undefined;
  githubToken?: string | undefined;
}

/** The new columns of a tenant whose GitHub user or token changes: both are checked together at GitHub. */
async function toTokenColumns(
  { db, config, secrets, clock }: TenantServices,
  tenantId: number,
  { githubUser, githubToken }: TenantChange,
) {
  if (githubUser === undefined && githubToken === undefined) return {};
  const stored = await db
    .selectFrom('tenant')
    .innerJoin('githubServer', 'githubServer.serverId', 'tenant.serverId')
    .select(['tenant.githubUser', 'tenant.tokenSealed', 'githubServer.kind', 'githubServer.apiUrl'])
    .where('tenant.tenantId', '=', tenantId)
    .executeTakeFirst();
  if (!stored) throw notFound('tenant');
  const user = githubUser ?? stored.githubUser;
  const token = githubToken ?? (await secrets.open(stored.tokenSealed));
  const apiUrl = await requireApiUrl(stored, config);
  const checked = await checkToken({ apiUrl, githubUser: user, token, clock });
  return {
    githubUser: user,
    tokenSealed: await secrets.seal(token),
    tokenCheckedAt: checked.checkedAt,
    tokenExpiresAt: checked.expiresAt,
  };
}

/** Changes what is given. Throws `tenant_not_found`, `name_taken`, `github_token_refused` and `GitHubError`. */
export async function updateTenant(
  services: TenantServices,
  tenantId: number,
  change: TenantChange,
): Promise<Tenant> {
  const columns = await toTokenColumns(services, tenantId, change);
  const name = change.name === undefined ? {} : { name: change.name };
  const work = async (trx: Transaction<Tables>) => {
    await trx
      .updateTable('tenant')
      .set({ ...columns, ...name })
      .where('tenantId', '=', tenantId)
      .execute();
    // What another token was refused is asked for again by the next alarm.
    if ('tokenSealed' in columns)
      await trx
        .updateTable('repository')
        .set({ refusedAt: null })
        .where('tenantId', '=', tenantId)
        .where('refusedAt', 'is not', null)
        .execute();
  };
  await services.db
    .transaction()
    .execute(work)
    .catch((error: unknown) => {
      throw isDuplicateKey(error) ? nameTaken() : error;
    });
  return getTenant(services.db, tenantId);
}
