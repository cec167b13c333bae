import type { Transaction } from 'kysely';
import type { Tables } from './db/tables.ts';
import { notFound } from './request.ts';

/**
 * Transactions that lock the same tenant run one after the other, so that one may count the tenant's rows, or look for a name
 * among them, and then insert another. Throws `tenant_not_found`.
 */
export async function lockTenant(trx: Transaction<Tables>, tenantId: number): Promise<void> {
  if (!(await lockTenantIfThere(trx, tenantId))) throw notFound('tenant');
}

/** The same for alarms, which leave out a tenant that is gone: false. */
export async function lockTenantIfThere(trx: Transaction<Tables>, tenantId: number): Promise<boolean> {
  const row = await trx
    .selectFrom('tenant')
    .select('tenantId')
    .where('tenantId', '=', tenantId)
    .forUpdate()
    .executeTakeFirst();
  return row !== undefined;
}

/** The same for a GitHub server and its app. Throws `server_not_found`. */
export async function lockServer(trx: Transaction<Tables>, serverId: number): Promise<void> {
  const row = await trx
    .selectFrom('githubServer')
    .select('serverId')
    .where('serverId', '=', serverId)
    .forUpdate()
    .executeTakeFirst();
  if (!row) throw notFound('server');
}

/** The same for what all tenants share, such as their names. To lock a tenant too, lock this first. */
export async function lockInstallation(trx: Transaction<Tables>): Promise<void> {
  await trx.selectFrom('installation').select('installationId').forUpdate().execute();
}
