import { addDays, type Day } from '../../lib/day.ts';
import type { Plan } from './plan.ts';
import type { CampaignTenant, Tracked } from './world.ts';

interface Concerned {
  plan: Plan;
  tenants: readonly CampaignTenant[];
}

/** Whether the repository's tenant is the one whose token is refused for long. */
export function hasOutage(
  { plan: { outage }, tenants }: Concerned,
  { tenant }: Pick<Tracked, 'tenant'>,
): boolean {
  return outage !== null && tenants[outage.tenant] === tenant;
}

/** Whether its token is refused on a day, or was refused so recently that the alarm does not ask yet. */
export function isInOutage(concerned: Concerned, tracked: Tracked, day: Day): boolean {
  const { outage } = concerned.plan;
  if (outage === null || !hasOutage(concerned, tracked)) return false;
  return day >= outage.from && day <= addDays(outage.to, 1);
}

/** Refuses the token on such a day, whatever else happens; call the result to stop that. */
export function startOutage({ plan: { outage }, tenants }: Concerned, day: Day): () => void {
  const tenant = tenants[outage?.tenant ?? -1];
  if (!outage || !tenant || day < outage.from || day > outage.to) return () => {};
  const match = { token: tenant.token };
  return tenant.served.github.fail({ kind: 'status', status: 401, message: 'Bad credentials', match });
}
