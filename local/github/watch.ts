import { performance } from 'node:perf_hooks';
import { type Answer, refuse } from './answer.ts';

/** GitHub's rate limits, which a client should never reach: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api */
const MAX_CONCURRENCY = 100;
const MAX_POINTS = 900;
const MINUTE_MS = 60_000;
/** Real milliseconds that an answer may need to arrive: until then, the client cannot know what it says. */
const ON_ITS_WAY_MS = 250;

interface Client {
  concurrency: number;
  /** The times of the last minute's requests, in epoch milliseconds. */
  came: number[];
  /** The client must not ask before this, in epoch milliseconds. It was told so at `toldAt`, by the process's clock. */
  notBefore: number;
  toldAt: number;
  banned: boolean;
}

/** Watches whether clients keep the rate limits on their own. A client that breaks one is banned for good. */
export interface Watch {
  /** Records a request. Returns the answer if the client is banned. */
  arrive(token: string, now: Date): Answer | undefined;
  leave(token: string): void;
  /** Records what an answer tells the client. */
  tell(token: string, answer: Answer, now: Date): void;
  /** How limits were broken, in order. */
  breaches(): string[];
}

export function createWatch(): Watch {
  const clients = new Map<string, Client>();
  const breaches: string[] = [];

  function clientOf(token: string): Client {
    const known = clients.get(token);
    const client = known ?? { concurrency: 0, came: [], notBefore: 0, toldAt: 0, banned: false };
    clients.set(token, client);
    return client;
  }

  function breachOf({ concurrency, came, notBefore, toldAt }: Client, now: number): string | undefined {
    if (concurrency > MAX_CONCURRENCY) return `${concurrency} requests at once`;
    if (came.length > MAX_POINTS) return `${came.length} points in a minute`;
    const knows = performance.now() - toldAt > ON_ITS_WAY_MS;
    return now < notBefore && knows ? `asked ${notBefore - now} ms before it was allowed again` : undefined;
  }

  return {
    arrive(token, now) {
      const client = clientOf(token);
      const at = now.getTime();
      client.concurrency += 1;
      client.came = [...client.came.filter((one) => one > at - MINUTE_MS), at];
      const breach = breachOf(client, at);
      if (breach !== undefined) breaches.push(breach);
      client.banned ||= breach !== undefined;
      return client.banned ? refuse(403, 'This account was banned for breaking the rate limits.') : undefined;
    },
    leave(token) {
      clientOf(token).concurrency -= 1;
    },
    tell(token, { status, headers }, now) {
      const client = clientOf(token);
      const isSpent = headers['x-ratelimit-remaining'] === '0';
      const reset = isSpent ? Number(headers['x-ratelimit-reset']) * 1000 : 0;
      const isLimit = [403, 429].includes(status) && headers['retry-after'] !== undefined;
      const pause = isLimit ? now.getTime() + Number(headers['retry-after']) * 1000 : 0;
      const notBefore = Math.max(reset, pause);
      if (notBefore <= client.notBefore) return;
      client.notBefore = notBefore;
      client.toldAt = performance.now();
    },
    breaches: () => breaches,
  };
}
