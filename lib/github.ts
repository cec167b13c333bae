import type { Day } from './day.ts';
import { type ConnectionOptions, openGitHubConnection } from './github/connection.ts';
import { type AnswerMemory, createMemory } from './github/memory.ts';
import type { ReadsAs } from './github/refusal.ts';
import { getReleases, type Releases } from './github/releases.ts';
import {
  asReadable,
  type GitHubRepository,
  getRepository,
  hasAccount,
  listInstalled,
  listRepositories,
  listVisible,
  type RepositoryAddress,
  type RepositoryList,
} from './github/repositories.ts';
import { getStarPage, type StarPage } from './github/star-history.ts';
import { type GitHubTraffic, getTraffic, type TrafficOptions } from './github/traffic.ts';
import { getViewer, type Viewer } from './github/viewer.ts';
import { countWorkflowRuns } from './github/workflow-runs.ts';

/** The part of GitHub's API that we use. Every function throws a `Failure` when GitHub refuses or does not answer. */
export interface GitHubClient {
  /** An app's installation may read what it was given; a user may read what they may push to. */
  readsAs: ReadsAs;
  getViewer(): Promise<Viewer>;
  /** One request, or two for a former name. An id finds the repository under any name. */
  getRepository(repository: RepositoryAddress, memory?: AnswerMemory): Promise<GitHubRepository>;
  /**
   * The repositories whose traffic may be read: those a user may push to, last pushed first, or those an installation was
   * given, in GitHub's order. `complete` is false when there were more than thirty thousand, or when an organization hides its
   * own until the token is authorized by single sign-on.
   */
  listRepositories(): Promise<RepositoryList>;
  /** Also those whose traffic a user may not read, by name. One request for each hundred. */
  listVisible(): Promise<RepositoryList>;
  /** Whether GitHub has an account of this name. One request. */
  hasAccount(login: string): Promise<boolean>;
  /**
   * Six requests, or four without weeks; only one when GitHub refuses. Throws if GitHub does not give the days, or if the
   * failure would meet every other repository of the token too.
   */
  getTraffic(id: number, options?: TrafficOptions): Promise<GitHubTraffic>;
  /** The stars gained on each day of up to 30 weeks; page 1 is the newest. One request. */
  getStarPage(id: number, page: number): Promise<StarPage>;
  /** The files of the newest 300 releases. One request for each 50 releases, and more where they have many files. */
  getReleases(id: number, memory?: AnswerMemory): Promise<Releases>;
  /** How many workflow runs began on a UTC day. One request. */
  countWorkflowRuns(id: number, day: Day): Promise<number>;
}

/** Opens GitHub for one token. Sends nothing yet. */
export function openGitHub(options: ConnectionOptions): GitHubClient {
  const connection = openGitHubConnection(options);
  const isInstalled = options.renewal !== undefined;
  return {
    readsAs: isInstalled ? 'installation' : 'user',
    getViewer: () => getViewer(connection),
    getRepository: async (repository, memory) => {
      const found = await getRepository(connection, repository, memory);
      return isInstalled ? asReadable(found) : found;
    },
    listRepositories: () => (isInstalled ? listInstalled(connection) : listRepositories(connection)),
    listVisible: () => (isInstalled ? listInstalled(connection) : listVisible(connection)),
    hasAccount: (login) => hasAccount(connection, login),
    getTraffic: (id, traffic = {}) => getTraffic(connection, id, traffic),
    getStarPage: (id, page) => getStarPage(connection, id, page),
    getReleases: (id, memory = createMemory()) => getReleases(connection, id, memory),
    countWorkflowRuns: (id, day) => countWorkflowRuns(connection, id, day),
  };
}
