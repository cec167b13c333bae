import { type Right, requireTenantAccess } from './access.ts';
import type { Call } from './app.ts';
import { parseId } from './request.ts';

/**
 * Who asks for the tenant that a path names as `:tenantId`, when it has the right there, and what it may see of it. Throws
 * what `requirePrincipal` and `requireTenantAccess` throw.
 */
export async function requireAccess(c: Call, right: Right) {
  const { db, identity, clock } = c.env;
  const principal = await identity.requirePrincipal(c.req.raw);
  const tenantId = parseId(c.req.param('tenantId'), 'tenant');
  const access = await requireTenantAccess(db, principal, tenantId, right);
  return { db, principal, access, tenantId, now: clock() };
}
