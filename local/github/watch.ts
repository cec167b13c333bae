import { performance } from 'node:perf_hooks';
import { type Answer, refuse } from './answer.ts';

/** GitHub's limits, which a client should never reach: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api */
const MAX_CONCURRENCY = 100;
const MAX_POINTS = 900;
const MINUTE_MS = 60_000;
/** Until an answer has arrived, by the real clock, nobody can know what it says. */
const ON_ITS_WAY_MS = 250;

interface Client {
  concurrency: number;
  /** When requests came in the last minute, in epoch milliseconds. */
  came: number[];
  /** Nothing may be asked before, as it was told at the instant `toldAt` of the process. */
  notBefore: number;
  toldAt: number;
  banned: boolean;
}

/** Watches that clients keep to the limits without being stopped; whoever breaks one is banned for good. */
export interface Watch {
  /** A request comes; the answer of somebody who is banned. */
  arrive(token: string, now: Date): Answer | undefined;
  leave(token: string): void;
  /** The client is told something with an answer. */
  tell(token: string, answer: Answer, now: Date): void;
  /** What was broken, in the order in which it was. */
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
