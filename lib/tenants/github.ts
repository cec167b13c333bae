import { createHash } from 'node:crypto';
import type { Db } from '../db/database.ts';
import type { ServerKind } from '../db/tables/github.ts';
import { mintToken } from '../github/app.ts';
import type { RateLimiter } from '../github/connection.ts';
import type { TokenRenewal } from '../github/held-token.ts';
import { type GitHubClient, openGitHub } from '../github.ts';
import { notFound } from '../request.ts';
import { type AppServices, openApp } from '../server-app.ts';
import { requireApi } from '../servers.ts';

/** GitHub as seen with a tenant's token or app installation. */
export interface TenantGitHub {
  github: GitHubClient;
  serverKind: ServerKind;
  /** Identifies the token at its server without revealing it. All tokens of one installation have the same. */
  fingerprint: string;
  /** Stores when the token expires, if GitHub has said something new. */
  saveTokenExpiry(): Promise<void>;
}

/** An installation's token is reused if it lasts this much longer, which is longer than any activation. */
const MIN_MS = 10 * 60_000;

/**
 * Opens GitHub with the tenant's token, or with a token of its installation: the last one, if it lasts long enough, and
 * another one if GitHub refuses it. All requests end by the deadline and go through the rate limiter, except with the simulator, which has no limits. Throws
 * `tenant_not_found`, `token_unreadable`, `private_address`, `server_unreachable`, `no_app`, `app_key_unreadable`, and
 * GitHub's failures to create a token.
 */
export async function openTenantGitHub(
  services: AppServices,
  tenantId: number,
  deadline: Date,
  toRateLimiter?: (fingerprint: string) => RateLimiter,
): Promise<TenantGitHub> {
  const { db, config, secrets, clock } = services;
  const tenant = await readTenant(db, tenantId);
  const { installationId, kind, tokenSealed } = tenant;
  const api = await requireApi(tenant, config);
  const isInstalled = installationId !== null;
  const { token, renewal } = isInstalled
    ? await requireInstallationToken(services, { ...tenant, tenantId, installationId }, deadline)
    : { token: await secrets.open(tokenSealed), renewal: undefined };
  const tokenExpiresAt = tenant.tokenExpiresAt === null ? null : new Date(tenant.tokenExpiresAt);
  let seen = tokenExpiresAt;
  const onTokenExpiry = (expiresAt: Date) => {
    seen = expiresAt;
  };
  const fingerprint = toFingerprint(api.apiUrl, isInstalled ? `installation ${installationId}` : token);
  const rateLimiter = kind === 'demo' ? undefined : toRateLimiter?.(fingerprint);
  const options = { ...api, token, renewal, clock, deadline, tokenExpiresAt, onTokenExpiry, rateLimiter };
  return {
    github: openGitHub(options),
    serverKind: kind,
    fingerprint,
    async saveTokenExpiry() {
      if (isInstalled || seen === null || seen.getTime() === tokenExpiresAt?.getTime()) return;
      await updateExpiry(db, { tenantId, tokenSealed }, seen);
    },
  };
}

/** Identifies a token or installation at a server, without revealing it. */
export function toFingerprint(apiUrl: string, holder: string): string {
  return createHash('sha256').update(`${apiUrl}\n${holder}`).digest('base64url');
}

async function readTenant(db: Db, tenantId: number) {
  const tenant = await db
    .selectFrom('tenant as t')
    .innerJoin('githubServer as s', 's.serverId', 't.serverId')
    .leftJoin('tenantInstallation as i', 'i.tenantId', 't.tenantId')
    .select(['t.tokenSealed', 't.tokenExpiresAt', 's.serverId', 's.apiUrl', 's.kind'])
    .select(['i.installationId', 'i.tokenSealed as madeSealed', 'i.tokenExpiresAt as madeExpiresAt'])
    .where('t.tenantId', '=', tenantId)
    .executeTakeFirst();
  if (!tenant) throw notFound('tenant');
  return tenant;
}

type InstalledTenant = Awaited<ReturnType<typeof readTenant>> & { tenantId: number; installationId: number };

/** The last token if it is still good, or a new one; and how to make another one. */
async function requireInstallationToken(
  services: AppServices,
  tenant: InstalledTenant,
  deadline: Date,
): Promise<{ token: string; renewal: TokenRenewal }> {
  const { secrets, clock } = services;
  const { madeSealed, madeExpiresAt } = tenant;
  const mint = () => mintAndStore(services, tenant, deadline);
  const lasts = madeExpiresAt !== null && Date.parse(madeExpiresAt) - clock().getTime() > MIN_MS;
  const kept = lasts && madeSealed !== null ? await secrets.open(madeSealed).catch(() => null) : null;
  if (kept !== null) return { token: kept, renewal: { isFresh: false, mint } };
  return { token: await mint(), renewal: { isFresh: true, mint } };
}

/** Makes a token for the tenant's installation and stores it instead of the last one. */
async function mintAndStore(services: AppServices, tenant: InstalledTenant, deadline: Date): Promise<string> {
  const { db, secrets } = services;
  const { tenantId, installationId } = tenant;
  const { token, expiresAt } = await mintToken(await openApp(services, tenant, deadline), installationId);
  await db
    .updateTable('tenantInstallation')
    .set({ tokenSealed: await secrets.seal(token), tokenExpiresAt: expiresAt })
    .where('tenantId', '=', tenantId)
    .where('installationId', '=', installationId)
    .execute();
  return token;
}

/** Changes nothing if the token was replaced in the meantime. */
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
