import { useState } from 'preact/hooks';
import type { RepositoriesAdded } from '../../lib/answers/repositories.ts';
import { useAnswer } from '../answers.ts';
import { useApp } from '../app-context.ts';
import { Answered } from '../controls/answered.tsx';
import { FormDialog } from '../controls/form-dialog.tsx';
import { useSubmission } from '../controls/submit.ts';
import { plural } from '../format.ts';
import { reads } from '../reads.ts';
import { CandidateList, MAX_PER_REQUEST } from './candidate-list.tsx';

interface DiscoverDialogProps {
  tenantId: number;
  onAdded: (added: RepositoriesAdded) => void;
  onClose: () => void;
}

/** Lists what the tenant can read on GitHub, with its token or as an app, to add many repositories at once. */
export function DiscoverDialog({ tenantId, onAdded, onClose }: DiscoverDialogProps) {
  const { api } = useApp();
  const found = useAnswer(reads.discover(tenantId));
  const submission = useSubmission();
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());

  function add() {
    const repositories = (found.answer?.candidates ?? [])
      .filter((candidate) => chosen.has(candidate.githubId))
      .map(({ owner, name }) => ({ owner, name }));
    void submission.run(async () => {
      onAdded(await api.send<RepositoriesAdded>('POST', `repositories/${tenantId}/batch`, { repositories }));
    });
  }

  return (
    <FormDialog
      title="Repositories on GitHub"
      wide
      action={chosen.size ? `Add ${plural(chosen.size, 'repository', 'repositories')}` : 'Add'}
      disabled={chosen.size === 0 || chosen.size > MAX_PER_REQUEST}
      submission={submission}
      onSubmit={add}
      onClose={onClose}
    >
      {found.loading && <p role="status">Asking GitHub what the tenant can read…</p>}
      <Answered loaded={found}>
        {({ candidates, truncated }) => (
          <>
            <CandidateList candidates={candidates} chosen={chosen} onChange={setChosen} />
            {truncated && <p class="hint">GitHub has more than are listed. Add the others by their names.</p>}
          </>
        )}
      </Answered>
    </FormDialog>
  );
}
