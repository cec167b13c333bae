import type { RunStarted } from '../../actions/openapi/runs.ts';
import { useApp } from '../app-context.ts';
import { useSubmission } from '../controls/submit.ts';

interface CollectNowProps {
  tenantId: number;
  /** Without them: the whole tenant. */
  repositoryIds?: number[];
  disabled: boolean;
  onStarted: (runId: number) => void;
}

/** Starts a collection, or joins the one that is at work. */
export function CollectNow({ tenantId, repositoryIds, disabled, onStarted }: CollectNowProps) {
  const { api } = useApp();
  const submission = useSubmission();
  function start() {
    void submission.run(async () => {
      const body = repositoryIds ? { repositoryIds } : {};
      onStarted((await api.send<RunStarted>('POST', `runs/${tenantId}`, body)).runId);
    });
  }
  return (
    <>
      <button
        type="button"
        class="button small primary"
        onClick={start}
        disabled={disabled || submission.busy}
      >
        {disabled ? 'Collecting…' : 'Collect now'}
      </button>
      {submission.error && (
        <span class="fault" role="alert">
          {submission.error.message}
        </span>
      )}
    </>
  );
}
