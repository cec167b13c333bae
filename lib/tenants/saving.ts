import type { Transaction } from 'kysely';
import type { Tenant } from '../answers/tenants.ts';
import { type Actor, recordAudit, type Unattended } from '../audit.ts';
import type { Db } from '../db/database.ts';
import { inTransaction } from '../db/portable.ts';
import type { Tables } from '../db/tables.ts';
import { Failure } from '../failure.ts';
import type { Instant } from '../instant.ts';
import { lockInstallation } from '../locks.ts';
import { isSameName } from '../names.ts';
import { notFound } from '../request.ts';
import type { AppServices } from '../server-app.ts';
import { getServer } from '../servers.ts';
import {
  type CheckedCredentials,
  type Credentials,
  checkCredentials,
  saveInstallation,
} from './credentials.ts';
import { getTenant } from './tenant.ts';
import type { CheckedToken } from './token-check.ts';

const nameTaken = () => new Failure('name_taken', 'Another tenant has this name. Choose another.');

/** The values of a new tenant's row. The token is checked and sealed. */
export interface NewTenant {
  name: string;
  serverId: number;
  githubUser: string;
  tokenSealed: string;
  token: CheckedToken;
  createdAt: Instant;
  createdBy: string;
}

/** Stores a tenant, whatever its name. */
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
 * Creates a tenant, and its first manager if given, after GitHub has accepted its token or created one for its
 * installation. Throws `server_not_found`, `name_taken`, and what `checkCredentials` throws.
 */
export async function createTenant(
  services: AppServices,
  request: { name: string; serverId: number; credentials: Credentials; manager?: string | undefined },
  by: Actor,
): Promise<Tenant> {
  const { db } = services;
  const { name, serverId, credentials, manager } = request;
  const server = await getServer(db, serverId);
  await requireFreeName(db, name, null);
  const checked = await checkCredentials(services, server, credentials);
  const { columns, installation } = checked;
  const { githubUser, tokenSealed, tokenCheckedAt: checkedAt, tokenExpiresAt: expiresAt } = columns;
  const createdAt = by.now.toISOString();
  const tenantId = await inTransaction(db, async (trx) => {
    await lockInstallation(trx);
    await requireFreeName(trx, name, null);
    const token = { checkedAt, expiresAt };
    const row = { name, serverId, githubUser, tokenSealed, token, createdAt, createdBy: by.email };
    const created = await insertTenant(trx, row);
    await saveInstallation(trx, { tenantId: created, serverId }, installation);
    const audited = { tenantId: created, subject: name, detail: describeCredentials(checked) };
    await recordAudit(trx, by, { ...audited, kind: 'tenant_created' });
    if (manager !== undefined) await insertManager(trx, created, manager, by);
    return created;
  });
  return getTenant(db, tenantId);
}

async function insertManager(
  trx: Transaction<Tables>,
  tenantId: number,
  email: string,
  by: Actor,
): Promise<void> {
  const role = 'manager';
  await trx.insertInto('member').values({ tenantId, email, role, addedAt: by.now.toISOString() }).execute();
  await recordAudit(trx, by, { tenantId, kind: 'member_added', subject: email, detail: role });
}

/** What a tenant reads GitHub with, without the secret. */
function describeCredentials({ columns: { githubUser }, installation }: CheckedCredentials): string {
  return installation ? `the GitHub App’s installation at ${githubUser}` : `a token of ${githubUser}`;
}

/**
 * Throws `name_taken` if another tenant that the person can see has this name, whatever its case. `visible` are their ids; null
 * means all. A tenant that the person cannot see must not show in a refusal, so its name may be the same.
 */
async function requireFreeName(
  db: Db,
  name: string,
  visible: number[] | null,
  tenantId?: number,
): Promise<void> {
  const tenants = await db.selectFrom('tenant').select(['tenantId', 'name']).execute();
  const isSeen = (id: number) => id !== tenantId && (visible === null || visible.includes(id));
  if (tenants.some((one) => isSeen(one.tenantId) && isSameName(one.name, name))) throw nameTaken();
}

interface TenantChange {
  name?: string | undefined;
  githubUser?: string | undefined;
  githubToken?: string | undefined;
  installationId?: number | undefined;
}

/** The tenant's new credentials, or undefined if they stay. A GitHub user and a token are checked together. */
async function checkChange(
  services: AppServices,
  tenantId: number,
  { githubUser, githubToken, installationId }: TenantChange,
): Promise<CheckedCredentials | undefined> {
  if (githubUser === undefined && githubToken === undefined && installationId === undefined) return undefined;
  const stored = await services.db
    .selectFrom('tenant')
    .innerJoin('githubServer', 'githubServer.serverId', 'tenant.serverId')
    .select(['tenant.githubUser', 'tenant.tokenSealed'])
    .select(['githubServer.serverId', 'githubServer.kind', 'githubServer.apiUrl'])
    .where('tenant.tenantId', '=', tenantId)
    .executeTakeFirst();
  if (!stored) throw notFound('tenant');
  if (installationId !== undefined) return checkCredentials(services, stored, { installationId });
  const token = githubToken ?? (await services.secrets.open(stored.tokenSealed));
  return checkCredentials(services, stored, {
    githubUser: githubUser ?? stored.githubUser,
    githubToken: token,
  });
}

/**
 * Changes the given fields. `visible` are the tenants that the person can see; null means all. Throws `tenant_not_found`,
 * `name_taken`, and what `checkCredentials` throws.
 */
export async function updateTenant(
  services: AppServices,
  { tenantId, visible }: { tenantId: number; visible: number[] | null },
  change: TenantChange,
  by: Actor | Unattended,
): Promise<Tenant> {
  const checked = await checkChange(services, tenantId, change);
  const { name } = change;
  await inTransaction(services.db, async (trx) => {
    if (name !== undefined) {
      await lockInstallation(trx);
      await requireFreeName(trx, name, visible, tenantId);
    }
    const before = await getTenant(trx, tenantId);
    await trx
      .updateTable('tenant')
      .set({ ...checked?.columns, ...(name !== undefined && { name }) })
      .where('tenantId', '=', tenantId)
      .execute();
    // Forget the refusals of the old token, so that the next alarm asks again.
    if (checked) {
      await saveInstallation(trx, { tenantId, serverId: before.server.serverId }, checked.installation);
      await trx
        .updateTable('repository')
        .set({ refusedAt: null })
        .where('tenantId', '=', tenantId)
        .where('refusedAt', 'is not', null)
        .execute();
    }
    const subject = name ?? before.name;
    if (subject !== before.name)
      await recordAudit(trx, by, { tenantId, kind: 'tenant_renamed', subject, detail: before.name });
    if (checked) {
      const detail = describeCredentials(checked);
      await recordAudit(trx, by, { tenantId, kind: 'token_set', subject, detail });
    }
  });
  return getTenant(services.db, tenantId);
}
