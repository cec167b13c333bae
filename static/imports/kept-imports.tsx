import { useState } from 'preact/hooks';
import { useApp } from '../app-context.ts';
import { Notice } from '../controls/notice.tsx';
import { useSubmission } from '../controls/submit.ts';
import { formatRecent, plural } from '../format.ts';
import { type KeptImport, removeKept } from './kept.ts';
import { takeBackKept } from './send.ts';

interface KeptImportsProps {
  kept: readonly KeptImport[];
  onContinue: (kept: KeptImport) => void;
  onDiscarded: () => void;
}

/** Imports that stopped half-way, to continue or discard. */
export function KeptImports({ kept, onContinue, onDiscarded }: KeptImportsProps) {
  const { api } = useApp();
  const submission = useSubmission();
  const [discarding, setDiscarding] = useState<string>();

  function discard(one: KeptImport) {
    setDiscarding(one.key);
    void submission.run(async () => {
      await takeBackKept(api, one, () => undefined);
      await removeKept(one.key);
      onDiscarded();
    });
  }

  return (
    <>
      {kept.map((one) => (
        <Notice key={one.key} kind="info" title={`An import of ${one.title} is not complete`}>
          <p>
            Begun {formatRecent(one.startedAt)}: {plural(one.rows, 'row')} for{' '}
            {plural(one.request.repositories.length, 'repository', 'repositories')}. Nothing of it counts yet.
          </p>
          {submission.error && discarding === one.key && (
            <p class="field-error">{submission.error.message}</p>
          )}
          <p class="row">
            <button
              type="button"
              class="button primary"
              disabled={submission.busy}
              onClick={() => onContinue(one)}
            >
              Continue import of {one.title}
            </button>
            <button type="button" class="button" disabled={submission.busy} onClick={() => discard(one)}>
              {submission.busy && discarding === one.key ? 'Discarding…' : 'Discard'}
              <span class="unseen"> the import of {one.title}</span>
            </button>
          </p>
        </Notice>
      ))}
    </>
  );
}
