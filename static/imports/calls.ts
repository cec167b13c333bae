import { type Api, mayPass } from '../api.ts';
import { openPace } from './pace.ts';

/** Why nothing is sent at the moment, and for how many seconds. */
export interface Pause {
  reason: 'limit' | 'connection';
  seconds: number;
}

/** A long series of calls: within the platform's limit, and again when one fails in a way that passes. */
export interface Calls {
  /** The call must be safe to repeat. Rejects when it was cancelled, or failed too often. */
  send<Answer>(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<Answer>;
}

/** Until the next try, each time it fails again. Two minutes and a half together. */
const RETRY_SECONDS = [2, 5, 10, 20, 30, 40, 50];

export function openCalls(api: Api, signal: AbortSignal, onPause: (pause: Pause | null) => void): Calls {
  const pace = openPace();
  const wait = async (seconds: number) => {
    for (let left = seconds; left > 0; left--) {
      onPause({ reason: 'connection', seconds: left });
      await new Promise((resolve) => setTimeout(resolve, 1000));
      signal.throwIfAborted();
    }
    onPause(null);
  };
  return {
    async send(method, path, body) {
      for (const seconds of [...RETRY_SECONDS, null]) {
        await pace.turn((left) => onPause(left > 0 ? { reason: 'limit', seconds: left } : null), signal);
        try {
          return await api.send(method, path, body);
        } catch (error) {
          signal.throwIfAborted();
          if (seconds === null || !mayPass(error as Error)) throw error;
          await wait(seconds);
        }
      }
      throw new Error('Nothing was sent.');
    },
  };
}
