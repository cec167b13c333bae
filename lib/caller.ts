import { type Right, requireAnyTenant, requireSystemAccess, requireTenantAccess } from './access.ts';
import type { Call } from './app.ts';
import type { Actor } from './audit.ts';
import type { Principal } from './identity.ts';
import { parseId } from './request.ts';

function toActor({ email }: Principal, now: Date): Actor {
  return { email, now };
}

/**
 * Who is asking about the tenant that the path names as `:tenantId`, and what they may see there. Throws what
 * `requirePrincipal` and `requireTenantAccess` throw.
 */
export async function requireAccess(c: Call, right: Right) {
  const { db, identity, clock } = c.env;
  const principal = await identity.requirePrincipal(c.req.raw);
  const tenantId = parseId(c.req.param('tenantId'), 'tenant');
  const access = await requireTenantAccess(db, principal, tenantId, right);
  const now = clock();
  return { db, principal, access, tenantId, now, by: toActor(principal, now) };
}

/** Who is asking, if their system role has the right. Throws what `requirePrincipal` and `requireSystemAccess` throw. */
export async function requireSystemRight(c: Call, right: Right) {
  const { db, identity, clock } = c.env;
  const principal = await identity.requirePrincipal(c.req.raw);
  await requireSystemAccess(db, principal, right);
  const now = clock();
  return { db, principal, now, by: toActor(principal, now) };
}

/** The tenants where the caller has the right. Throws what `requirePrincipal` and `requireAnyTenant` throw. */
export async function requireRightSomewhere(c: Call, right: Right) {
  const { db, identity } = c.env;
  const principal = await identity.requirePrincipal(c.req.raw);
  return { db, tenantIds: await requireAnyTenant(db, principal, right) };
}
