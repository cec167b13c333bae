import type { RepositoryRemoved } from '../../lib/answers/repositories.ts';
import { useAnswer } from '../answers.ts';
import { useApp } from '../app-context.ts';
import { FormDialog } from '../controls/dialog.tsx';
import { Failure } from '../controls/notice.tsx';
import { useSubmission } from '../controls/submit.ts';
import { formatDay, plural } from '../format.ts';
import { reads } from '../reads.ts';

interface RemoveDialogProps {
  tenantId: number;
  repositoryId: number;
  fullName: string;
  /** The rule that added it. */
  rule: string | null;
  onClose: () => void;
  onRemoved: () => void;
}

/** Asks before a repository is removed, and says what will be deleted. */
export function RemoveDialog({
  tenantId,
  repositoryId,
  fullName,
  rule,
  onClose,
  onRemoved,
}: RemoveDialogProps) {
  const { api } = useApp();
  const detail = useAnswer(reads.repository(tenantId, repositoryId));
  const submission = useSubmission();
  const stored = detail.answer?.stored;

  function remove() {
    void submission.run(async () => {
      await api.send<RepositoryRemoved>('DELETE', `repositories/${tenantId}/${repositoryId}`);
      onRemoved();
    });
  }

  return (
    <FormDialog
      title={`Remove ${fullName}?`}
      action="Remove"
      danger
      disabled={!stored}
      submission={submission}
      onSubmit={remove}
      onClose={onClose}
    >
      {detail.error && <Failure error={detail.error} retry={detail.reload} />}
      {stored?.firstDate && stored.lastDate ? (
        <p>
          This deletes its collected data: {plural(stored.trafficDays, 'traffic day')} from{' '}
          {formatDay(stored.firstDate)} to {formatDay(stored.lastDate)} and{' '}
          {plural(stored.snapshots, 'snapshot')} of referrers and paths.
        </p>
      ) : (
        <p>{stored ? 'Nothing has been collected yet.' : 'Checking what will be deleted…'}</p>
      )}
      {rule && <p>The rule {rule} added it, and will not add it again. You can allow that under Rules.</p>}
      <p>GitHub keeps only the last 14 days; older data cannot be recovered. Nothing changes on GitHub.</p>
    </FormDialog>
  );
}
