import type { Activations } from '../lib/activations.ts';
import type { Actor } from '../lib/audit.ts';
import { type Collector, collectTenant } from '../lib/collector.ts';
import { type Day, daysFrom } from '../lib/day.ts';
import type { Db } from '../lib/db/database.ts';
import type { Tables } from '../lib/db/tables.ts';
import { type GitHubClient, openGitHub } from '../lib/github.ts';
import { createRunRateLimiter, type RunRateLimiter } from '../lib/github-limits/run-rate-limiter.ts';
import { addRepository } from '../lib/repositories/add.ts';
import { startAllRuns } from '../lib/runs/fan-out.ts';
import { type RunOrder, startRun } from '../lib/runs/start.ts';
import { readRun } from '../lib/runs.ts';
import { readRepositoryTraffic } from '../lib/stats/repository.ts';
import type { TrafficDay } from '../lib/traffic/merge.ts';
import { listDays } from '../lib/traffic/tables.ts';
import type { Story } from '../local/github/story.ts';
import type { Repository } from '../local/github/world.ts';
import type { GitHubOptions } from '../local/github.ts';
import { openTestDatabase } from './database.ts';
import { QUIET, type ServedGitHub, serveGitHub } from './github-server.ts';

export const START = '2025-11-03';

/** Both ways in which a GitHub server answers traffic, for what must hold of either. */
export const ANSWERS = ['published', 'sparse'] as const;

/** The tables of repositories. */
export const STORED = [
  ...(['trafficDay', 'trafficRevision', 'trafficWeek', 'trafficWindow', 'referrerSnapshot'] as const),
  ...(['pathSnapshot', 'repositoryFact', 'repositoryEvent', 'repository'] as const),
] satisfies (keyof Tables)[];

export const at = (day: Day, time = '06:00') => `${day}T${time}:00.000Z`;

export const TOKEN = 'ghp_test_collecting_000000000000000000000';
/** By which the limits of `TOKEN` are known. */
export const FINGERPRINT = 'one token';

/** A database with one tenant, a simulated GitHub, and the collector between them. Time stands still unless moved. */
export interface Collecting {
  db: Db;
  served: ServedGitHub;
  tenantId: number;
  /** Sets the time for GitHub and for us. */
  now(instant: string): void;
  clock: () => Date;
  /** Ada, now. */
  by: () => Actor;
  /** GitHub as the tenant's token sees it. */
  github(): GitHubClient;
  /** Adds a repository to GitHub and, unless `track` is false, to the tenant. */
  add(
    name: string,
    story?: Partial<Story>,
    createdOn?: string,
  ): Promise<Repository & { repositoryId: number }>;
  /** Starts the due repositories, as the alarm does, and collects them. */
  collect(at: string): Promise<void>;
  /** Starts a run for a person without collecting. Returns the run's id. */
  start(order?: Partial<RunOrder>): Promise<number>;
  /** Collects a run. */
  work(runId: number, options?: Partial<Collector>): ReturnType<typeof collectTenant>;
  /**
   * An activation of this many seconds that keeps GitHub's limits, by a clock that moves only while somebody waits for them.
   */
  activation(seconds: number): Pick<Collector, 'openGitHub' | 'timeLeft'> & { rateLimiter: RunRateLimiter };
  /** Collects as the alarm does on each day of a span, at six. */
  collectDaily(from: Day, to: Day): Promise<void>;
  /** The stored days of a repository. */
  days(repositoryId: number, from?: Day, to?: Day): Promise<TrafficDay[]>;
  /** The API's answer for the repository's page. */
  traffic(repositoryId: number, from: Day, to: Day): ReturnType<typeof readRepositoryTraffic>;
  /** The newest run with its outcomes. */
  lastRun(): ReturnType<typeof readRun>;
  /** Replaces a part of one repository's traffic at GitHub; call the result to undo that. */
  answer(repository: number, path: RegExp, body: unknown, status?: number): () => void;
  /** Every row of the tables of repositories, by table. */
  allRows(): Promise<Record<string, unknown>>;
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

export async function openCollecting(now: string, options: Partial<GitHubOptions> = {}): Promise<Collecting> {
  const served = await serveGitHub(now, '', options);
  const { db } = await openTestDatabase();
  const tenantId = await insertTenant(db, served.apiUrl, now);
  served.github.addUser('ada');
  served.github.addToken({ token: TOKEN, login: 'ada', kind: 'classic', scopes: ['repo'], quota: 1_000_000 });
  const clock = () => served.now;
  const github = () => openGitHub({ apiUrl: served.apiUrl, token: TOKEN, clock, secondLasts: 0 });
  const collector: Collector = {
    db,
    dbOfAll: db,
    clock,
    timeLeft: () => Number.POSITIVE_INFINITY,
    openGitHub: async () => ({ github: github(), fingerprint: FINGERPRINT }),
    activations: { start: async (_, args) => void (await work(Number(args.runId))) },
  };
  const work = (runId: number, options: Partial<Collector> = {}) =>
    collectTenant({ ...collector, ...options }, { tenantId, runId });
  const later: Activations = { start: async () => {} };

  const by = () => ({ email: 'ada@example.com', now: clock() });

  const rows: Collecting['rows'] = async (table) => {
    const all = (await db.selectFrom(table).selectAll().execute()) as Record<string, unknown>[];
    return all.sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
  };
  const collect = async (instant: string) => {
    served.now = new Date(instant);
    await startAllRuns({ db, activations: collector.activations, now: served.now }, null);
  };

  return {
    db,
    served,
    tenantId,
    clock,
    by,
    github,
    work,
    rows,
    collect,
    now(instant) {
      served.now = new Date(instant);
    },
    activation(seconds) {
      const now = () => served.now.getTime();
      const end = now() + seconds * 1000;
      const timeLeft = () => end - now();
      const wait = async (milliseconds: number) => {
        served.now = new Date(now() + milliseconds);
      };
      const rateLimiter = createRunRateLimiter({
        db,
        fingerprint: FINGERPRINT,
        timeLeft,
        time: { now, wait },
      });
      const github = openGitHub({
        apiUrl: served.apiUrl,
        token: TOKEN,
        clock,
        deadline: new Date(end),
        secondLasts: 0,
        rateLimiter,
      });
      return { timeLeft, rateLimiter, openGitHub: async () => ({ github, fingerprint: FINGERPRINT }) };
    },
    async add(name, story = {}, createdOn = '2025-01-01') {
      const plan = { owner: 'ada', name, createdOn, story: { ...QUIET, ...story } };
      const repository = served.github.addRepository(plan);
      const adding = { db, github: github(), tenantId, by: by() };
      const { repositoryId } = await addRepository(adding, repository);
      return { ...repository, repositoryId };
    },
    async collectDaily(from, to) {
      for (const day of daysFrom(from, to)) await collect(at(day));
    },
    days: (repositoryId, from = '2000-01-01', to = '2099-01-01') =>
      listDays(db, { tenantId, repositoryId }, from, to),
    traffic: (repositoryId, from, to) =>
      readRepositoryTraffic(db, { tenantId, repositoryIds: null }, repositoryId, { from, to }, clock()),
    async lastRun() {
      const runs = await rows('collectionRun');
      const runId = Math.max(...runs.map((run) => Number(run.runId)));
      return readRun(db, tenantId, runId, { page: 1, size: 300 });
    },
    answer: (repository, path, body, status = 200) =>
      served.github.fail({ kind: 'status', status, body, match: { repository, path } }),
    async allRows() {
      return Object.fromEntries(await Promise.all(STORED.map(async (table) => [table, await rows(table)])));
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
    async close() {
      await db.destroy();
      await served.close();
    },
  };
}
