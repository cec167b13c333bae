import type { Activations } from '../lib/activations.ts';
import { type Collector, collectTenant } from '../lib/collector.ts';
import { type Db, openDatabase } from '../lib/db/database.ts';
import { migrate } from '../lib/db/migrate.ts';
import type { Tables } from '../lib/db/tables.ts';
import { type GitHubClient, openGitHub } from '../lib/github.ts';
import { addRepository } from '../lib/repository-add.ts';
import { type RunOrder, startAllRuns, startRun } from '../lib/run-start.ts';
import type { Story } from '../local/github/story.ts';
import type { Repository } from '../local/github/world.ts';
import { createTestDatabase } from './database.ts';
import { QUIET, type ServedGitHub, serveGitHub } from './github-server.ts';

export const TOKEN = 'ghp_test_collecting_000000000000000000000';

/** A database with one tenant, a simulated GitHub, and the collector between them; time stands still until told. */
export interface Collecting {
  db: Db;
  served: ServedGitHub;
  tenantId: number;
  /** Sets GitHub's present and ours. */
  now(instant: string): void;
  clock: () => Date;
  /** GitHub as the tenant's token sees it. */
  github(): GitHubClient;
  /** Adds a repository to GitHub and to the tenant; `track` says false where only GitHub has it. */
  add(
    name: string,
    story?: Partial<Story>,
    createdOn?: string,
  ): Promise<Repository & { repositoryId: number }>;
  /** Starts what is due, as the alarm does, and works it off. */
  collect(at: string): Promise<void>;
  /** Starts a run for a person without working it off; returns the run's id. */
  start(order?: Partial<RunOrder>): Promise<number>;
  /** Works a run off. */
  work(runId: number, options?: Partial<Collector>): ReturnType<typeof collectTenant>;
  /** Every row of a table, in the order of its key. */
  rows<T extends keyof Tables>(table: T): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

async function insertTenant(db: Db, apiUrl: string, at: string): Promise<number> {
  const server = {
    name: 'Demo',
    kind: 'demo',
    apiUrl,
    webUrl: 'https://github.example',
    createdAt: at,
  } as const;
  const { serverId } = await db
    .insertInto('githubServer')
    .values(server)
    .returning('serverId')
    .executeTakeFirstOrThrow();
  const tenant = {
    name: 'Tenant',
    serverId,
    githubUser: 'ada',
    tokenSealed: '-',
    createdAt: at,
    createdBy: 'ada',
  };
  const { tenantId } = await db
    .insertInto('tenant')
    .values(tenant)
    .returning('tenantId')
    .executeTakeFirstOrThrow();
  return tenantId;
}

export async function openCollecting(at: string): Promise<Collecting> {
  const served = await serveGitHub(at);
  const { db, dialect } = openDatabase(await createTestDatabase());
  await db.transaction().execute((trx) => migrate(trx, dialect, at));
  const tenantId = await insertTenant(db, served.apiUrl, at);
  served.github.addUser('ada');
  served.github.addToken({ token: TOKEN, login: 'ada', kind: 'classic', scopes: ['repo'], quota: 1_000_000 });
  const clock = () => served.now;
  const github = () => openGitHub({ apiUrl: served.apiUrl, token: TOKEN, clock, secondLasts: 0 });
  const collector: Collector = {
    ...{ db, clock, timeLeft: () => Number.POSITIVE_INFINITY },
    openGitHub: async () => ({ github: github() }),
    activations: { start: async (_, args) => void (await work(Number(args.runId))) },
  };
  const work = (runId: number, options: Partial<Collector> = {}) =>
    collectTenant({ ...collector, ...options }, { tenantId, runId });
  const later: Activations = { start: async () => {} };

  return {
    ...{ db, served, tenantId, clock, github, work },
    now(instant) {
      served.now = new Date(instant);
    },
    async add(name, story = {}, createdOn = '2025-01-01') {
      const plan = { owner: 'ada', name, createdOn, story: { ...QUIET, ...story } };
      const repository = served.github.addRepository(plan);
      const adding = { db, github: github(), now: clock(), tenantId, addedBy: 'ada@example.com' };
      const { repositoryId } = await addRepository(adding, repository);
      return { ...repository, repositoryId };
    },
    async collect(instant) {
      served.now = new Date(instant);
      await startAllRuns({ db, activations: collector.activations, now: served.now }, null);
    },
    async start(order = {}) {
      const whole = {
        tenantId,
        reason: 'person',
        startedBy: 'ada@example.com',
        repositories: 'all',
        ...order,
      } as const;
      const { runId } = await startRun({ db, activations: later, now: clock() }, whole);
      return runId;
    },
    async rows(table) {
      const rows = (await db.selectFrom(table).selectAll().execute()) as Record<string, unknown>[];
      return rows.sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
    },
    async close() {
      await db.destroy();
      await served.close();
    },
  };
}
