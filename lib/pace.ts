/** Waits until the next repository may be asked for. */
export type Pace = () => Promise<void>;

/**
 * GitHub counts 900 points a minute, and one for each of the at most seven requests that a repository takes: 40 repositories
 * at once and 80 more each minute are 840 points
 * (https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits).
 */
export function createGitHubPace(): Pace {
  const burst = 40;
  const intervalMs = 750;
  let nextAt = performance.now() - burst * intervalMs;
  return async () => {
    const now = performance.now();
    nextAt = Math.max(nextAt, now - burst * intervalMs) + intervalMs;
    if (nextAt > now) await new Promise((resolve) => setTimeout(resolve, nextAt - now));
  };
}
