import type { Instant } from '../../lib/instant.ts';
import type { Campaign } from './parts.ts';
import type { Step } from './steps.ts';

type Surroundings = Pick<Campaign, 'installation' | 'tenants' | 'tracked' | 'server'>;

const ADMINISTRATOR = 'ada@example.com';

/** Repositories that should be tracked by now and are not: somebody adds them, again if necessary. */
export function toAdditions(
  { installation, tracked }: Surroundings,
  at: Instant,
): (() => Promise<unknown>)[] {
  const due = tracked.filter((one) => one.repositoryId === null && one.addedOn <= at.slice(0, 10));
  return [...new Set(due.map(({ tenant }) => tenant))].map((tenant) => {
    const repositories = due
      .filter((one) => one.tenant === tenant)
      .map(({ name }) => ({ owner: tenant.login, name }));
    return () =>
      installation.as(ADMINISTRATOR)('POST', `/repositories/${tenant.tenantId}/batch`, { repositories });
  });
}

/** What people ask for in a step. */
export function toOrders(
  { installation, tenants }: Surroundings,
  { person }: Step,
): (() => Promise<unknown>)[] {
  const tenantId = tenants[person?.tenant ?? -1]?.tenantId;
  if (!person || tenantId === undefined) return [];
  const request = person.verify ? { verify: true } : {};
  return [() => installation.as(ADMINISTRATOR)('POST', `/runs/${tenantId}`, request)];
}

/** The database knows what was added, even if the caller got no answer. */
export async function noteTracked({ server, tracked }: Surroundings): Promise<void> {
  if (tracked.every(({ repositoryId }) => repositoryId !== null)) return;
  const rows = await server.query<{ tenant_id: number; repository_id: number; github_id: string }>(
    'select tenant_id, repository_id, github_id from repository',
  );
  for (const one of tracked) {
    const row = rows.find((two) => two.tenant_id === one.tenant.tenantId && Number(two.github_id) === one.id);
    one.repositoryId = row?.repository_id ?? null;
  }
}
