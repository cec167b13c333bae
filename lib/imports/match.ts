import type { ImportMatches } from '../answers/imports.ts';
import type { Db } from '../db/database.ts';
import { toFullName } from '../repositories/repository.ts';

/** A repository as files name it. */
interface NamedRepository {
  key: string;
  githubId: number | null;
  owner: string | null;
  name: string | null;
  /** `owner/name`. */
  formerNames: readonly string[];
}

type Match = ImportMatches['repositories'][number];
type Tracked = Match['candidates'][number];

/** Candidates that an answer lists. */
const MAX_CANDIDATES = 10;

/**
 * Which tracked repositories files are about: by GitHub's id, by the present name, or by a former name of either side. A name
 * without an owner is in doubt: its candidates are answered.
 */
export async function matchRepositories(
  db: Db,
  tenantId: number,
  named: readonly NamedRepository[],
): Promise<ImportMatches> {
  const rows = await db
    .selectFrom('repository')
    .select(['repositoryId', 'githubId', 'owner', 'name'])
    .where('tenantId', '=', tenantId)
    .orderBy('repositoryId')
    .execute();
  const events = await db
    .selectFrom('repositoryEvent')
    .select(['repositoryId', 'nameBefore'])
    .where('tenantId', '=', tenantId)
    .where('kind', 'in', ['renamed', 'transferred'])
    .orderBy('occurredAt')
    .execute();
  const tracked = rows.map((row) => ({ ...row, fullName: toFullName(row) }));
  const byRepositoryId = new Map(tracked.map((one) => [one.repositoryId, one]));
  const byId = new Map(tracked.map((one) => [one.githubId, one]));
  const byName = new Map(tracked.map((one) => [one.fullName.toLowerCase(), one]));
  // The last repository that had a name: an earlier one may have passed it on.
  const byFormer = new Map(
    events.flatMap(({ repositoryId, nameBefore }) => {
      const one = byRepositoryId.get(repositoryId);
      return one && nameBefore !== null ? [[nameBefore.toLowerCase(), one] as const] : [];
    }),
  );
  const toMatch = (one: NamedRepository): Match => {
    const fullName = one.owner && one.name ? `${one.owner}/${one.name}`.toLowerCase() : '';
    const former = one.formerNames.map((name) => name.toLowerCase());
    const found = (by: Match['by'], repository: Tracked | undefined): Match | undefined =>
      repository && {
        key: one.key,
        repositoryId: repository.repositoryId,
        fullName: repository.fullName,
        by,
        candidates: [],
      };
    const formerly = [fullName, ...former].map((name) => byFormer.get(name)).find(Boolean);
    const sameName = tracked.filter(({ name }) => name.toLowerCase() === one.name?.toLowerCase());
    return (
      found('id', one.githubId === null ? undefined : byId.get(one.githubId)) ??
      found('name', byName.get(fullName)) ??
      found('former name', former.map((name) => byName.get(name)).find(Boolean) ?? formerly) ?? {
        key: one.key,
        repositoryId: null,
        fullName: null,
        by: null,
        candidates: sameName
          .slice(0, MAX_CANDIDATES)
          .map(({ repositoryId, fullName: name }) => ({ repositoryId, fullName: name })),
      }
    );
  };
  return { repositories: named.map(toMatch) };
}
