import { useEffect, useState } from 'preact/hooks';
import type { RepositoriesAdded } from '../../lib/answers/repositories.ts';
import {
  type CallApi,
  fullNameOf,
  type Match,
  matchNamed,
  type Tracked,
  trackWanted,
  type Wanted,
} from '../../lib/imports/destinations.ts';
import type { Targets } from '../../lib/imports/merge.ts';
import { useAnswer } from '../answers.ts';
import { useApp } from '../app-context.ts';
import { type Submission, useSubmission } from '../controls/submit.ts';
import { reads } from '../reads.ts';
import type { ReadSummary, RepositorySummary } from './protocol.ts';

/** Where a repository of the files goes. */
export interface Destination {
  /** Null: it is left out, or not known yet. */
  repositoryId: number | null;
  /** What tells so; `chosen`: you did. Null: not known yet. */
  by: NonNullable<Match['by']> | 'chosen' | null;
  /** Tracked repositories that may be meant. */
  candidates: readonly Tracked[];
  /** Why it could not be tracked, if that was tried. */
  refusal: string | null;
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

/** Which tracked repository each one of the files is: as the API knows it, or as you choose. */
export function useDestinations(tenantId: number, summary: ReadSummary | undefined): Destinations {
  const { api } = useApp();
  const call: CallApi = (method, path, body) => api.send(method, path, body);
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
    matchNamed(call, tenantId, summary.repositories).then(
      (found) => isCurrent && setMatches(found),
      (reason: Error) => isCurrent && setError(reason),
    );
    return () => {
      isCurrent = false;
    };
  }, [api, tenantId, summary]);

  function toDestination(read: RepositorySummary): Destination {
    const { key } = read;
    const found = matches?.get(key);
    const candidates = found?.candidates ?? [];
    const choice = chosen[key];
    if (choice !== undefined) return { repositoryId: choice, by: 'chosen', candidates, refusal: null };
    const isRefused = (other: { owner: string; name: string }) => fullNameOf(other) === fullNameOf(read);
    const refusal = refused.find(isRefused)?.message ?? null;
    if (!found?.by) return { repositoryId: null, by: null, candidates, refusal };
    return { repositoryId: found.repositoryId, by: found.by, candidates, refusal: null };
  }

  function track(wanted: readonly Wanted[]) {
    void tracking.run(async () => {
      setRefused([]);
      try {
        const answer = await trackWanted(call, tenantId, wanted);
        setRefused(answer.refused);
        setAdded((before) => [...before, ...answer.tracked.values()]);
        const choices = [...answer.tracked].map(([key, { repositoryId }]) => [key, repositoryId]);
        setChosen((before) => ({ ...before, ...Object.fromEntries(choices) }));
      } finally {
        // Some may be tracked although another could not be asked for.
        setMatches(await matchNamed(call, tenantId, summary?.repositories ?? []));
      }
    });
  }

  const known = new Map((groups.answer?.repositories ?? []).map((one) => [one.repositoryId, one.fullName]));
  for (const { repositoryId, fullName } of [...(matches?.values() ?? []), ...added])
    if (repositoryId !== null && fullName !== null && !known.has(repositoryId))
      known.set(repositoryId, fullName);
  const targets: Record<string, number> = {};
  for (const read of summary?.repositories ?? []) {
    const { repositoryId } = toDestination(read);
    if (repositoryId !== null && !read.isEmpty) targets[read.key] = repositoryId;
  }
  return {
    tracked: [...known].map(([repositoryId, fullName]) => ({ repositoryId, fullName })),
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
