import { expressionBuilder } from 'kysely';
import type { Tenant } from '../answers/tenants.ts';
import type { Db } from '../db/database.ts';
import type { Tables } from '../db/tables.ts';
import { notFound } from '../request.ts';
import { readTenantPage, type TenantPageRequest } from './page.ts';

function selectTenants(db: Db) {
  return db
    .selectFrom('tenant')
    .innerJoin('githubServer', 'githubServer.serverId', 'tenant.serverId')
    .leftJoin('tenantInstallation', 'tenantInstallation.tenantId', 'tenant.tenantId')
    .select(['tenantInstallation.installationId'])
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

/**
 * A page of the tenants with these ids, or of all if null, by name. Throws `invalid_input` for an unknown cursor.
 */
export async function listTenants(
  db: Db,
  tenantIds: number[] | null,
  request: TenantPageRequest,
): Promise<{ tenants: Tenant[]; nextCursor: string | null }> {
  const eb = expressionBuilder<Tables, 'tenant'>();
  const isListed = tenantIds && eb('tenantId', 'in', tenantIds);
  const page = await readTenantPage(db, isListed, request);
  if (page.tenantIds.length === 0) return { tenants: [], nextCursor: null };
  const rows = await selectTenants(db)
    .where('tenant.tenantId', 'in', page.tenantIds)
    .orderBy('tenant.name')
    .orderBy('tenant.tenantId')
    .execute();
  return { tenants: rows.map(toTenant), nextCursor: page.nextCursor };
}

/** One tenant; the caller checks access. Throws `tenant_not_found`. */
export async function getTenant(db: Db, tenantId: number): Promise<Tenant> {
  const row = await selectTenants(db).where('tenant.tenantId', '=', tenantId).executeTakeFirst();
  if (!row) throw notFound('tenant');
  return toTenant(row);
}
