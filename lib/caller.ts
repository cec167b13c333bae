import { type Right, requireAnyTenant, requireSystemAccess, requireTenantAccess } from './access.ts';
import type { Call, Services } from './app.ts';
import type { Actor } from './audit.ts';
import type { Scope } from './db/scope.ts';
import type { Principal } from './identity.ts';
import { parseId } from './request.ts';

function toActor({ email }: Principal, now: Date): Actor {
  return { email, now };
}

/** The services, with a database for what the caller may see. `c.env` has one that sees nothing of tenants. */
function within(c: Call, scope: Scope): Services {
  return { ...c.env, db: c.env.dbFor(scope) };
}

/**
 * Who is asking about the tenant that the path names as `:tenantId`, and what they may see there. Throws what
 * `requirePrincipal` and `requireTenantAccess` throw.
 */
export async function requireAccess(c: Call, right: Right) {
  const principal = await c.env.identity.requirePrincipal(c.req.raw);
  const tenantId = parseId(c.req.param('tenantId'), 'tenant');
  const services = within(c, { tenants: [tenantId] });
  const { db, clock } = services;
  const access = await requireTenantAccess(db, principal, tenantId, right);
  const now = clock();
  return { db, services, principal, access, tenantId, now, by: toActor(principal, now) };
}

/** Who is asking, if their system role has the right. Throws what `requirePrincipal` and `requireSystemAccess` throw. */
export async function requireSystemRight(c: Call, right: Right) {
  const principal = await c.env.identity.requirePrincipal(c.req.raw);
  await requireSystemAccess(c.env.dbFor({ account: principal }), principal, right);
  const services = within(c, 'all tenants');
  const { db, clock } = services;
  const now = clock();
  return { db, services, principal, now, by: toActor(principal, now) };
}

/** The tenants where the caller has the right. Throws what `requirePrincipal` and `requireAnyTenant` throw. */
export async function requireRightSomewhere(c: Call, right: Right) {
  const { identity, dbFor } = c.env;
  const principal = await identity.requirePrincipal(c.req.raw);
  const tenantIds = await requireAnyTenant(dbFor({ account: principal }), principal, right);
  return { db: dbFor(tenantIds === null ? 'all tenants' : { tenants: tenantIds }), principal, tenantIds };
}
