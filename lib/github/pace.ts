/** Lets requests go when GitHub's limits for the token allow it, whoever else is at work with the token. */
export interface Pace {
  /** Waits for its turn; throws `out_of_time`, or `rate_limited`, when that is not in the time that is left. */
  enter(): Promise<void>;
  /** Says that a request has ended, and what came of it. */
  leave(outcome: { headers: Record<string, string> } | { error: unknown }): void;
}
