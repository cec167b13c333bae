import type { ImportMatches } from '../../lib/answers/imports.ts';
import type { RepositoriesAdded } from '../../lib/answers/repositories.ts';
import type { ReadRepository } from '../../lib/imports/read.ts';
import type { Client } from '../client.ts';
import { askToGoOn, askWhich, isAttended } from './ask.ts';

/** The repository's id for each key of a repository in the files. Those without one are left out. */
export type Destinations = Map<string, number>;

export interface Finding {
  client: Client;
  tenantId: number;
  /** Begin to track what is not tracked, without asking. */
  track: boolean;
  /** `KEY=ID` of the command line. */
  chosen: ReadonlyMap<string, number>;
  tell: (line: string) => void;
}

/** As many as the API takes at once. */
const MATCHED_AT_ONCE = 500;
const ADDED_AT_ONCE = 100;

const inGroups = <Value>(values: readonly Value[], size: number): Value[][] =>
  Array.from({ length: Math.ceil(values.length / size) }, (_, at) =>
    values.slice(at * size, (at + 1) * size),
  );

/** Where each repository of the files goes: tracked ones by id, name or former name; others are tracked if that is wanted. */
export async function findDestinations(
  read: readonly ReadRepository[],
  finding: Finding,
): Promise<Destinations> {
  const { chosen, tell } = finding;
  const found: Destinations = new Map();
  const untracked: ReadRepository[] = [];
  const matches = await match(read, finding);
  for (const one of read) {
    const known = chosen.get(one.key) ?? matches.get(one.key)?.repositoryId ?? null;
    const candidates = matches.get(one.key)?.candidates ?? [];
    if (known !== null) found.set(one.key, known);
    else if (one.owner !== null && one.name !== null) untracked.push(one);
    else if (candidates.length > 0 && isAttended()) {
      const id = await askWhich(`Which repository is ${one.label}?`, candidates);
      if (id !== null) found.set(one.key, id);
    } else tell(`${one.label}: left out, because its full name is not known (key ${one.key}).`);
  }
  await trackMissing(untracked, found, finding);
  return found;
}

async function match(read: readonly ReadRepository[], { client, tenantId }: Finding) {
  const found = new Map<string, ImportMatches['repositories'][number]>();
  for (const group of inGroups(read, MATCHED_AT_ONCE)) {
    const repositories = group.map(({ key, githubId, owner, name, formerNames }) => ({
      key,
      githubId,
      owner,
      name,
      formerNames: formerNames.slice(0, 100),
    }));
    const answer = await client.call<ImportMatches>('POST', `/imports/${tenantId}/repositories`, {
      repositories,
    });
    for (const one of answer.repositories) found.set(one.key, one);
  }
  return found;
}

const fullNameOf = ({ owner, name }: { owner: string | null; name: string | null }) =>
  `${owner}/${name}`.toLowerCase();

async function trackMissing(
  missing: readonly ReadRepository[],
  found: Destinations,
  finding: Finding,
): Promise<void> {
  const { client, tenantId, track, tell } = finding;
  if (missing.length === 0) return;
  const names = [...new Map(missing.map((one) => [fullNameOf(one), one])).values()];
  const listed = names
    .slice(0, 10)
    .map(({ label }) => label)
    .join(', ');
  const some = `${listed}${names.length > 10 ? ` and ${names.length - 10} more` : ''}`;
  const wanted =
    track ||
    (isAttended() &&
      (await askToGoOn(`Not tracked yet: ${some}. Track ${names.length === 1 ? 'it' : 'them'}?`)));
  if (!wanted) {
    tell(`Left out, because they are not tracked (--track tracks them): ${some}.`);
    return;
  }
  const ids = new Map<string, number>();
  for (const group of inGroups(names, ADDED_AT_ONCE)) {
    const repositories = group.map(({ owner, name }) => ({ owner, name }));
    const { added, refused } = await client.call<RepositoriesAdded>(
      'POST',
      `/repositories/${tenantId}/batch`,
      { repositories },
    );
    for (const one of added) ids.set(fullNameOf(one), one.repositoryId);
    for (const one of refused) tell(`${one.owner}/${one.name} cannot be tracked: ${one.message}`);
  }
  for (const one of missing) {
    const id = ids.get(fullNameOf(one));
    if (id !== undefined) found.set(one.key, id);
  }
}
