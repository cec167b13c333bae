import { Refusal } from './http.ts';

/** Limits a namespace's requests per calendar minute, as the platform does, not per sixty seconds. */
export interface RateThrottle {
  /** @throws {Refusal} 429 above the limit. Refused requests count, too. */
  count(namespace: string): void;
}

export function openRateThrottle(perMinute: () => number, clock: () => Date): RateThrottle {
  const windows = new Map<string, { minute: number; requests: number }>();
  return {
    count(namespace) {
      const minute = Math.floor(clock().getTime() / 60_000);
      const current = windows.get(namespace);
      const window = current?.minute === minute ? current : { minute, requests: 0 };
      window.requests += 1;
      windows.set(namespace, window);
      const allowed = perMinute();
      if (window.requests > allowed)
        throw new Refusal(
          429,
          `Too many requests in the last minute (count: ${window.requests}, allowed: ${allowed}).`,
        );
    },
  };
}

/** @throws {Refusal} 429 if the namespace has as many running activations as it may. */
export function requireConcurrency(inFlight: number, allowed: number): void {
  if (inFlight >= allowed)
    throw new Refusal(
      429,
      `Too many concurrent requests in flight (count: ${inFlight}, allowed: ${allowed}).`,
    );
}
