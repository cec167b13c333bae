import { addDays, startOf } from '../../lib/day.ts';
import { callApi } from '../../local/api-call.ts';
import { DEMO_TOKENS, DEMO_USERS } from '../../local/demo/github.ts';
import type { Installation } from '../../local/installation.ts';

const at = (day: string) => new Date(startOf(day).getTime() + 8 * 3_600_000).toISOString();

/** The morning of the first day, on which the installation is set up. */
const FIRST_DAY = '2026-08-03';
export const FIRST_INSTANT = at(FIRST_DAY);

/** Days after the first on which everything is collected; the gap is longer than GitHub remembers. */
const COLLECTED = [6, 14, 22, 26, 48, 56, 64];
/** Meanwhile, one repository was renamed and another deleted on GitHub. */
const COLLECTED_AFTER_CHANGES = [70, 76, 78, 79];

const toInstant = (days: number) => at(addDays(FIRST_DAY, days));
const CHANGED_AT = new Date(toInstant(64));
/** The morning of the last day. */
export const LAST_INSTANT = toInstant(79);

const ask = (installation: Installation, method: string, path: string, body?: unknown) =>
  callApi(installation, 'ada@example.com', { method, path, ...(body !== undefined && { body }) });

interface Candidate {
  owner: string;
  name: string;
  pushAccess: boolean;
}

/** Adds all repositories that a tenant can add, and collects them. */
async function addAll(installation: Installation, tenantId: number): Promise<void> {
  const found = await ask(installation, 'GET', `/repositories/${tenantId}/discover`);
  const { candidates } = found as { candidates: Candidate[] };
  const repositories = candidates
    .filter(({ pushAccess }) => pushAccess)
    .map(({ owner, name }) => ({ owner, name }));
  await ask(installation, 'POST', `/repositories/${tenantId}/batch`, { repositories });
  await installation.host.settled();
}

const idOf = ({ demoRepositories }: Installation, wanted: string) =>
  demoRepositories.find(({ name }) => name === wanted)?.id ?? 0;

/** Longer than a phone is wide. */
export const LONG_NAME = 'exam-helper-for-everybody-who-has-to-learn-too-much-in-too-few-days';

/** What happens on GitHub during the history. A simulator that starts afterwards does not know it yet. */
export function changeGitHub(installation: Installation): void {
  const { github } = installation;
  github.rename(idOf(installation, 'harbor-charts'), { name: 'harbor-helm' }, CHANGED_AT);
  github.rename(idOf(installation, 'exam-helper'), { name: LONG_NAME }, CHANGED_AT);
  github.remove(idOf(installation, 'old-importer'));
}

/**
 * Makes eleven weeks of two tenants: Northwind (1) and Pinecone (2), with hostile texts. They have lost days, renamed
 * repositories and one that can no longer be collected. `setNow` sets the time for GitHub and the actions.
 */
export async function makeHistory(
  installation: Installation,
  setNow: (instant: string) => void,
): Promise<void> {
  const collectOn = async (days: number[]) => {
    for (const count of days) {
      setNow(toInstant(count));
      await installation.host.fire('daily');
      await installation.host.settled();
    }
  };
  const server = { kind: 'demo' };
  const { octocat, hubot } = DEMO_USERS;
  setNow(FIRST_INSTANT);
  const made = await ask(installation, 'POST', '/init', {
    secret: installation.initSecret,
    displayName: 'Analytical Engines',
    server,
    githubUser: octocat,
    githubToken: DEMO_TOKENS.octocat,
  });
  const { serverId } = made as { serverId: number };
  const second = { name: 'Pinecone', serverId, githubUser: hubot, githubToken: DEMO_TOKENS.hubot };
  await ask(installation, 'POST', '/tenants', second);
  installation.github.unarchive(idOf(installation, 'old-importer'));
  await addAll(installation, 1);
  await addAll(installation, 2);
  await collectOn(COLLECTED);
  changeGitHub(installation);
  await collectOn(COLLECTED_AFTER_CHANGES);
}
