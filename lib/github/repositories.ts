import {
  installationListAnswer,
  type ListedRepository,
  parseAnswer,
  repositoryAnswer,
  repositoryListAnswer,
} from './answers.ts';
import { askConditionally } from './conditional-request.ts';
import type { Connection } from './connection.ts';
import { createMemory } from './memory.ts';

/** A repository as of now. */
export interface GitHubRepository extends ListedRepository {
  /** Accounts that watch it: GitHub's `subscribers_count` (its `watchers` are stars). */
  subscribers: number;
  /** True: it was asked for by a name it no longer has, because it was renamed or transferred. */
  renamed: boolean;
}

/** Which repository: by its id, or by its name. */
export type RepositoryAddress = { id: number } | { owner: string; name: string };

/** Repositories whose traffic may be read; `complete` is false when there are, or may be, more of them. */
export interface RepositoryList {
  repositories: ListedRepository[];
  complete: boolean;
}

const PAGE = 100;
const MAX_PAGES = 10;

/** By id, under whatever name it has, or by a name that it has or had. */
export async function getRepository(
  ask: Connection,
  repository: RepositoryAddress,
  memory = createMemory(),
): Promise<GitHubRepository> {
  if ('id' in repository) {
    const question = { kind: 'repository', path: `/repositories/${repository.id}` } as const;
    return { ...(await askConditionally(ask, repositoryAnswer, question, memory)), renamed: false };
  }
  const { data } = await ask('/repos/{owner}/{name}', { ...repository }, { memory });
  const found = parseAnswer(repositoryAnswer, data);
  const asked = `${repository.owner}/${repository.name}`;
  return { ...found, renamed: found.fullName.toLowerCase() !== asked.toLowerCase() };
}

/** Those that a user may push to, the last pushed first. */
export async function listRepositories(ask: Connection): Promise<RepositoryList> {
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
export async function listInstalled(ask: Connection): Promise<RepositoryList> {
  const repositories: ListedRepository[] = [];
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const { data, headers } = await ask('/installation/repositories', { per_page: PAGE, page });
    repositories.push(...parseAnswer(installationListAnswer, data).repositories.map(asReadable));
    if (!/rel="next"/.test(headers.link ?? '')) return { repositories, complete: true };
  }
  return { repositories, complete: false };
}

/** GitHub says of an app that it may not push, and shows it traffic all the same. */
export function asReadable<R extends ListedRepository>(repository: R): R {
  return { ...repository, permissions: { ...repository.permissions, push: true } };
}
