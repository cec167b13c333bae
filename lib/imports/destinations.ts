import type { ImportMatches } from '../answers/imports.ts';
import type { RepositoriesAdded, ScheduleSet } from '../answers/repositories.ts';
import { inChunks } from '../chunks.ts';
import type { Schedule } from '../db/tables/repositories.ts';

/*
 * Where the repositories of files go, as whoever imports asks the API: the page and the command.
 */

/** Calls the API. Paths have no slash in front. */
export type CallApi = <Answer>(
  method: 'POST' | 'PATCH',
  path: string,
  body: Record<string, unknown>,
) => Promise<Answer>;

/** A repository as files name it. */
interface Named {
  key: string;
  githubId: number | null;
  owner: string | null;
  name: string | null;
  formerNames: readonly string[];
}

/** Which tracked repository a repository of the files is. */
export type Match = ImportMatches['repositories'][number];

/** The API's limits for a call. */
const MAX_MATCHED = 500;
const MAX_FORMER = 100;
const MAX_TRACKED = 100;

/** The tracked repositories by the keys of the files. Keys may be long, so the API gets numbers. */
export async function matchNamed(
  call: CallApi,
  tenantId: number,
  named: readonly Named[],
): Promise<Map<string, Match>> {
  const found = new Map<string, Match>();
  for (const some of inChunks(named, MAX_MATCHED)) {
    const { repositories } = await call<ImportMatches>('POST', `imports/${tenantId}/repositories`, {
      repositories: some.map(({ githubId, owner, name, formerNames }, place) => ({
        key: String(place),
        githubId,
        owner,
        name,
        formerNames: formerNames.slice(0, MAX_FORMER),
      })),
    });
    for (const one of repositories) found.set(some[Number(one.key)]?.key ?? '', one);
  }
  return found;
}

/** A repository that the tenant tracks. */
export interface Tracked {
  repositoryId: number;
  fullName: string;
}

/** A repository of the files that is to be tracked. */
export interface Wanted {
  key: string;
  githubId: number | null;
  owner: string;
  name: string;
  /** How it was collected where the files come from; null if they do not say. */
  schedule: Schedule | null;
}

/** `owner/name`, whatever the case. */
export const fullNameOf = ({ owner, name }: { owner: string | null; name: string | null }): string =>
  `${owner}/${name}`.toLowerCase();

/**
 * Begins to track repositories, with the schedules that they had. Returns them by the keys of the files, also those that were
 * renamed since, and what cannot be tracked and why. Throws what the API fails with.
 */
export async function trackWanted(
  call: CallApi,
  tenantId: number,
  wanted: readonly Wanted[],
): Promise<{ tracked: Map<string, Tracked>; refused: RepositoriesAdded['refused'] }> {
  const byName = new Map<string, Wanted>();
  for (const one of wanted) if (!byName.has(fullNameOf(one))) byName.set(fullNameOf(one), one);
  const found = new Map<string, Tracked>();
  const refused: RepositoriesAdded['refused'] = [];
  for (const some of inChunks([...byName.values()], MAX_TRACKED)) {
    const answer = await call<RepositoriesAdded>('POST', `repositories/${tenantId}/batch`, {
      repositories: some.map(({ owner, name }) => ({ owner, name })),
    });
    refused.push(...answer.refused);
    for (const one of some) {
      const tracked = findAdded(one, some, answer);
      if (tracked) found.set(fullNameOf(one), tracked);
    }
    for (const schedule of ['weekly', 'paused'] as const) {
      const own = some.filter((one) => one.schedule === schedule);
      const repositoryIds = own.flatMap((one) => found.get(fullNameOf(one))?.repositoryId ?? []);
      if (repositoryIds.length > 0)
        await call<ScheduleSet>('PATCH', `repositories/${tenantId}`, { repositoryIds, schedule });
    }
  }
  const tracked = wanted.flatMap((one) => {
    const repository = found.get(fullNameOf(one));
    return repository ? [[one.key, repository] as const] : [];
  });
  return { tracked: new Map(tracked), refused };
}

/** GitHub may have renamed what was asked for: then its number tells, or it is the only one. */
function findAdded(one: Wanted, asked: readonly Wanted[], { added }: RepositoriesAdded): Tracked | undefined {
  return (
    added.find(({ githubId }) => githubId === one.githubId) ??
    added.find((other) => fullNameOf(other) === fullNameOf(one)) ??
    (asked.length === 1 ? added[0] : undefined)
  );
}
