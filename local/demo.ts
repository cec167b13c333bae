import { randomUUID } from 'node:crypto';
import { judgeAlerts } from '../lib/alerts/judge.ts';
import type { RepositoryList } from '../lib/answers/repositories.ts';
import type { Tenant } from '../lib/answers/tenants.ts';
import { type Collector, collectTenant } from '../lib/collector.ts';
import { parseConfig } from '../lib/config.ts';
import { startOf, toDay } from '../lib/day.ts';
import { type Db, openDatabase } from '../lib/db/database.ts';
import { startAllRuns } from '../lib/runs/fan-out.ts';
import type { RunKey } from '../lib/runs/lease.ts';
import { openSecrets } from '../lib/secrets.ts';
import { openTenantGitHub } from '../lib/tenants/github.ts';
import { callApi } from './api-call.ts';
import { DEMO_TOKENS, DEMO_USERS } from './demo/github.ts';
import { launchDay } from './demo/stories.ts';
import type { Installation } from './installation.ts';

/** How many days ago the demo's events happen. */
const STORY = {
  begins: 400,
  secondTenant: 392,
  /** A repository is added three days after it was created. */
  launchAdded: 317,
  /** Somebody notes why so many came. */
  launchNoted: 40,
  /** Pinecone's token stops working, and is renewed only after days are lost. */
  tokenFails: 160,
  tokenWorks: 134,
  /** Before that, one day a week is collected, which loses nothing; then every second day, then every day. */
  secondDaySince: 90,
  dailySince: 60,
  /** Pinecone loses push access to one of its repositories. */
  pushAccessEnds: 5,
  /** From then on, whatever Northwind makes is tracked. */
  ruleAdded: 3,
} as const;

const ADMINISTRATOR = 'ada@example.com';
const DAY_MS = 86_400_000;
/** As the alarm of manifest.yaml: by then GitHub has published yesterday. */
const COLLECTING_HOUR = 8;

export interface DemoOptions {
  /** The real present. */
  clock: () => Date;
  /** Sets the present for GitHub and the actions; null: back to the real one. */
  setPresent: (instant: Date | null) => void;
  /** Called after each simulated day. */
  onDay: (day: string, share: number) => void;
  /** When true, it stops before the next day. */
  isStopping: () => boolean;
}

/**
 * Creates the demo's history by playing through it: it sets up the installation and adds repositories through the API,
 * and runs the collector at 08:00 UTC of each simulated day, until today. In the end, channels and subscriptions are sent what is due.
 */
export async function buildDemo(installation: Installation, options: DemoOptions): Promise<void> {
  const { clock } = options;
  const today = startOf(toDay(clock())).getTime();
  const at = (daysAgo: number) => new Date(today - daysAgo * DAY_MS + COLLECTING_HOUR * 3_600_000);
  const { dbFor } = openDatabase(installation.parameters.COLLECT_DATABASE_URL ?? '');
  const db = dbFor('all tenants');
  let present = at(STORY.begins);
  const events = toEvents(installation, today);
  try {
    for (let daysAgo: number = STORY.begins; daysAgo >= 0; daysAgo -= 1) {
      if (options.isStopping()) return;
      const simulated = at(daysAgo);
      present = daysAgo === 0 && simulated > clock() ? clock() : simulated;
      options.setPresent(present);
      await events[daysAgo]?.();
      if (daysAgo % daysBetweenRuns(daysAgo) === 0) await collectDay(installation, db, () => present);
      // As the watchdog does every hour; it tells nobody what is old.
      if (daysAgo <= STORY.dailySince) await judgeAlerts(db, { now: present, isTime: () => true });
      options.onDay(toDay(present), 1 - daysAgo / STORY.begins);
    }
    for (const action of ['watch', 'report-weekly']) await installation.host.invoke(`traffic/${action}`, {});
  } finally {
    options.setPresent(null);
    await db.destroy();
  }
}

function daysBetweenRuns(daysAgo: number): number {
  if (daysAgo <= STORY.dailySince) return 1;
  return daysAgo <= STORY.secondDaySince ? 2 : 7;
}

/** What happens in the demo, by how many days ago. */
function toEvents(installation: Installation, today: number): Record<number, () => Promise<unknown>> {
  const { github, initSecret: secret, host } = installation;
  const { octocat, hubot, northwind, pinecone, legacy } = DEMO_USERS;
  const ask = (method: string, path: string, body: unknown) =>
    callApi(installation, ADMINISTRATOR, { method, path, body });
  const add = async (tenantId: number, owner: string, names: string[]) => {
    const repositories = names.map((name) => ({ owner, name }));
    await ask('POST', `/repositories/${tenantId}/batch`, { repositories });
    await host.settled();
  };
  const addChannel = (tenantId: number, kind: string, name: string) => {
    const url = `${installation.url}/webhooks/${kind}/tenant-${tenantId}`;
    return ask('POST', `/channels/${tenantId}`, { kind, name, contents: 'both', url });
  };
  let renewToken = () => {};
  return {
    [STORY.begins]: async () => {
      await ask('POST', '/init', {
        secret,
        displayName: 'Repository traffic',
        tenantName: 'Northwind Labs',
        server: { kind: 'demo' },
        githubUser: octocat,
        githubToken: DEMO_TOKENS.octocat,
      });
      await add(1, northwind, ['tidy-dates', 'build-cache-action', 'payroll-service', 'old-importer']);
      await add(1, legacy, ['charts']);
      await ask('PUT', '/members/1/alan@example.com', { role: 'viewer' });
      await addChannel(1, 'slack', 'Slack #traffic');
      const mail = { kind: 'email', name: 'Mail to Ada', contents: 'both', email: ADMINISTRATOR };
      await ask('POST', '/channels/1', mail);
      await ask('POST', '/subscriptions/1', { weekly: false, monthly: true, alerts: true });
    },
    [STORY.secondTenant]: async () => {
      const { serverId } = ((await ask('GET', '/tenants/1', undefined)) as Tenant).server;
      await ask('POST', '/tenants', {
        name: 'Pinecone Tools',
        serverId,
        manager: 'grace@example.com',
        githubUser: hubot,
        githubToken: DEMO_TOKENS.hubot,
      });
      await addChannel(2, 'teams', 'Engineering');
      await add(2, pinecone, ['lantern', 'exam-helper', 'quacks', 'dotfiles']);
    },
    [STORY.launchAdded]: () => add(1, northwind, ['burrow']),
    [STORY.launchNoted]: async () => {
      const { repositories } = (await ask('GET', '/repositories/1?q=burrow', undefined)) as RepositoryList;
      await ask('POST', '/annotations/1', {
        key: randomUUID(),
        date: launchDay((days) => toDay(new Date(today + days * DAY_MS))),
        text: 'Show HN: burrow, a terminal file manager that never loses a file',
        link: 'https://news.ycombinator.com/',
        repositoryIds: repositories.map(({ repositoryId }) => repositoryId),
      });
    },
    [STORY.tokenFails]: async () => {
      const match = { token: DEMO_TOKENS.hubot };
      renewToken = github.fail({ kind: 'status', status: 401, message: 'Bad credentials', match });
    },
    [STORY.tokenWorks]: async () => {
      renewToken();
      await ask('PATCH', '/tenants/2', { githubToken: DEMO_TOKENS.hubot });
    },
    [STORY.pushAccessEnds]: async () => endPushAccess(installation),
    [STORY.ruleAdded]: () => ask('POST', '/rules/1', { owner: northwind, namePattern: '*' }),
  };
}

/** Runs the collector as the alarm does, but in this process: ten repositories take a fraction of a second. */
async function collectDay({ parameters }: Installation, db: Db, clock: () => Date): Promise<void> {
  const config = parseConfig(parameters);
  const services = { db, config, secrets: openSecrets(config.tokenKey), clock };
  const collector: Collector = {
    db,
    dbOfAll: db,
    clock,
    timeLeft: () => Number.POSITIVE_INFINITY,
    activations: {
      start: async (_action, run) => void (await collectTenant(collector, run as unknown as RunKey)),
    },
    openGitHub: (tenantId) => openTenantGitHub(services, tenantId, new Date(clock().getTime() + 3_600_000)),
  };
  await startAllRuns({ db, activations: collector.activations, now: clock() }, null);
}

/**
 * One repository can no longer be collected since a few days ago. The simulator forgets this when it stops, so call it
 * each time the demo starts.
 */
export function endPushAccess({ github, demoRepositories }: Installation): void {
  const repository = demoRepositories.find(({ name }) => name === 'exam-helper');
  if (repository) github.setCollaborator(repository.id, DEMO_USERS.hubot, 'pull');
}
