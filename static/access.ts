import type { Right } from '../lib/access.ts';
import type { Me } from '../lib/answers/me.ts';

/** Whether the person may do something in a tenant. The pages only hide what the API would refuse. */
export function mayInTenant(me: Me, tenantId: number, right: Right): boolean {
  const tenant = me.tenants.find((one) => one.tenantId === tenantId);
  return me.rights.includes(right) || Boolean(tenant?.rights.includes(right));
}

/** Whether the person may do something in the whole installation. */
export function mayInSystem(me: Me, right: Right): boolean {
  return me.rights.includes(right);
}

/** Whether the person may do something in at least one tenant. */
export function maySomewhere(me: Me, right: Right): boolean {
  return me.rights.includes(right) || me.tenantRights.includes(right);
}
