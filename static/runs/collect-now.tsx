import type { RunStarted } from '../../lib/answers/runs.ts';
import { useApp } from '../app-context.ts';
import { useSubmission } from '../controls/submit.ts';

interface CollectNowProps {
  tenantId: number;
  /** Without them: the whole tenant. */
  repositoryIds?: number[];
  /** `verify` compares what is stored as well; `collect` unless told. */
  purpose?: 'collect' | 'verify';
  disabled: boolean;
  onStarted: (runId: number) => void;
}

/** Starts a collection or a verification, or joins the run that is at work. */
export function CollectNow({
  tenantId,
  repositoryIds,
  purpose = 'collect',
  disabled,
  onStarted,
}: CollectNowProps) {
  const { api } = useApp();
  const submission = useSubmission();
  function start() {
    void submission.run(async () => {
      const which = repositoryIds ? { repositoryIds } : {};
      const body = purpose === 'verify' ? { ...which, verify: true } : which;
      onStarted((await api.send<RunStarted>('POST', `runs/${tenantId}`, body)).runId);
    });
  }
  return (
    <>
      <button
        type="button"
        class={purpose === 'verify' ? 'button small' : 'button small primary'}
        onClick={start}
        disabled={disabled || submission.busy}
      >
        {purpose === 'verify' ? 'Verify' : disabled ? 'Collecting…' : 'Collect now'}
      </button>
      {submission.error && (
        <span class="fault" role="alert">
          {submission.error.message}
        </span>
      )}
    </>
  );
}
