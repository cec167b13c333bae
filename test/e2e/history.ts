import { addDays, startOf } from '../../lib/day.ts';
import { DEMO_TOKENS, DEMO_USERS } from '../../local/demo/github.ts';
import type { TestInstallation } from '../installation.ts';

const at = (day: string) => new Date(startOf(day).getTime() + 8 * 3_600_000).toISOString();

/** The instant, in the morning of a day, at which `openTestInstallation` begins a history. */
const FIRST_DAY = '2026-08-03';
export const FIRST_INSTANT = at(FIRST_DAY);

/** Days after the first on which everything is collected; the gap is longer than GitHub remembers. */
const COLLECTED = [6, 14, 22, 26, 48, 56, 64];
/** Meanwhile, one repository was renamed and another deleted on GitHub. */
const COLLECTED_AFTER_CHANGES = [70, 76, 78, 79];

interface Candidate {
  githubId: number;
  owner: string;
  name: string;
  pushAccess: boolean;
}

/** Adds all repositories that a tenant can add, and collects them. Returns them by name. */
async function addAll({ as, host }: TestInstallation, tenantId: number): Promise<Record<string, number>> {
  const ada = as('ada@example.com');
  const { candidates } = (await ada('GET', `/repositories/${tenantId}/discover`)).body;
  const mine = (candidates as Candidate[]).filter((candidate) => candidate.pushAccess);
  const repositories = mine.map(({ owner, name }) => ({ owner, name }));
  await ada('POST', `/repositories/${tenantId}/batch`, { repositories });
  await host.settled();
  return Object.fromEntries(mine.map(({ name, githubId }) => [name, githubId]));
}

async function collectOn(installation: TestInstallation, days: number[]) {
  for (const count of days) {
    installation.now(at(addDays(FIRST_DAY, count)));
    await installation.collect();
  }
}

/**
 * Eleven weeks of two tenants: Northwind (1) and Pinecone (2), with hostile texts. It has lost days, a renamed repository and
 * one that can no longer be collected.
 */
export async function makeHistory(installation: TestInstallation): Promise<void> {
  const { serverId } = await installation.initialize({ displayName: 'Analytical Engines' });
  const hubot = { serverId, githubUser: DEMO_USERS.hubot, githubToken: DEMO_TOKENS.hubot };
  await installation.as('ada@example.com')('POST', '/tenants', { name: 'Pinecone', ...hubot });
  const archived = installation.demoRepositories.find(({ name }) => name === 'old-importer');
  installation.github.unarchive(archived?.id ?? 0);
  const northwind = await addAll(installation, 1);
  await addAll(installation, 2);
  await collectOn(installation, COLLECTED);
  installation.github.rename(northwind['harbor-charts'] ?? 0, { name: 'harbor-helm' });
  installation.github.remove(northwind['old-importer'] ?? 0);
  await collectOn(installation, COLLECTED_AFTER_CHANGES);
}
