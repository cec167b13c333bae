import {
  installationListAnswer,
  type ListedRepository,
  parseAnswer,
  repositoryAnswer,
  repositoryListAnswer,
} from './answers.ts';
import { createSemaphore } from './attempts.ts';
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
/** Ten thousand repositories. */
const MAX_PAGES = 100;
const PAGE_CONCURRENCY = 8;

/** By id, under whatever name it has, or by a name that it has or had. */
export async function getRepository(
  ask: Connection,
  repository: RepositoryAddress,
  memory = createMemory(),
): Promise<GitHubRepository> {
  if ('id' in repository) {
    const question = { kind: 'repository', path: `/repositories/${repository.id}` } as const;
    const { read } = await askConditionally(ask, repositoryAnswer, question, memory);
    return { ...read, renamed: false };
  }
  const { data } = await ask('/repos/{owner}/{name}', { ...repository }, { memory });
  const found = parseAnswer(repositoryAnswer, data);
  const asked = `${repository.owner}/${repository.name}`;
  return { ...found, renamed: found.fullName.toLowerCase() !== asked.toLowerCase() };
}

/** Those that a user may push to, the last pushed first. */
export async function listRepositories(ask: Connection): Promise<RepositoryList> {
  const { answers, complete } = await listPages(ask, '/user/repos', { sort: 'pushed' });
  const listed = answers.flatMap(({ data }) => parseAnswer(repositoryListAnswer, data));
  const heldBack = answers.some(({ headers }) => /^partial-results/.test(headers['x-github-sso'] ?? ''));
  return {
    repositories: unique(listed).filter(({ permissions }) => permissions.push),
    complete: complete && !heldBack,
  };
}

/** What the app was given: it may read all of them, whatever it may do otherwise. */
export async function listInstalled(ask: Connection): Promise<RepositoryList> {
  const { answers, complete } = await listPages(ask, '/installation/repositories', {});
  const listed = answers.flatMap(({ data }) => parseAnswer(installationListAnswer, data).repositories);
  return { repositories: unique(listed).map(asReadable), complete };
}

/** All pages of a list, several at once after the first one, which says how many there are. */
async function listPages(ask: Connection, path: string, parameters: Record<string, string>) {
  const askFor = (page: number) => ask(path, { ...parameters, per_page: PAGE, page });
  const first = await askFor(1);
  const link = first.headers.link ?? '';
  const last = Number(
    /[?&]page=(\d+)[^>]*>; rel="last"/.exec(link)?.[1] ?? (link.includes('rel="next"') ? 2 : 1),
  );
  const semaphore = createSemaphore(PAGE_CONCURRENCY);
  const others = Array.from({ length: Math.min(last, MAX_PAGES) - 1 }, (_, place) => place + 2);
  const rest = await Promise.all(others.map((page) => semaphore(() => askFor(page))));
  return { answers: [first, ...rest], complete: last <= MAX_PAGES };
}

/** A repository that moves from one page to another meanwhile is listed twice. */
function unique(listed: readonly ListedRepository[]): ListedRepository[] {
  return [...new Map(listed.map((one) => [one.id, one])).values()];
}

/** GitHub says of an app that it may not push, and shows it traffic all the same. */
export function asReadable<R extends ListedRepository>(repository: R): R {
  return { ...repository, permissions: { ...repository.permissions, push: true } };
}
