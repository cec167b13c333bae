/** Says when the next repository may be asked for. */
export interface Pace {
  /** Milliseconds until then; 0: now. */
  pause(): number;
  /** Waits until then; the repository counts from there on. */
  next(): Promise<void>;
  /** When the repositories of the last minute began, in epoch milliseconds: for the activation that goes on. */
  begun(): number[];
}

/**
 * GitHub counts 900 points a minute, and one for each of the at most seven requests that a repository takes
 * (https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits): 120
 * repositories are 840 points.
 */
const REPOSITORIES_A_MINUTE = 120;
const MINUTE_MS = 60_000;

/** Lets 120 repositories begin in any minute, as soon as they may. `begun` is what an activation before this one began. */
export function createGitHubPace(begun: readonly number[] = []): Pace {
  const times = [...begun].sort((one, other) => one - other);
  const nextAt = (now: number) => {
    const oldest = times.at(-REPOSITORIES_A_MINUTE);
    return oldest === undefined ? now : Math.max(now, oldest + MINUTE_MS);
  };
  return {
    pause: () => nextAt(Date.now()) - Date.now(),
    async next() {
      const now = Date.now();
      const at = nextAt(now);
      times.push(at);
      if (times.length > REPOSITORIES_A_MINUTE) times.shift();
      if (at > now) await new Promise((resolve) => setTimeout(resolve, at - now));
    },
    begun: () => times.filter((time) => time > Date.now() - MINUTE_MS),
  };
}
