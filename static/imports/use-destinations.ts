import { useEffect, useState } from 'preact/hooks';
import type { ImportMatches } from '../../lib/answers/imports.ts';
import type { RepositoriesAdded } from '../../lib/answers/repositories.ts';
import type { Targets } from '../../lib/imports/merge.ts';
import { useAnswer } from '../answers.ts';
import type { Api } from '../api.ts';
import { useApp } from '../app-context.ts';
import { type Submission, useSubmission } from '../controls/submit.ts';
import { reads } from '../reads.ts';
import type { ReadSummary, RepositorySummary } from './protocol.ts';

/** A repository that the tenant tracks. */
export interface Tracked {
  repositoryId: number;
  fullName: string;
}

type Match = ImportMatches['repositories'][number];

/** Where a repository of the files goes. */
export interface Destination {
  /** Null: it is left out, or not known yet. */
  repositoryId: number | null;
  /** What tells so; `chosen`: you did. Null: not known yet. */
  by: NonNullable<Match['by']> | 'chosen' | null;
  /** Tracked repositories that may be meant. */
  candidates: readonly Tracked[];
}

export interface Destinations {
  tracked: readonly Tracked[];
  of: (read: RepositorySummary) => Destination;
  /** Only what goes somewhere. */
  targets: Targets;
  isKnown: boolean;
  error: Error | undefined;
  /** `repositoryId` null: leave it out. */
  choose: (key: string, repositoryId: number | null) => void;
  /** Adds repositories to the tracked ones, and lets those of the files go there. */
  track: (wanted: readonly Wanted[]) => void;
  tracking: Submission;
  refused: RepositoriesAdded['refused'];
}

export interface Wanted {
  /** The repository in the files. */
  key: string;
  owner: string;
  name: string;
}

const UNKNOWN: Destination = { repositoryId: null, by: null, candidates: [] };
/** The API's limits for a call. */
const MAX_MATCHED = 500;
const MAX_TRACKED = 100;
const MAX_FORMER = 100;

/** Which tracked repository each one of the files is: as the API knows it, or as you choose. */
export function useDestinations(tenantId: number, summary: ReadSummary | undefined): Destinations {
  const { api } = useApp();
  const groups = useAnswer(reads.groups(tenantId));
  const tracking = useSubmission();
  const [matches, setMatches] = useState<ReadonlyMap<string, Match>>();
  const [error, setError] = useState<Error>();
  const [chosen, setChosen] = useState<Readonly<Record<string, number | null>>>({});
  const [added, setAdded] = useState<readonly Tracked[]>([]);
  const [refused, setRefused] = useState<RepositoriesAdded['refused']>([]);

  useEffect(() => {
    if (!summary) return undefined;
    let isCurrent = true;
    setError(undefined);
    match(api, tenantId, summary.repositories).then(
      (found) => isCurrent && setMatches(found),
      (reason: Error) => isCurrent && setError(reason),
    );
    return () => {
      isCurrent = false;
    };
  }, [api, tenantId, summary]);

  function toDestination({ key }: RepositorySummary): Destination {
    const found = matches?.get(key);
    const candidates = found?.candidates ?? [];
    const choice = chosen[key];
    if (choice !== undefined) return { repositoryId: choice, by: 'chosen', candidates };
    if (!found?.by) return { ...UNKNOWN, candidates };
    return { repositoryId: found.repositoryId, by: found.by, candidates };
  }

  function track(wanted: readonly Wanted[]) {
    void tracking.run(async () => {
      setRefused([]);
      for (let start = 0; start < wanted.length; start += MAX_TRACKED) {
        const repositories = wanted
          .slice(start, start + MAX_TRACKED)
          .map(({ owner, name }) => ({ owner, name }));
        const answer = await api.send<RepositoriesAdded>('POST', `repositories/${tenantId}/batch`, {
          repositories,
        });
        setAdded((before) => [
          ...before,
          ...answer.added.map(({ repositoryId, fullName }) => ({ repositoryId, fullName })),
        ]);
        setRefused((before) => [...before, ...answer.refused]);
        setChosen((before) => ({ ...before, ...toChoices(wanted, answer) }));
      }
    });
  }

  const known = groups.answer?.repositories ?? [];
  const isNew = ({ repositoryId }: Tracked) => known.every((one) => one.repositoryId !== repositoryId);
  const targets: Record<string, number> = {};
  for (const read of summary?.repositories ?? []) {
    const { repositoryId } = toDestination(read);
    if (repositoryId !== null && read.span) targets[read.key] = repositoryId;
  }
  return {
    tracked: [...known, ...added.filter(isNew)],
    of: toDestination,
    targets,
    isKnown: matches !== undefined,
    error: error ?? groups.error,
    choose: (key, repositoryId) => setChosen((before) => ({ ...before, [key]: repositoryId })),
    track,
    tracking,
    refused,
  };
}

/** The answers by the keys of the files. Those may be long, so the API gets numbers. */
async function match(
  api: Api,
  tenantId: number,
  read: readonly RepositorySummary[],
): Promise<ReadonlyMap<string, Match>> {
  const found = new Map<string, Match>();
  for (let start = 0; start < read.length; start += MAX_MATCHED) {
    const some = read.slice(start, start + MAX_MATCHED);
    const { repositories } = await api.send<ImportMatches>('POST', `imports/${tenantId}/repositories`, {
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

/** GitHub may have renamed what was asked for: then only an only one can be told. */
function toChoices(wanted: readonly Wanted[], { added }: RepositoriesAdded): Record<string, number> {
  const choices: Record<string, number> = {};
  const [only] = added;
  for (const { key, owner, name } of wanted) {
    const same = added.find(({ fullName }) => fullName.toLowerCase() === `${owner}/${name}`.toLowerCase());
    const repository = same ?? (wanted.length === 1 ? only : undefined);
    if (repository) choices[key] = repository.repositoryId;
  }
  return choices;
}
