import type * as z from 'zod';
import type { Day } from './day.ts';
import {
  type Bucket,
  clonesAnswer,
  installationListAnswer,
  type ListedRepository,
  type PopularPath,
  parseAnswer,
  pathsAnswer,
  type Referrer,
  referrersAnswer,
  repositoryAnswer,
  repositoryListAnswer,
  userAnswer,
  viewsAnswer,
  type Window,
} from './github/answers.ts';
import { type Connection, type ConnectionOptions, openConnection } from './github/connection.ts';
import { GitHubError, isForAll } from './github/error.ts';
import { type AnswerKind, type AnswerMemory, askConditionally, createMemory } from './github/memory.ts';
import { parseScopes, parseTokenExpiry } from './github/refusal.ts';
import { getReleases, type Releases } from './github/releases.ts';
import { getStarPage, type StarPage } from './github/star-history.ts';
import { countWorkflowRuns } from './github/workflow-runs.ts';

/** What `getReleases` answers. */
export type { ReleaseAsset, Releases } from './github/releases.ts';
/** What a page of `getStarPage` holds. */
export type { StarDay } from './github/star-history.ts';

/** Whose token it is, and what is known of the token. */
interface Viewer {
  id: number;
  login: string;
  name: string | null;
  /** A classic token's scopes; null for a fine-grained token, which names none. */
  scopes: string[] | null;
  /** When the token ends; null: never, or GitHub does not say. */
  tokenExpiresAt: Date | null;
}

/** A repository as of now. */
export interface GitHubRepository extends ListedRepository {
  /** Accounts that watch it: GitHub's `subscribers_count` (its `watchers` are stars). */
  subscribers: number;
  /** True: it was asked for by a name it no longer has, because it was renamed or transferred. */
  renamed: boolean;
}

/** Everything GitHub shows of a repository's traffic: the last 14 days, UTC, the newest day still growing. */
export interface GitHubTraffic {
  views: Window;
  clones: Window;
  /** Weeks by their Monday, with uniques of their own; the first and the last are usually not whole. */
  viewWeeks: Bucket[];
  cloneWeeks: Bucket[];
  /** At most ten each, over the 14 days together, most views first; null: GitHub did not give them. */
  referrers: Referrer[] | null;
  paths: PopularPath[] | null;
  /** What GitHub did not give besides the days, and why. */
  lacking: Lack[];
}

/** A part of a repository's traffic that GitHub refused, or failed to give, while it gave the days. */
interface Lack {
  part: 'referrers' | 'paths' | 'weeks';
  error: GitHubError;
}

interface TrafficOptions {
  /** Whether weeks are asked for as well; yes unless told. */
  weeks?: boolean;
  /** What is known from before; what is new is put there too. */
  memory?: AnswerMemory;
}

/** GitHub's API for us. Every function throws a `GitHubError` and nothing else when GitHub does not do as asked. */
export interface GitHubClient {
  /** An installation of an app may read what it was given; a user what it may push to. */
  readsAs: 'user' | 'installation';
  getViewer(): Promise<Viewer>;
  /** One request; two for a former name. By id it is found under whatever name it has. */
  getRepository(
    repository: { id: number } | { owner: string; name: string },
    memory?: AnswerMemory,
  ): Promise<GitHubRepository>;
  /**
   * The repositories whose traffic may be read: those that a user may push to, the last pushed first, or those that an
   * installation was given, in GitHub's order. `complete` is false when there were more than a thousand to look through,
   * or when an organization holds its own back until a user's token is authorized by single sign-on.
   */
  listRepositories(): Promise<{ repositories: ListedRepository[]; complete: boolean }>;
  /**
   * Six requests, or four without the weeks, which are then empty; only one when GitHub refuses. Throws when it does not
   * give the days, and what would meet every other repository of the token as well.
   */
  getTraffic(id: number, options?: TrafficOptions): Promise<GitHubTraffic>;
  /** The days of up to 30 weeks with the stars that they gained; page 1 is the newest. One request. */
  getStarPage(id: number, page: number): Promise<StarPage>;
  /** The files of the newest 300 releases. One request for each 50 releases, at least one. */
  getReleases(id: number): Promise<Releases>;
  /** How many workflow runs began on a UTC day. One request. */
  countWorkflowRuns(id: number, day: Day): Promise<number>;
}

const PAGE = 100;
const MAX_PAGES = 10;

/** Opens GitHub for one token. Nothing is asked yet. */
export function openGitHub(
  options: ConnectionOptions,
  readsAs: GitHubClient['readsAs'] = 'user',
): GitHubClient {
  const connection = openConnection(options);
  const isInstalled = readsAs === 'installation';
  return {
    readsAs,
    getViewer: () => getViewer(connection),
    getRepository: async (repository, memory) => {
      const found = await getRepository(connection, repository, memory);
      return isInstalled ? asReadable(found) : found;
    },
    listRepositories: () => (isInstalled ? listInstalled(connection) : listRepositories(connection)),
    getTraffic: (id, traffic = {}) => getTraffic(connection, id, traffic),
    getStarPage: (id, page) => getStarPage(connection, id, page, options.clock()),
    getReleases: (id) => getReleases(connection, id),
    countWorkflowRuns: (id, day) => countWorkflowRuns(connection, id, day),
  };
}

async function getViewer(ask: Connection): Promise<Viewer> {
  const { data, headers } = await ask('/user');
  const { id, login, name } = parseAnswer(userAnswer, data);
  return {
    id,
    login,
    name: name ?? null,
    scopes: parseScopes(headers['x-oauth-scopes']),
    tokenExpiresAt: parseTokenExpiry(headers['github-authentication-token-expiration']),
  };
}

async function getRepository(
  ask: Connection,
  repository: { id: number } | { owner: string; name: string },
  memory = createMemory(),
): Promise<GitHubRepository> {
  if ('id' in repository) {
    const question = { kind: 'repository', path: `/repositories/${repository.id}` } as const;
    return { ...(await askConditionally(ask, repositoryAnswer, question, memory)), renamed: false };
  }
  const { data, redirected } = await ask('/repos/{owner}/{name}', { ...repository }, { memory });
  return { ...parseAnswer(repositoryAnswer, data), renamed: redirected };
}

async function listRepositories(
  ask: Connection,
): Promise<{ repositories: ListedRepository[]; complete: boolean }> {
  const repositories: ListedRepository[] = [];
  let heldBack = false;
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const { data, headers } = await ask('/user/repos', { sort: 'pushed', per_page: PAGE, page });
    repositories.push(
      ...parseAnswer(repositoryListAnswer, data).filter(({ permissions }) => permissions.push),
    );
    heldBack ||= /^partial-results/.test(headers['x-github-sso'] ?? '');
    if (!/rel="next"/.test(headers.link ?? '')) return { repositories, complete: !heldBack };
  }
  return { repositories, complete: false };
}

/** What the app was given: it may read all of them, whatever it may do otherwise. */
async function listInstalled(
  ask: Connection,
): Promise<{ repositories: ListedRepository[]; complete: boolean }> {
  const repositories: ListedRepository[] = [];
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const { data, headers } = await ask('/installation/repositories', { per_page: PAGE, page });
    repositories.push(...parseAnswer(installationListAnswer, data).repositories.map(asReadable));
    if (!/rel="next"/.test(headers.link ?? '')) return { repositories, complete: true };
  }
  return { repositories, complete: false };
}

/** GitHub says of an app that it may not push, and shows it traffic all the same. */
function asReadable<R extends ListedRepository>(repository: R): R {
  return { ...repository, permissions: { ...repository.permissions, push: true } };
}

async function getTraffic(
  ask: Connection,
  id: number,
  { weeks: withWeeks = true, memory = createMemory() }: TrafficOptions,
): Promise<GitHubTraffic> {
  const lacking: Lack[] = [];
  const unlessLacking = async <T>(part: Lack['part'], wanted: Promise<T>): Promise<T | null> =>
    wanted.catch((error: unknown) => {
      if (!(error instanceof GitHubError) || isForAll(error)) throw error;
      lacking.push({ part, error });
      return null;
    });
  const read = <T>(kind: AnswerKind, schema: z.ZodType<T>, below: string, parameters = {}): Promise<T> => {
    const path = `/repositories/${id}/traffic/${below}`;
    return askConditionally(ask, schema, { kind, path, parameters }, memory);
  };
  const readWeeks = () =>
    Promise.all([
      read('view_weeks', viewsAnswer, 'views', { per: 'week' }),
      read('clone_weeks', clonesAnswer, 'clones', { per: 'week' }),
    ]);
  // First alone: a token that may not read one figure may read none, and each refusal counts against the quota.
  const views = await read('views', viewsAnswer, 'views');
  const [clones, weeks, referrers, paths] = await Promise.all([
    read('clones', clonesAnswer, 'clones'),
    withWeeks ? unlessLacking('weeks', readWeeks()) : null,
    unlessLacking('referrers', read('referrers', referrersAnswer, 'popular/referrers')),
    unlessLacking('paths', read('paths', pathsAnswer, 'popular/paths')),
  ]);
  const [viewWeeks, cloneWeeks] = weeks?.map(({ days }) => days) ?? [];
  return {
    views,
    clones,
    viewWeeks: viewWeeks ?? [],
    cloneWeeks: cloneWeeks ?? [],
    referrers,
    paths,
    lacking,
  };
}
