import type { Day } from '../../lib/day.ts';
import type { Plan } from './plan.ts';
import type { CampaignTenant } from './world.ts';

/** The day after which GitHub has published nothing by a day, if it stands still then. */
export function frozenAfter({ freeze }: Pick<Plan, 'freeze'>, day: Day): Day | null {
  return day >= freeze.from && day <= freeze.to ? freeze.after : null;
}

/** Lets the servers that publish windows stand still for a day, if it is one of those days; returns how to lift that. */
export function startFreeze(
  { plan, tenants }: { plan: Plan; tenants: readonly CampaignTenant[] },
  day: Day,
): () => void {
  const after = frozenAfter(plan, day);
  if (after === null) return () => {};
  const published = tenants.filter(({ served }) => served.answers === 'published');
  const servers = new Set(published.map(({ served }) => served.github));
  const lifts = [...servers].map((github) => github.freeze('public', after));
  return () => {
    for (const lift of lifts) lift();
  };
}
