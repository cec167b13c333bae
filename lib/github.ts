import type { Day } from './day.ts';
import { type ConnectionOptions, openConnection } from './github/connection.ts';
import { type AnswerMemory, createMemory } from './github/memory.ts';
import { getReleases, type Releases } from './github/releases.ts';
import {
  asReadable,
  type GitHubRepository,
  getRepository,
  listInstalled,
  listRepositories,
  type RepositoryAddress,
  type RepositoryList,
} from './github/repositories.ts';
import { getStarPage, type StarPage } from './github/star-history.ts';
import { type GitHubTraffic, getTraffic, type TrafficOptions } from './github/traffic.ts';
import { getViewer, type Viewer } from './github/viewer.ts';
import { countWorkflowRuns } from './github/workflow-runs.ts';

/** GitHub's API for us. Every function throws a `Failure` and nothing else when GitHub does not do as asked. */
export interface GitHubClient {
  /** An installation of an app may read what it was given; a user what it may push to. */
  readsAs: 'user' | 'installation';
  getViewer(): Promise<Viewer>;
  /** One request; two for a former name. By id it is found under whatever name it has. */
  getRepository(repository: RepositoryAddress, memory?: AnswerMemory): Promise<GitHubRepository>;
  /**
   * The repositories whose traffic may be read: those that a user may push to, the last pushed first, or those that an
   * installation was given, in GitHub's order. `complete` is false when there were more than a thousand to look through,
   * or when an organization holds its own back until a user's token is authorized by single sign-on.
   */
  listRepositories(): Promise<RepositoryList>;
  /**
   * Six requests, or four without the weeks, which are then empty; only one when GitHub refuses. Throws when it does not
   * give the days, and what would meet every other repository of the token as well.
   */
  getTraffic(id: number, options?: TrafficOptions): Promise<GitHubTraffic>;
  /** The days of up to 30 weeks with the stars that they gained; page 1 is the newest. One request. */
  getStarPage(id: number, page: number): Promise<StarPage>;
  /** The files of the newest 300 releases. One request for each 50 releases, at least one. */
  getReleases(id: number, memory?: AnswerMemory): Promise<Releases>;
  /** How many workflow runs began on a UTC day. One request. */
  countWorkflowRuns(id: number, day: Day): Promise<number>;
}

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
    getReleases: (id, memory = createMemory()) => getReleases(connection, id, memory),
    countWorkflowRuns: (id, day) => countWorkflowRuns(connection, id, day),
  };
}
