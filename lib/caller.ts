import { type Right, requireAnyTenant, requireSystemAccess, requireTenantAccess } from './access.ts';
import type { Call } from './app.ts';
import { parseId } from './request.ts';

/**
 * Who is asking about the tenant that the path names as `:tenantId`, and what they may see there. Throws what
 * `requirePrincipal` and `requireTenantAccess` throw.
 */
export async function requireAccess(c: Call, right: Right) {
  const { db, identity, clock } = c.env;
  const principal = await identity.requirePrincipal(c.req.raw);
  const tenantId = parseId(c.req.param('tenantId'), 'tenant');
  const access = await requireTenantAccess(db, principal, tenantId, right);
  return { db, principal, access, tenantId, now: clock() };
}

/** Who is asking, if their system role has the right. Throws what `requirePrincipal` and `requireSystemAccess` throw. */
export async function requireSystemRight(c: Call, right: Right) {
  const { db, identity, clock } = c.env;
  const principal = await identity.requirePrincipal(c.req.raw);
  await requireSystemAccess(db, principal, right);
  return { db, principal, now: clock() };
}

/** The tenants where the caller has the right. Throws what `requirePrincipal` and `requireAnyTenant` throw. */
export async function requireRightSomewhere(c: Call, right: Right) {
  const { db, identity } = c.env;
  const principal = await identity.requirePrincipal(c.req.raw);
  return { db, tenantIds: await requireAnyTenant(db, principal, right) };
}
