import { useEffect, useState } from 'preact/hooks';
import type { RunDetail } from '../../lib/answers/runs.ts';
import { forgetAnswers } from '../answers.ts';
import { ApiError } from '../api.ts';
import { useApp } from '../app-context.ts';
import { reads } from '../reads.ts';

const QUICK_MS = 2_000;
const SLOW_MS = 5_000;
/** After this many reads, a long run is polled less often: the API limits calls per minute. */
const QUICK_READINGS = 15;

/** Which outcomes to read with the run. */
interface Outcomes {
  page?: string | null;
  size?: string;
}

/** Polls a run until it has ended; pauses while the tab is hidden. */
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
