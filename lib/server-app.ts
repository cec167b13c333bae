import type { Server } from './answers/servers.ts';
import { type Actor, recordAudit } from './audit.ts';
import type { Config } from './config.ts';
import type { Db } from './db/database.ts';
import { inTransaction } from './db/portable.ts';
import type { ServerKind } from './db/tables/github.ts';
import { Failure } from './failure.ts';
import {
  type AppConnection,
  type AppInstallation,
  listInstallations,
  readApp,
  requireAdministration,
  toPrivateKey,
} from './github/app.ts';
import { lockServer } from './locks.ts';
import type { Secrets } from './secrets.ts';
import { getServer, requireApi } from './servers.ts';

/** What apps are set and used with. */
export interface AppServices {
  db: Db;
  config: Pick<Config, 'demoGithubUrl' | 'allowPrivateAddresses'>;
  secrets: Secrets;
  clock: () => Date;
}

/**
 * Sets the GitHub App of a server, once GitHub knows it by the key. Tokens of another one before it are forgotten. Throws
 * `server_not_found`, `app_key_malformed`, `private_address`, `server_unreachable`, `app_mismatch`, and
 * what GitHub's API fails with.
 */
export async function setApp(
  { db, config, secrets, clock }: AppServices,
  serverId: number,
  { appId, privateKey }: { appId: string; privateKey: string },
  by: Actor,
): Promise<Server> {
  const server = await getServer(db, serverId);
  const api = await requireApi(server, config);
  const key = toPrivateKey(privateKey);
  const app = await readApp({ ...api, appId, privateKey: key, clock });
  if (/^\d+$/.test(appId) && String(app.id) !== appId)
    throw new Failure('app_mismatch', `The key belongs to the GitHub App ${app.name} with the id ${app.id}.`);
  requireAdministration(app.permissions);
  const { slug, name, htmlUrl } = app;
  const row = { slug, name, htmlUrl, keySealed: await secrets.seal(key), checkedAt: clock().toISOString() };
  await inTransaction(db, async (trx) => {
    const { numUpdatedRows } = await trx
      .updateTable('githubApp')
      .set({ appId, ...row })
      .where('serverId', '=', serverId)
      .executeTakeFirst();
    if (numUpdatedRows === 0n)
      await trx
        .insertInto('githubApp')
        .values({ serverId, appId, ...row })
        .execute();
    await trx
      .updateTable('tenantInstallation')
      .set({ tokenSealed: null, tokenExpiresAt: null })
      .where('tenantId', 'in', (eb) =>
        eb.selectFrom('tenant').select('tenantId').where('serverId', '=', serverId),
      )
      .execute();
    await recordAudit(trx, by, { tenantId: null, kind: 'app_set', subject: server.name, detail: name });
  });
  return getServer(db, serverId);
}

/** Forgets the GitHub App of a server. Throws `server_not_found`, and `app_in_use` when tenants read with it. */
export async function removeApp(db: Db, serverId: number, by: Actor): Promise<Server> {
  const { name: subject, app } = await getServer(db, serverId);
  await inTransaction(db, async (trx) => {
    await lockServer(trx, serverId);
    const user = await trx
      .selectFrom('tenantInstallation as i')
      .innerJoin('tenant as t', 't.tenantId', 'i.tenantId')
      .select('t.name')
      .where('t.serverId', '=', serverId)
      .executeTakeFirst();
    if (user)
      throw new Failure(
        'app_in_use',
        `The tenant ${user.name} reads with this app. Give it a token of its own first.`,
      );
    const { numDeletedRows } = await trx
      .deleteFrom('githubApp')
      .where('serverId', '=', serverId)
      .executeTakeFirst();
    if (numDeletedRows === 0n) return;
    const detail = app?.name ?? '';
    await recordAudit(trx, by, { tenantId: null, kind: 'app_removed', subject, detail });
  });
  return getServer(db, serverId);
}

/** Where a server's app is installed, by account. Throws `server_not_found`, `no_app`, and what GitHub's API fails with. */
export async function listServerInstallations(
  services: AppServices,
  serverId: number,
): Promise<Pick<AppInstallation, 'id' | 'account' | 'suspended'>[]> {
  const installations = await listInstallations(
    await openApp(services, await getServer(services.db, serverId)),
  );
  return installations.map(({ id, account, suspended }) => ({ id, account, suspended }));
}

/** A server's app, to ask GitHub as. Throws `no_app`, `app_key_unreadable`, `private_address` and `server_unreachable`. */
export async function openApp(
  { db, config, secrets, clock }: AppServices,
  { serverId, kind, apiUrl }: { serverId: number; kind: ServerKind; apiUrl: string },
  deadline?: Date,
): Promise<AppConnection> {
  const app = await db
    .selectFrom('githubApp')
    .select(['appId', 'keySealed'])
    .where('serverId', '=', serverId)
    .executeTakeFirst();
  if (!app) throw new Failure('no_app');
  const privateKey = await secrets.open(app.keySealed).catch(() => {
    throw new Failure('app_key_unreadable');
  });
  const api = await requireApi({ kind, apiUrl }, config);
  return { ...api, appId: app.appId, privateKey, clock, ...(deadline && { deadline }) };
}
