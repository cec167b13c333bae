import { addDays, startOf } from '../../lib/day.ts';
import { DEMO_TOKENS, DEMO_USERS } from '../../local/github/stories.ts';
import type { TestInstallation } from '../installation.ts';

const at = (day: string) => new Date(startOf(day).getTime() + 8 * 3_600_000).toISOString();

/** The instant, in the morning of a day, at which `openTestInstallation` begins a history. */
export const FIRST_DAY = '2026-08-03';
export const FIRST_INSTANT = at(FIRST_DAY);
export const TODAY = '2026-10-21';

/**
 * Eleven weeks of collections of two tenants: Northwind (1) and Pinecone (2), whose texts are nasty. Nothing was
 * collected for three weeks, so that there are lost days, and a repository was renamed meanwhile.
 */
export async function makeHistory(installation: TestInstallation): Promise<void> {
  const ada = installation.as('ada@example.com');
  const { serverId } = await installation.initialise({ displayName: 'Analytical Engines' });
  const hubot = { serverId, githubUser: DEMO_USERS.hubot, githubToken: DEMO_TOKENS.hubot };
  const pinecone = await ada('POST', '/tenants', { name: 'Pinecone', ...hubot });
  for (const tenantId of [1, pinecone.body.tenantId]) {
    const found = await ada('GET', `/repositories/${tenantId}/discover`);
    const mine = found.body.candidates.filter((one: { pushAccess: boolean }) => one.pushAccess);
    const repositories = mine.map(({ owner, name }: { owner: string; name: string }) => ({ owner, name }));
    await ada('POST', `/repositories/${tenantId}/batch`, { repositories });
    await installation.host.settled();
  }
  for (const day of [6, 14, 22, 26, 48, 56, 64, 70, 76, 78, 79].map((count) => addDays(FIRST_DAY, count))) {
    installation.now(at(day));
    await installation.collect();
  }
}
