import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Apps, createApps } from './github/apps.ts';
import { DAY_MS, toDayNumber } from './github/days.ts';
import { createExchange, type LoggedRequest } from './github/exchange.ts';
import { createFailures, type FailureRule } from './github/failures.ts';
import { listReferrers, type ReferrerFigures } from './github/popular.ts';
import { countDownloads, listReleases } from './github/releases.ts';
import { starsGained } from './github/stars.ts';
import type { AnswerKind, Truth } from './github/traffic.ts';
import { createWatch } from './github/watch.ts';
import { countRuns } from './github/workflow-runs.ts';
import {
  type Account,
  createWorld,
  type Entry,
  type FrozenVisibility,
  nameAt,
  type Permission,
  type Repository,
  type RepositoryOptions,
  type TokenOptions,
} from './github/world.ts';

export interface GitHubOptions {
  /** The present. All figures, expiries and limits follow it. */
  clock: () => Date;
  /**
   * The simulator's address, e.g. `http://127.0.0.1:7080/api/v3`. With a path it is an Enterprise Server. Default: from the
   * Host header.
   */
  baseUrl?: string;
  /** How traffic is answered. Default: `published`, as GitHub does since 2026. */
  answers?: AnswerKind;
  /** Each seed gives a different world. Default: 1. */
  seed?: number;
  /** Milliseconds added to every answer. */
  latency?: number;
  /** Bans tokens that break one of GitHub's rate limits. */
  bans?: boolean;
}

/** A simulated GitHub. Its traffic is the same each time for the same seed. */
export interface GitHub {
  /** GitHub Apps and where they are installed. */
  apps: Apps;
  /** Answers a request whose URL is relative to the base path. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Adds a person, or an organization if `type` says so. */
  addUser(login: string, options?: Partial<Omit<Account, 'login'>>): Account;
  /** The account is gone, with its repositories. */
  removeUser(login: string): void;
  addToken(token: TokenOptions): void;
  /** Revokes a token. */
  removeToken(token: string): void;
  /** Adds a repository. An unknown owner is created as an organization. */
  addRepository(repository: RepositoryOptions): Repository;
  setCollaborator(id: number, login: string, permission: Permission | undefined): void;
  /** Renames or transfers a repository as of an instant, default now. The old name then redirects. */
  rename(id: number, name: { owner?: string; name?: string }, at?: Date): void;
  /** GitHub gives no more traffic of it, from now on. */
  archive(id: number): void;
  unarchive(id: number): void;
  remove(id: number): void;
  /** Injects a failure; call the result to remove it. */
  fail(rule: FailureRule): () => void;
  /** GitHub stands still: it publishes no traffic of a visibility after a day. Call the result to let it go on. */
  freeze(visibility: FrozenVisibility, after: string): () => void;
  /** Answers traffic in another way from now on. */
  setAnswers(answers: AnswerKind): void;
  /** The real traffic of a whole UTC day, 'YYYY-MM-DD', whatever GitHub shows of it. */
  truth(id: number, day: string): Truth;
  /** The real traffic from a Monday to the next Sunday. */
  truthOfWeek(id: number, monday: string): Truth;
  /** The stars really gained on a whole UTC day. */
  truthOfStars(id: number, day: string): number;
  /** The workflow runs that started on a whole UTC day, and CI's clones. */
  truthOfRuns(id: number, day: string): { runs: number; ciClones: number };
  /** Each release asset's downloads up to an instant, by the asset's id. */
  truthOfDownloads(id: number, at: Date): Map<number, number>;
  /** All referrers of the 14 days before `day`, not only the ten that GitHub shows; most views first. */
  truthOfReferrers(id: number, day: string): ReferrerFigures[];
  /** How rate limits were broken, if `bans` is set. */
  breaches(): string[];
  /** The requests since the last reset, oldest first; at least the last 50,000. */
  requests(): LoggedRequest[];
  resetRequests(): void;
}

/** Creates a simulated GitHub without accounts. */
export function createGitHub(options: GitHubOptions): GitHub {
  const { clock } = options;
  const world = createWorld(options.seed ?? 1);
  const failures = createFailures();
  const apps = createApps();
  const watch = options.bans ? createWatch() : undefined;
  let { answers = 'published' } = options;
  const exchange = createExchange({ ...options, answers: () => answers, world, failures, apps, watch });

  function requireEntry(id: number): Entry {
    const entry = world.entry(id);
    if (!entry) throw new Error(`no repository ${id}`);
    return entry;
  }

  return {
    ...exchange,
    apps,
    addUser: (login, account) => world.addAccount({ ...account, login }),
    removeUser(login) {
      for (const entry of world.entries())
        if (nameAt(entry, clock().getTime()).owner.toLowerCase() === login.toLowerCase())
          entry.removed = true;
      world.removeAccount(login);
    },
    addToken: world.addToken,
    removeToken: world.removeToken,
    addRepository(repository) {
      if (world.find(repository.owner, repository.name, clock())?.moved === false) {
        throw new Error(`${repository.owner}/${repository.name} exists`);
      }
      return toRepository(world.addRepository(repository), clock());
    },
    setCollaborator(id, login, permission) {
      const { collaborators } = requireEntry(id);
      if (permission) collaborators.set(login, permission);
      else collaborators.delete(login);
    },
    rename: (id, name, at) => world.rename(id, name, at ?? clock()),
    archive(id) {
      requireEntry(id).archivedAt = clock().getTime();
    },
    unarchive(id) {
      requireEntry(id).archivedAt = null;
    },
    remove(id) {
      requireEntry(id).removed = true;
    },
    breaches: () => watch?.breaches() ?? [],
    fail: failures.add,
    freeze: world.freeze,
    setAnswers(kind) {
      answers = kind;
    },
    truth: (id, day) => requireEntry(id).traffic.truth(day),
    truthOfWeek: (id, monday) => requireEntry(id).traffic.truthOfWeek(monday),
    truthOfStars(id, day) {
      const number = toDayNumber(day);
      return starsGained(requireEntry(id), number, new Date((number + 1) * DAY_MS));
    },
    truthOfRuns(id, day) {
      const entry = requireEntry(id);
      const number = toDayNumber(day);
      const runs = countRuns(entry, number, new Date((number + 1) * DAY_MS));
      return { runs, ciClones: entry.traffic.ciClonesOn(number) };
    },
    truthOfDownloads(id, at) {
      const entry = requireEntry(id);
      const assets = listReleases(entry, at).flatMap((release) =>
        release.assets.map((asset) => [asset.id, countDownloads(entry, release, asset, at)] as const),
      );
      return new Map(assets);
    },
    truthOfReferrers(id, day) {
      const { story, traffic, seed } = requireEntry(id);
      return listReferrers(story, traffic, seed, toDayNumber(day));
    },
  };
}

function toRepository(entry: Entry, now: Date): Repository {
  const { owner, name } = nameAt(entry, now.getTime());
  return { id: entry.id, owner, name, fullName: `${owner}/${name}` };
}
