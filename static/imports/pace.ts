/** Stock OpenWhisk takes 60 calls a minute. Some are left for whoever looks at pages meanwhile. */
const MAX_CALLS = 45;
const MINUTE_MS = 60_000;

/** Keeps a long series of calls below the platform's limit. */
export interface Pace {
  /** Resolves when the next call may be made. `onWait` learns for how many seconds it waits, and 0 at the end. */
  turn(onWait: (seconds: number) => void, signal: AbortSignal): Promise<void>;
}

export function openPace(): Pace {
  const made: number[] = [];
  return {
    async turn(onWait, signal) {
      signal.throwIfAborted();
      const oldest = made[made.length - MAX_CALLS];
      const until = oldest === undefined ? 0 : oldest + MINUTE_MS;
      while (Date.now() < until) {
        onWait(Math.ceil((until - Date.now()) / 1000));
        await new Promise((resolve) => setTimeout(resolve, Math.min(1000, until - Date.now())));
        signal.throwIfAborted();
      }
      onWait(0);
      made.push(Date.now());
      made.splice(0, made.length - MAX_CALLS);
    },
  };
}
