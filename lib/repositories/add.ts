import type { Candidate, Discovered, Refused, Repository } from '../answers/repositories.ts';
import { type Actor, recordAudit } from '../audit.ts';
import type { Db } from '../db/database.ts';
import { isDuplicateKey, isOrphan } from '../db/errors.ts';
import { Failure, meetsEveryRequest } from '../failure.ts';
import type { GitHubRepository } from '../github/repositories.ts';
import type { GitHubClient } from '../github.ts';
import { notFound } from '../request.ts';
import { chooseColorIndex } from './color.ts';
import { isForArchive, requireRepositoryRow, toRepository } from './repository.ts';
import { toTopicsColumn } from './topics.ts';

/** A repository's name as somebody typed it. */
export interface RepositoryName {
  owner: string;
  name: string;
}

/** Where to add repositories, and for whom. */
export interface Adding {
  db: Db;
  github: GitHubClient;
  tenantId: number;
  by: Actor;
}

/** How many repositories to ask GitHub about at once. */
const CONCURRENCY = 8;

/**
 * Adds a repository if the tenant's token can read its traffic. Throws `repository_not_on_github`, `no_push_access`,
 * `already_tracked`, `tenant_not_found`, and GitHub's failures.
 */
export async function addRepository(adding: Adding, name: RepositoryName): Promise<Repository> {
  const found = await requireOnGitHub(adding, name);
  await requireTraffic(adding, found);
  return insertRepository(adding, found);
}

/**
 * Adds repositories in order, each accepted or refused on its own. With a user's token, only the first one tries to read
 * traffic. A failure that would meet all of them refuses the rest; it is thrown if none was added.
 */
export async function addRepositories(
  adding: Adding,
  names: readonly RepositoryName[],
): Promise<{ added: Repository[]; refused: Refused[] }> {
  const added: Repository[] = [];
  const refused: Refused[] = [];
  const [first, ...rest] = names;
  const results = first ? [await addRepository(adding, first).catch(toCaughtFailure)] : [];
  for (let start = 0; start < rest.length; start += CONCURRENCY) {
    const some = rest.slice(start, start + CONCURRENCY);
    const hopeless = results.find(isHopeless);
    const ask = async (name: RepositoryName) =>
      hopeless ?? requireReadable(adding, name).catch(toCaughtFailure);
    for (const one of await Promise.all(some.map(ask)))
      results.push(one instanceof Failure ? one : await insertRepository(adding, one).catch(toCaughtFailure));
  }
  const failure = results.find(isHopeless);
  if (failure && results.every((result) => result instanceof Failure)) throw failure;
  for (const [index, { owner, name }] of names.entries()) {
    const result = results[index];
    if (result instanceof Failure) refused.push({ owner, name, code: result.code, message: result.message });
    else if (result) added.push(result);
  }
  return { added, refused };
}

/** How many candidates a page holds: an answer must stay below the platform's limit of 1 MiB. */
const PAGE_SIZE = 1500;

/**
 * A page of the repositories whose traffic the tenant may read and whose full name contains `q`, in GitHub's order. The
 * cursor is the page's number, from 1. `truncated` if there are more.
 */
export async function discoverRepositories(
  { db, github }: Pick<Adding, 'db' | 'github'>,
  tenantId: number,
  { q = '', cursor: page = 1 }: { q?: string | undefined; cursor?: number | undefined },
): Promise<Discovered> {
  const { repositories, complete, heldBack } = await github.listRepositories();
  const rows = await db
    .selectFrom('repository')
    .select('githubId')
    .where('tenantId', '=', tenantId)
    .execute();
  const tracked = new Set(rows.map(({ githubId }) => githubId));
  const sought = q.trim().toLowerCase();
  const found = repositories.filter(({ fullName }) => fullName.toLowerCase().includes(sought));
  const hasMore = found.length > page * PAGE_SIZE;
  const candidates = found.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE).map(
    (one): Candidate => ({
      githubId: one.id,
      owner: one.owner,
      name: one.name,
      fullName: one.fullName,
      visibility: one.visibility,
      fork: one.fork,
      archived: one.archived,
      pushAccess: one.permissions.push,
      tracked: tracked.has(one.id),
    }),
  );
  return {
    candidates,
    nextCursor: hasMore ? String(page + 1) : null,
    truncated: !complete || hasMore,
    heldBack,
  };
}

function toCaughtFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  throw error;
}

/** Since a person waits, GitHub being down once is enough to stop trying. */
function isHopeless(result: unknown): result is Failure {
  return result instanceof Failure && (meetsEveryRequest(result.code) || result.code === 'github_down');
}

/** An app sees public repositories it has no access to, but cannot read their traffic, so each is tried. */
async function requireReadable(adding: Adding, name: RepositoryName): Promise<GitHubRepository> {
  const found = await requireOnGitHub(adding, name);
  if (adding.github.readsAs === 'installation') await requireTraffic(adding, found);
  return found;
}

/** Throws why the traffic cannot be read. Of an archived repository there is none, and history can still be kept. */
async function requireTraffic({ github }: Adding, found: GitHubRepository): Promise<void> {
  try {
    await github.getTraffic(found.id, { wantsWeeks: () => false });
  } catch (error) {
    if (error instanceof Failure && isForArchive(error, found)) return;
    refuseMissing(error);
  }
}

async function requireOnGitHub({ github }: Adding, name: RepositoryName): Promise<GitHubRepository> {
  const found = await github.getRepository(name).catch(refuseMissing);
  if (found.permissions.push) return found;
  const message = `The token's owner has no push access to ${found.fullName}. GitHub shows traffic only with push access.`;
  throw new Failure('no_push_access', message);
}

function refuseMissing(error: unknown): never {
  if (error instanceof Failure && error.code === 'not_found')
    throw new Failure('repository_not_on_github', error.message);
  throw error;
}

async function insertRepository({ db, tenantId, by }: Adding, found: GitHubRepository): Promise<Repository> {
  const { email: addedBy, now } = by;
  const addedAt = now.toISOString();
  const insertion = db.transaction().execute(async (trx) => {
    const row = await trx
      .insertInto('repository')
      .values({
        tenantId,
        githubId: found.id,
        owner: found.owner,
        name: found.name,
        schedule: 'daily',
        visibility: found.visibility,
        topics: toTopicsColumn(found.topics),
        colorIndex: await chooseColorIndex(trx, tenantId),
        archivedAt: found.archived ? addedAt : null,
        addedAt,
        addedBy,
      })
      .returning('repositoryId')
      .executeTakeFirstOrThrow();
    await trx
      .deleteFrom('trackingExclusion')
      .where('tenantId', '=', tenantId)
      .where('githubId', '=', found.id)
      .execute();
    await recordAudit(trx, by, { tenantId, kind: 'repository_added', subject: found.fullName });
    return row;
  });
  const inserted = await insertion.catch((error: unknown) => {
    if (isOrphan(error)) throw notFound('tenant');
    if (!isDuplicateKey(error)) throw error;
    throw new Failure('already_tracked', `This tenant already tracks ${found.fullName}.`);
  });
  const scope = { tenantId, repositoryIds: null };
  return toRepository(await requireRepositoryRow(db, scope, inserted.repositoryId), now);
}
