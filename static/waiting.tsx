import { useEffect, useState } from 'preact/hooks';
import type { Obstacle, Waiting as State } from './api.ts';

const CHANGED = 'waiting-changed';

/** Shows why calls wait, and for how long; null hides it. */
export function showWaiting(state: State | null) {
  window.dispatchEvent(new CustomEvent(CHANGED, { detail: state }));
}

const REASONS: Record<Obstacle, [reason: string, next: string]> = {
  connection: ['Can’t reach the server.', 'Retrying'],
  quota: ['The server takes no more calls in this minute.', 'Continuing'],
  answer: ['This takes longer than a minute. It is still running.', 'Asking again'],
};

/** Says why a call has no answer yet, and when it is repeated. */
export function Waiting() {
  const [state, setState] = useState<State | null>(null);
  useEffect(() => {
    const changed = (event: Event) => setState((event as CustomEvent<State | null>).detail);
    window.addEventListener(CHANGED, changed);
    return () => window.removeEventListener(CHANGED, changed);
  }, []);
  const [reason, next] = state ? REASONS[state.obstacle] : [];
  return (
    <div class="waiting" role="status">
      {state && (
        <p>
          {reason} {next}
          {state.seconds > 0 && <span aria-hidden="true"> in {state.seconds} s</span>}.
        </p>
      )}
    </div>
  );
}
