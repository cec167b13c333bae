import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { Installation } from '../local/installation.ts';
import { fillDays, openBenchInstallation } from './installation.ts';
import { peakMemoryOf } from './memory.ts';
import { OWNER, openSlowGitHub, TOKEN } from './slow-github.ts';
import { printTable, round } from './table.ts';

const REPOSITORIES = 300;
const DAYS = 2 * 365;
/** Repositories added at once. */
const ADDED = 100;
const TODAY = '2026-06-30';
const ADMINISTRATOR = 'ada@example.com';
/** V8 collects only now and then, so memory grows for some calls. */
const ROUNDS = 20;
const SINCE = `from=2024-07-01&to=${TODAY}`;

/** The largest answers that pages and files ask for. */
const READS = [
  '/init',
  '/me',
  '/servers',
  '/tenants',
  '/members/1',
  '/members/system',
  '/channels/1',
  '/channels/1/report',
  '/audit/1',
  '/repositories/1?size=300',
  '/runs',
  '/runs/problems',
  '/runs/2',
  '/runs/2/1',
  '/dashboards/1',
  '/dashboards/1/portfolio',
  `/stats/1?${SINCE}&size=100`,
  `/stats/1?${SINCE}&format=csv`,
  '/stats/1/1?range=90',
  `/stats/1/table?${SINCE}&format=csv&columns=seed&by=day&cursor=`,
  `/stats/1/table?${SINCE}&format=csv&top=15`,
  '/stats/1/table?range=90&size=1000',
];

async function openCall({ url, identity }: Installation) {
  const token = await identity.issueToken(ADMINISTRATOR, { expiresIn: 86_400 });
  return async (method: string, path: string, body?: unknown): Promise<string> => {
    const answer = await fetch(`${url}/api/v1/web/guest/traffic${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} was answered ${answer.status}: ${text.slice(0, 300)}`);
    return text;
  };
}

/** Adds a tenant, and a hundred of the thousand repositories that its token may see. Returns the tenant's id. */
async function addTenant(call: Awaited<ReturnType<typeof openCall>>, url: string): Promise<number> {
  const { serverId } = JSON.parse(await call('POST', '/servers', { name: 'Slow', url }));
  const tenant = { name: 'Large', serverId, githubUser: OWNER, githubToken: TOKEN };
  const { tenantId } = JSON.parse(await call('POST', '/tenants', tenant));
  const { candidates } = JSON.parse(await call('GET', `/repositories/${tenantId}/discover`));
  const repositories = candidates
    .slice(0, ADDED)
    .map(({ owner, name }: Record<string, string>) => ({ owner, name }));
  await call('POST', `/repositories/${tenantId}/batch`, { repositories });
  return tenantId;
}

/** The memory of each action's container after many large calls, and the collector's jobs, with the manifest's limits. */
export async function benchMemory(): Promise<void> {
  const limits = {
    invocationsPerMinute: 1_000_000,
    triggersPerMinute: 1_000_000,
    containers: 60,
    memory: 60_000,
    // No container ends before it is looked at.
    warm: 60,
    idle: 3_600_000,
  };
  const { installation, close } = await openBenchInstallation({
    limits,
    environment: { ALLOW_PRIVATE_ADDRESSES: 'true' },
  });
  const { host } = installation;
  const call = await openCall(installation);
  const filled = { tenantId: 1, repositories: REPOSITORIES, days: DAYS, today: TODAY };
  await fillDays(installation.database.url, filled);
  const slow = await openSlowGitHub({ repositories: 1000, latency: 5, quota: 15_000 });
  const large = await addTenant(call, slow.url);
  await host.settled();
  host.setParameters('traffic', { NOW: `${TODAY}T12:00:00.000Z` });
  for (const trigger of ['daily', 'hourly', 'weekly']) {
    await host.fire(trigger);
    await host.settled();
  }
  for (const action of ['upgrade', 'check-start']) await host.invoke(`traffic/${action}`, {});
  for (let round = 0; round < ROUNDS; round += 1) for (const path of READS) await call('GET', path);
  for (let round = 0; round < 3; round += 1) await call('GET', `/repositories/${large}/discover`);
  const { packages } = parse(readFileSync('manifest.yaml', 'utf8'));
  const peaks = new Map<string, number>();
  for (const { pid, key } of host.containers()) {
    const name = /\/([\w-]+)@/.exec(key)?.[1] ?? key;
    peaks.set(name, Math.max(peaks.get(name) ?? 0, peakMemoryOf(pid)));
  }
  await close();
  slow.close();
  printTable(
    `Memory (MB): ${REPOSITORIES} repositories × ${DAYS} days, ${ROUNDS} times the largest answers`,
    ['action', 'limit', 'peak'],
    Object.entries<{ limits: { memorySize: number } }>(packages.traffic.actions).map(([name, action]) => [
      name,
      action.limits.memorySize,
      round(peaks.get(name) ?? Number.NaN, 0),
    ]),
  );
}
