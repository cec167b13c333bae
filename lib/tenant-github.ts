import { createHash } from 'node:crypto';
import type { Config } from './config.ts';
import type { Db } from './db/database.ts';
import type { ServerKind } from './db/tables.ts';
import type { Pace } from './github/pace.ts';
import { type GitHubClient, openGitHub } from './github.ts';
import { notFound } from './request.ts';
import type { Secrets } from './secrets.ts';
import { requireApiUrl } from './servers.ts';

/** GitHub as a tenant's token sees it. */
export interface TenantGitHub {
  github: GitHubClient;
  serverKind: ServerKind;
  /** Stands for the token at its server, and does not give it away. */
  fingerprint: string;
  /** Stores when the token ends, where GitHub has said something else meanwhile than when it was saved. */
  saveTokenExpiry(): Promise<void>;
}

interface TenantGitHubServices {
  db: Db;
  config: Pick<Config, 'demoGithubUrl' | 'allowPrivateAddresses'>;
  secrets: Secrets;
  clock: () => Date;
}

/**
 * Opens GitHub with the tenant's token; nothing is asked until its first use, and everything must be answered by the
 * deadline; the simulator keeps to no limits. Throws `tenant_not_found`, `token_unreadable`, `private_address` and `server_unreachable`.
 */
export async function openTenantGitHub(
  { db, config, secrets, clock }: TenantGitHubServices,
  tenantId: number,
  deadline: Date,
  toPace?: (fingerprint: string) => Pace,
): Promise<TenantGitHub> {
  const tenant = await db
    .selectFrom('tenant as t')
    .innerJoin('githubServer as s', 's.serverId', 't.serverId')
    .select(['t.tokenSealed', 't.tokenExpiresAt', 's.apiUrl', 's.kind'])
    .where('t.tenantId', '=', tenantId)
    .executeTakeFirst();
  if (!tenant) throw notFound('tenant');
  const token = await secrets.open(tenant.tokenSealed);
  const tokenExpiresAt = tenant.tokenExpiresAt === null ? null : new Date(tenant.tokenExpiresAt);
  const apiUrl = await requireApiUrl(tenant, config);
  let seen = tokenExpiresAt;
  const onTokenExpiry = (expiresAt: Date) => {
    seen = expiresAt;
  };
  const fingerprint = createHash('sha256').update(`${apiUrl}\n${token}`).digest('base64url');
  const pace = tenant.kind === 'demo' ? undefined : toPace?.(fingerprint);
  return {
    github: openGitHub({ apiUrl, token, clock, deadline, tokenExpiresAt, onTokenExpiry, pace }),
    serverKind: tenant.kind,
    fingerprint,
    async saveTokenExpiry() {
      if (seen === null || seen.getTime() === tokenExpiresAt?.getTime()) return;
      const sealed = { tenantId, tokenSealed: tenant.tokenSealed };
      await updateExpiry(db, sealed, seen);
    },
  };
}

/** A token that was replaced meanwhile keeps what is known of it. */
async function updateExpiry(
  db: Db,
  { tenantId, tokenSealed }: { tenantId: number; tokenSealed: string },
  expiresAt: Date,
): Promise<void> {
  await db
    .updateTable('tenant')
    .set({ tokenExpiresAt: expiresAt.toISOString() })
    .where('tenantId', '=', tenantId)
    .where('tokenSealed', '=', tokenSealed)
    .execute();
}
