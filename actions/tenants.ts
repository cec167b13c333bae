import * as z from 'zod';
import { listAllowedTenants } from '../lib/access.ts';
import { openActivations } from '../lib/activations.ts';
import { json } from '../lib/answer.ts';
import type { Tenant, TenantDeleted, TenantList } from '../lib/answers/tenants.ts';
import { createApp, serve } from '../lib/app.ts';
import { requireAccess, requireRightSomewhere, requireSystemRight } from '../lib/caller.ts';
import { emailField, textField } from '../lib/fields.ts';
import { MAX_ID, parseBody, parseQuery } from '../lib/request.ts';
import { listServers } from '../lib/servers.ts';
import { hasShares, startPublicationOfAll } from '../lib/shares/start.ts';
import { deleteTenant } from '../lib/tenants/deletion.ts';
import { createTenant, updateTenant } from '../lib/tenants/saving.ts';
import { getTenant, listTenants } from '../lib/tenants/tenant.ts';

const name = textField('tenant', 'name');
const githubUser = textField('tenant', 'githubUser');
const token = z.string().trim().min(1).max(400);

const installationId = z.int().positive().max(Number.MAX_SAFE_INTEGER);

/** A tenant uses a person's token or an installation of the server's GitHub App. */
export const TenantRequest = z
  .strictObject({
    name,
    serverId: z.int().positive().max(MAX_ID),
    githubUser: githubUser.optional(),
    githubToken: token.optional(),
    installationId: installationId.optional(),
    /** The e-mail address of its first manager. */
    manager: emailField('member', 'email').optional(),
  })
  .refine(({ githubUser: user, githubToken, installationId: id }) => {
    return id === undefined ? Boolean(user && githubToken) : !user && !githubToken;
  }, 'Send githubUser and githubToken, or installationId.');
export type TenantRequest = z.infer<typeof TenantRequest>;

export const TenantUpdate = z
  .strictObject({ name, githubUser, githubToken: token, installationId })
  .partial()
  .refine(
    (update) => Object.keys(update).length > 0,
    'Send at least one of name, githubUser, githubToken and installationId.',
  )
  .refine(
    ({ githubUser: user, githubToken, installationId: id }) => id === undefined || !(user || githubToken),
    'Send githubUser and githubToken, or installationId.',
  );
export type TenantUpdate = z.infer<typeof TenantUpdate>;

export const TenantDeletion = z.strictObject({ confirmName: z.string() });
export type TenantDeletion = z.infer<typeof TenantDeletion>;

/** A page of 300 always stays below the platform's limit of 1 MiB. */
export const TenantListQuery = z.strictObject({
  /** A part of the name, whatever its case. */
  q: z.string().max(100).optional(),
  cursor: z.string().max(1000).optional(),
  limit: z.coerce.number().int().min(1).max(300).default(100),
});

const app = createApp();

app.get('/', async (c) => {
  const { db, principal, tenantIds } = await requireRightSomewhere(c, 'seeTenant');
  const query = parseQuery(c.req.raw, TenantListQuery);
  // Not in parallel: opening a second connection takes longer than a query.
  const { tenants, nextCursor } = await listTenants(db, tenantIds, query);
  const shown = tenants.map(({ tenantId }) => tenantId);
  const changeable = new Set(await listAllowedTenants(db, principal, 'changeTenant', shown));
  // Null: by a system role, which may also see the servers.
  const servers = tenantIds === null && !query.cursor ? await listServers(db) : [];
  return json<TenantList>({
    tenants: tenants.map((tenant) => ({ ...tenant, mayChange: changeable.has(tenant.tenantId) })),
    nextCursor,
    servers,
  });
});

app.post('/', async (c) => {
  const { services, by } = await requireSystemRight(c, 'manageTenants');
  const request = await parseBody(c.req.raw, TenantRequest);
  const { githubUser = '', githubToken = '', installationId: id, ...rest } = request;
  const credentials = id === undefined ? { githubUser, githubToken } : { installationId: id };
  return json<Tenant>(await createTenant(services, { ...rest, credentials }, by), 201);
});

app.get('/:tenantId', async (c) => {
  const { db, tenantId } = await requireAccess(c, 'seeTenant');
  return json<Tenant>(await getTenant(db, tenantId));
});

app.patch('/:tenantId', async (c) => {
  const { services, tenantId, by, key } = await requireAccess(c, 'changeTenant');
  const change = await parseBody(c.req.raw, TenantUpdate);
  // The app is installed for other organizations too. Choosing an installation gives access to their traffic.
  if (change.installationId !== undefined) await requireAccess(c, 'manageTenants');
  // A name is compared with those of all tenants that the caller may see. A key sees one.
  const { db, tenantIds: visible } = key
    ? { db: services.db, tenantIds: [tenantId] }
    : await requireRightSomewhere(c, 'seeTraffic');
  return json<Tenant>(await updateTenant({ ...services, db }, { tenantId, visible }, change, by));
});

app.delete('/:tenantId', async (c) => {
  const { db, services, tenantId, by } = await requireAccess(c, 'manageTenants');
  const { confirmName } = await parseBody(c.req.raw, TenantDeletion);
  const isShared = await hasShares(db, tenantId);
  const deleted = await deleteTenant(db, tenantId, confirmName, by);
  // Its shares are gone from the database, and their files are now those of no share.
  if (isShared) await startPublicationOfAll(openActivations(services.config.openwhisk));
  return json<TenantDeleted>({ tenantId, deleted });
});

export const main = serve(app);
