import { useEffect, useState } from 'preact/hooks';

const CHANGED = 'waiting-changed';

/** Shows the seconds until a retry; 0 hides it. */
export function showWaiting(seconds: number) {
  window.dispatchEvent(new CustomEvent(CHANGED, { detail: seconds }));
}

/** Says that the server cannot be reached, and when the call is retried. */
export function Waiting() {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const changed = (event: Event) => setSeconds((event as CustomEvent<number>).detail);
    window.addEventListener(CHANGED, changed);
    return () => window.removeEventListener(CHANGED, changed);
  }, []);
  return (
    <div class="waiting" role="status">
      {seconds > 0 && (
        <p>
          Can’t reach the server. Retrying<span aria-hidden="true"> in {seconds} s</span>.
        </p>
      )}
    </div>
  );
}
