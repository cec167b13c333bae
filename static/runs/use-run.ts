import { useEffect, useState } from 'preact/hooks';
import type { RunDetail } from '../../lib/answers/runs.ts';
import { forgetAnswers } from '../answers.ts';
import { ApiError } from '../api.ts';
import { useApp } from '../app-context.ts';
import { reads } from '../reads.ts';

const QUICK_MS = 2_000;
const SLOW_MS = 5_000;
/** After so many readings a long run is looked at less often: the API takes only so many calls a minute. */
const QUICK_READINGS = 15;

/** Which outcomes are asked for with the run. */
interface Outcomes {
  page?: string | null;
  size?: string;
}

/** Follows a run until it has ended; rests while the tab is hidden. */
export function useRun(tenantId: number, runId: number, { page = null, size = '' }: Outcomes) {
  const { api } = useApp();
  const [detail, setDetail] = useState<RunDetail>();
  const [error, setError] = useState<Error>();

  useEffect(() => {
    const leaving = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let readings = 0;

    async function look() {
      if (document.hidden) return again();
      try {
        const found = await api.read(reads.run(tenantId, runId, { page, size }), leaving.signal);
        setError(undefined);
        if (found.run.state !== 'running') forgetAnswers();
        setDetail(found);
        if (found.run.state === 'running') again();
      } catch (reason) {
        if (leaving.signal.aborted) return;
        setError(reason as Error);
        if (!(reason instanceof ApiError) || ![403, 404].includes(reason.status)) again();
      }
    }
    function again() {
      readings++;
      timer = setTimeout(() => void look(), readings < QUICK_READINGS ? QUICK_MS : SLOW_MS);
    }

    setDetail(undefined);
    void look();
    return () => {
      leaving.abort();
      clearTimeout(timer);
    };
  }, [api, tenantId, runId, page, size]);

  return { detail, error };
}
