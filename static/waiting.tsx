import { useEffect, useState } from 'preact/hooks';

const CHANGED = 'waiting-changed';

/** Shows for how many seconds a call waits; 0 ends it. */
export function showWaiting(seconds: number) {
  window.dispatchEvent(new CustomEvent(CHANGED, { detail: seconds }));
}

/** Says that the API's calls for this minute are used up, and that it goes on by itself. */
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
