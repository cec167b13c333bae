import { type CallApi, fullNameOf, matchNamed, trackWanted } from '../../lib/imports/destinations.ts';
import type { ReadRepository } from '../../lib/imports/read.ts';
import { andMore } from '../../lib/number-format.ts';
import type { Client } from '../client.ts';
import { askToGoOn, askWhich, isAttended } from './ask.ts';

/** The repository's id for each key of a repository in the files. Those without one are left out. */
export type Destinations = Map<string, number>;

export interface Finding {
  client: Client;
  tenantId: number;
  /** Begin to track what is not tracked, without asking. */
  track: boolean;
  /** Nothing is tracked, and nobody is asked. */
  previewOnly: boolean;
  /** `KEY=ID` of the command line. */
  chosen: ReadonlyMap<string, number>;
  tell: (line: string) => void;
}

/** Why repositories that are not tracked are left out where nobody can be asked. */
const NOT_TRACKED = {
  preview: 'they are not tracked, and a preview tracks nothing',
  run: 'they are not tracked (--track tracks them)',
};

/** Where each repository of the files goes: tracked ones by id, name or former name; others are tracked if that is wanted. */
export async function findDestinations(
  read: readonly ReadRepository[],
  finding: Finding,
): Promise<Destinations> {
  const { chosen, tell } = finding;
  const found: Destinations = new Map();
  const untracked: ReadRepository[] = [];
  const matches = await matchNamed(callOf(finding), finding.tenantId, read);
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

const callOf =
  ({ client }: Finding): CallApi =>
  (method, path, body) =>
    client.call(method, `/${path}`, body);

async function trackMissing(
  missing: readonly ReadRepository[],
  found: Destinations,
  finding: Finding,
): Promise<void> {
  const { tenantId, track, previewOnly, tell } = finding;
  if (missing.length === 0) return;
  const names = [...new Map(missing.map((one) => [fullNameOf(one), one])).values()];
  const listed = names
    .slice(0, 10)
    .map(({ label }) => label)
    .join(', ');
  const some = `${listed}${names.length > 10 ? ` ${andMore(names.length - 10)}` : ''}`;
  const isWanted =
    track ||
    (!previewOnly &&
      isAttended() &&
      (await askToGoOn(`Not tracked yet: ${some}. Track ${names.length === 1 ? 'it' : 'them'}?`)));
  if (!isWanted) {
    tell(`Left out, because ${NOT_TRACKED[previewOnly ? 'preview' : 'run']}: ${some}.`);
    return;
  }
  const wanted = missing.flatMap(({ key, githubId, owner, name, exported }) =>
    owner !== null && name !== null
      ? [{ key, githubId, owner, name, schedule: exported?.schedule ?? null }]
      : [],
  );
  const { tracked, refused } = await trackWanted(callOf(finding), tenantId, wanted);
  for (const [key, { repositoryId }] of tracked) found.set(key, repositoryId);
  for (const { owner, name, message } of refused)
    tell(`${owner}/${name} stays out, because it cannot be tracked: ${message}`);
}
