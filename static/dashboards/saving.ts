import { useMemo, useState } from 'preact/hooks';
import type { Dashboard } from '../../lib/answers/dashboards.ts';
import { type Problem, sizeProblem } from '../../lib/dashboards/rules.ts';
import { ApiError } from '../api.ts';
import { useApp } from '../app-context.ts';
import { type Submission, useSubmission } from '../controls/submit.ts';
import { toChange } from './document.ts';
import { problemsOf } from './problem-lists.tsx';

/** A document, and the text that says it. */
interface Written {
  document: unknown;
  text: string;
}

interface Saving {
  submission: Submission;
  /** The stored version, as far as known. */
  version: number;
  /** The version that someone else stored meanwhile. */
  conflict: number | undefined;
  problems: Problem[];
  /** Saves over a version: the edited one, or someone else's. Resolves what is stored then. */
  save(written: Written, over?: number): Promise<Dashboard | undefined>;
  /** Continues from a version that was loaded. */
  restart(version: number): void;
}

const isInvalid = (error: Error | undefined): error is ApiError =>
  error instanceof ApiError && error.code === 'dashboard_invalid';

/** Saves a dashboard, and keeps the problems that the API found. */
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
    async save({ document, text }, over = version) {
      let saved: Dashboard | undefined;
      await submission.run(async () => {
        // The text is kept as it is. With many spaces it may be too long, unlike what it says.
        const body = toChange(sizeProblem(text) === undefined ? text : document, over);
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

/** An unsaved text. It survives links and reloads while the tab is open. */
interface Draft {
  /** The version that was changed. */
  version: number;
  text: string;
}

const draftKey = (tenantId: number, dashboardId: string) => `traffic.draft.${tenantId}.${dashboardId}`;

/** The draft of this version. A draft of an older one would silently undo later changes. */
export function usableDraft(tenantId: number, { dashboardId, version }: Dashboard): string | undefined {
  const kept = sessionStorage.getItem(draftKey(tenantId, dashboardId));
  const draft = kept ? (JSON.parse(kept) as Draft) : undefined;
  return draft?.version === version ? draft.text : undefined;
}

/** Keeps or removes a draft. */
export function keepDraft(tenantId: number, dashboardId: string, draft: Draft | undefined) {
  const name = draftKey(tenantId, dashboardId);
  if (draft) sessionStorage.setItem(name, JSON.stringify(draft));
  else sessionStorage.removeItem(name);
}
