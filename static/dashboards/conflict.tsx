import { useLayoutEffect } from 'preact/hooks';
import { Notice } from '../controls/notice.tsx';

interface ConflictProps {
  message: string | undefined;
  onTheirs: () => void;
  onMine: () => void;
}

/** Somebody else saved meanwhile: their dashboard or mine. */
export function Conflict({ message, onTheirs, onMine }: ConflictProps) {
  return (
    <Notice kind="warning" title="Someone else changed it">
      <p>{message}</p>
      <p class="row">
        <button type="button" class="button small" onClick={onTheirs}>
          Load theirs, discard mine
        </button>
        <button type="button" class="button small danger" onClick={onMine}>
          Save mine over theirs
        </button>
      </p>
    </Notice>
  );
}

/** Asks before the tab is closed with unsaved changes. */
export function useLeaving(dirty: boolean) {
  useLayoutEffect(() => {
    if (!dirty) return;
    const ask = (event: Event) => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [dirty]);
}
