import { Failure } from '../failure.ts';
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
import { type AnswerMemory, createMemory } from './memory.ts';
import { toOtherRepository } from './refusal.ts';

/** A repository as of now. */
export interface GitHubRepository extends ListedRepository {
  /** Accounts that watch it: GitHub's `subscribers_count` (its `watchers` are stars). */
  subscribers: number;
  /** True: it was asked for by a name it no longer has, because it was renamed or transferred. */
  renamed: boolean;
}

/** A repository by id, perhaps with its last known name, or by name. */
export type RepositoryAddress = { id: number; knownAs?: RepositoryName } | RepositoryName;

interface RepositoryName {
  owner: string;
  name: string;
}

/** Repositories whose traffic may be read. */
export interface RepositoryList {
  repositories: ListedRepository[];
  /** False if there are, or may be, more of them. */
  complete: boolean;
  /** True if organizations hide theirs until the token is authorized by single sign-on. */
  heldBack: boolean;
}

const PAGE = 100;
/** Thirty thousand repositories. */
const MAX_PAGES = 300;
const PAGE_CONCURRENCY = 8;

/** Finds it by id under any name, or by a current or former name. */
export async function getRepository(
  ask: Connection,
  repository: RepositoryAddress,
  memory = createMemory(),
): Promise<GitHubRepository> {
  if ('id' in repository) {
    const question = { kind: 'repository', path: `/repositories/${repository.id}` } as const;
    const asked = askConditionally(ask, repositoryAnswer, question, memory);
    const { read } = await asked.catch(async (error: unknown) => {
      throw await explainMissing(ask, repository, { error, memory });
    });
    if (read.id !== repository.id) throw toOtherRepository(repository.id, read.id);
    return { ...read, renamed: false };
  }
  const { data, headers } = await ask('/repos/{owner}/{name}', { ...repository }, { memory });
  const found = parseAnswer(repositoryAnswer, data, headers);
  const asked = `${repository.owner}/${repository.name}`;
  return { ...found, renamed: found.fullName.toLowerCase() !== asked.toLowerCase() };
}

/** Says so if the name of a repository that is not found belongs to another one now. */
async function explainMissing(
  ask: Connection,
  { id, knownAs }: { id: number; knownAs?: RepositoryName },
  { error, memory }: { error: unknown; memory: AnswerMemory },
): Promise<unknown> {
  if (!(error instanceof Failure) || error.code !== 'not_found' || !knownAs) return error;
  const other = await getRepository(ask, knownAs, memory).catch(() => null);
  if (!other || other.renamed || other.id === id) return error;
  return new Failure(
    'not_found',
    `GitHub has no repository with the id ${id} any more, or hides it. The name ${other.fullName} belongs to another repository now, with the id ${other.id}. Add that one to collect it; what is stored here stays.`,
  );
}

/** Those that a user may push to, last pushed first. */
export async function listRepositories(ask: Connection): Promise<RepositoryList> {
  const { repositories, ...list } = await listUserRepositories(ask, 'pushed');
  return { ...list, repositories: repositories.filter(({ permissions }) => permissions.push) };
}

/** Those that a user sees, whatever they may do there, by name. An order that pushes change could skip some. */
export function listVisible(ask: Connection): Promise<RepositoryList> {
  return listUserRepositories(ask, 'full_name');
}

async function listUserRepositories(ask: Connection, sort: 'pushed' | 'full_name'): Promise<RepositoryList> {
  const { pages, complete } = await listPages(ask, '/user/repos', { sort }, ({ data, headers }) => ({
    listed: parseAnswer(repositoryListAnswer, data, headers),
    heldBack: /^partial-results/.test(headers['x-github-sso'] ?? ''),
  }));
  const heldBack = pages.some((page) => page.heldBack);
  return {
    repositories: unique(pages.flatMap(({ listed }) => listed)),
    complete: complete && !heldBack,
    heldBack,
  };
}

/** Those the app was given: it may read the traffic of all of them. */
export async function listInstalled(ask: Connection): Promise<RepositoryList> {
  const { pages, complete } = await listPages(
    ask,
    '/installation/repositories',
    {},
    ({ data }) => parseAnswer(installationListAnswer, data).repositories,
  );
  return { repositories: unique(pages.flat()).map(asReadable), complete, heldBack: false };
}

/** Whether GitHub has an account of this name. */
export async function hasAccount(ask: Connection, login: string): Promise<boolean> {
  return ask('/users/{login}', { login }).then(
    () => true,
    (error: unknown) => {
      if (error instanceof Failure && error.code === 'not_found') return false;
      throw error;
    },
  );
}

type ListAnswer = Pick<Awaited<ReturnType<Connection>>, 'data' | 'headers'>;

/**
 * All pages of a list, several at once after the first one, which says how many there are. Each is read as it comes: together,
 * the answers would need too much memory.
 */
async function listPages<T>(
  ask: Connection,
  path: string,
  parameters: Record<string, string>,
  read: (answer: ListAnswer) => T,
): Promise<{ pages: T[]; complete: boolean }> {
  const askFor = (page: number) => ask(path, { ...parameters, per_page: PAGE, page });
  const first = await askFor(1);
  const link = first.headers.link ?? '';
  const last = Number(
    /[?&]page=(\d+)[^>]*>; rel="last"/.exec(link)?.[1] ?? (link.includes('rel="next"') ? 2 : 1),
  );
  const semaphore = createSemaphore(PAGE_CONCURRENCY);
  const others = Array.from({ length: Math.min(last, MAX_PAGES) - 1 }, (_, place) => place + 2);
  const rest = await Promise.all(others.map((page) => semaphore(async () => read(await askFor(page)))));
  return { pages: [read(first), ...rest], complete: last <= MAX_PAGES };
}

/** A repository that moves to another page meanwhile would be listed twice. */
function unique(listed: readonly ListedRepository[]): ListedRepository[] {
  return [...new Map(listed.map((one) => [one.id, one])).values()];
}

/** GitHub says that an app may not push, but shows it traffic. */
export function asReadable<R extends ListedRepository>(repository: R): R {
  return { ...repository, permissions: { ...repository.permissions, push: true } };
}
