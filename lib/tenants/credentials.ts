import type { Transaction } from 'kysely';
import type { ServerKind } from '../db/tables/github.ts';
import type { Tables } from '../db/tables.ts';
import { Failure } from '../failure.ts';
import { mintToken, readInstallation } from '../github/app.ts';
import { createPersonRateLimiter } from '../github-limits/person-rate-limiter.ts';
import type { Instant } from '../instant.ts';
import { lockServer } from '../locks.ts';
import { type AppServices, openApp } from '../server-app.ts';
import { requireApi } from '../servers.ts';
import { toFingerprint } from './github.ts';
import { checkToken } from './token-check.ts';

/** What a tenant uses at GitHub: a person's token, or an installation of the server's app. */
export type Credentials = { githubUser: string; githubToken: string } | { installationId: number };

/** Credentials that GitHub has just accepted, in the form that is stored. */
export interface CheckedCredentials {
  columns: {
    /** The token's user, or the account of the installation. */
    githubUser: string;
    tokenSealed: string;
    tokenCheckedAt: Instant;
    tokenExpiresAt: Instant | null;
  };
  /** Null for a token. */
  installation: { installationId: number; tokenSealed: string; tokenExpiresAt: Instant } | null;
}

/** The server that credentials are for. */
interface CredentialsServer {
  serverId: number;
  kind: ServerKind;
  apiUrl: string;
}

/**
 * Checks the token with GitHub, or gets one for the installation. Throws `private_address`, `server_unreachable`,
 * `github_token_refused`, `no_app`, `app_key_unreadable`, and what GitHub's API fails with.
 */
export async function checkCredentials(
  services: AppServices,
  server: CredentialsServer,
  credentials: Credentials,
): Promise<CheckedCredentials> {
  if ('installationId' in credentials) return checkInstallation(services, server, credentials);
  const { db, secrets, clock, config } = services;
  const { githubUser, githubToken: token } = credentials;
  const api = await requireApi(server, config);
  const fingerprint = toFingerprint(api.apiUrl, token);
  const rateLimiter =
    server.kind === 'demo' ? undefined : createPersonRateLimiter({ db, fingerprint, maxWait: 0 });
  const { checkedAt, expiresAt } = await checkToken({ ...api, githubUser, token, clock, rateLimiter });
  const tokenSealed = await secrets.seal(token);
  const checked = { tokenCheckedAt: checkedAt, tokenExpiresAt: expiresAt };
  return { columns: { githubUser, tokenSealed, ...checked }, installation: null };
}

async function checkInstallation(
  services: AppServices,
  server: CredentialsServer,
  { installationId }: { installationId: number },
): Promise<CheckedCredentials> {
  const { secrets, clock } = services;
  const app = await openApp(services, server);
  const { account } = await readInstallation(app, installationId);
  const { token, expiresAt } = await mintToken(app, installationId);
  const none = { tokenSealed: await secrets.seal(''), tokenExpiresAt: null };
  return {
    columns: { githubUser: account, ...none, tokenCheckedAt: clock().toISOString() },
    installation: { installationId, tokenSealed: await secrets.seal(token), tokenExpiresAt: expiresAt },
  };
}

/** Stores which installation a tenant uses. Null means that it uses a token. Throws `no_app` if the server's app is gone. */
export async function saveInstallation(
  trx: Transaction<Tables>,
  { tenantId, serverId }: { tenantId: number; serverId: number },
  installation: CheckedCredentials['installation'],
): Promise<void> {
  await trx.deleteFrom('tenantInstallation').where('tenantId', '=', tenantId).execute();
  if (!installation) return;
  await lockServer(trx, serverId);
  const app = await trx
    .selectFrom('githubApp')
    .select('appId')
    .where('serverId', '=', serverId)
    .executeTakeFirst();
  if (!app) throw new Failure('no_app');
  await trx
    .insertInto('tenantInstallation')
    .values({ tenantId, ...installation })
    .execute();
}
