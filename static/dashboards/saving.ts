import { useMemo, useState } from 'preact/hooks';
import type { Dashboard } from '../../lib/answers/dashboards.ts';
import type { Problem } from '../../lib/dashboards/rules.ts';
import { ApiError } from '../api.ts';
import { useApp } from '../app-context.ts';
import { type Submission, useSubmission } from '../controls/submit.ts';
import { toChange } from './document-check.ts';
import { problemsOf } from './problem-lists.tsx';

interface Saving {
  submission: Submission;
  /** The version that is stored, as far as is known. */
  version: number;
  /** Somebody else's version, which is stored meanwhile. */
  conflict: number | undefined;
  problems: Problem[];
  /** Saves over a version: the one that was changed, or somebody else's. Answers what is stored then. */
  save(document: unknown, over?: number): Promise<Dashboard | undefined>;
  /** Goes on from a version that was loaded. */
  restart(version: number): void;
}

const isInvalid = (error: Error | undefined): error is ApiError =>
  error instanceof ApiError && error.code === 'dashboard_invalid';

/** Saves a dashboard, and keeps what stands against that. */
export function useSaving(tenantId: number, { dashboardId, version: first }: Dashboard): Saving {
  const { api } = useApp();
  const submission = useSubmission();
  const [version, setVersion] = useState(first);
  const { error } = submission;
  const problems = useMemo(() => (isInvalid(error) ? problemsOf(error.details) : []), [error]);
  const code = error instanceof ApiError ? error.code : undefined;
  const details = error instanceof ApiError ? error.details : undefined;
  return {
    submission,
    version,
    conflict: code === 'dashboard_changed' ? (details as { version: number }).version : undefined,
    problems,
    async save(document, over = version) {
      let saved: Dashboard | undefined;
      await submission.run(async () => {
        const body = toChange(document, over);
        saved = await api.send<Dashboard>('PUT', `dashboards/${tenantId}/${dashboardId}`, body);
        setVersion(saved.version);
      });
      return saved;
    },
    restart(loaded) {
      submission.clear();
      setVersion(loaded);
    },
  };
}

/** A text that was not saved yet, kept while the tab is open: links and reloads do not lose it. */
export interface Draft {
  /** The version that was changed. */
  version: number;
  text: string;
}

const draftKey = (tenantId: number, dashboardId: string) => `traffic.draft.${tenantId}.${dashboardId}`;

export function readDraft(tenantId: number, dashboardId: string): Draft | undefined {
  const kept = sessionStorage.getItem(draftKey(tenantId, dashboardId));
  return kept ? (JSON.parse(kept) as Draft) : undefined;
}

/** Keeps a draft, or forgets it. */
export function keepDraft(tenantId: number, dashboardId: string, draft: Draft | undefined) {
  const name = draftKey(tenantId, dashboardId);
  if (draft) sessionStorage.setItem(name, JSON.stringify(draft));
  else sessionStorage.removeItem(name);
}
