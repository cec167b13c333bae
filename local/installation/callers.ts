import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { decodeJwt } from 'jose';
import { createSemaphore } from '../../lib/github/attempts.ts';
import { type AddressReader, LOOPBACK, openProxies, toNetwork } from './addresses.ts';
import type { Handler } from './server.ts';

/** What the OpenWhisk host can do. */
interface Capacity {
  invocationsPerMinute: number;
  containers: number;
}

/** The parts of a minute's invocations that callers may use. What is left is the collector's. */
const SHARES = {
  /** All calls that are not the actions' own. */
  everybody: 3 / 4,
  /** One person who is signed in. */
  person: 1 / 2,
  /** Everybody who is not known to be signed in. */
  strangers: 1 / 4,
  /** One address of theirs. */
  stranger: 1 / 10,
};

/** Tokens that are remembered. */
const MAX_PEOPLE = 10_000;
/** Lines of the log in a minute. */
const MAX_LINES = 20;

/** The token of the request's authorization header, and its scheme in lower case. */
function credentialsOf({ headers }: IncomingMessage): { scheme: string; token: string } {
  const [scheme = '', token = ''] = (headers.authorization ?? '').trim().split(/\s+/);
  return { scheme: scheme.toLowerCase(), token };
}

const digest = (text: string) => createHash('sha256').update(text).digest();

/** Counts in calendar minutes, as the platform does, so that the shares add up to its limit. */
function openCounter() {
  const counts = new Map<string, number>();
  let current = 0;
  return {
    /** Counts a call against all of these unless one of them is used up. Returns whether it did. */
    take(limits: Record<string, number>): boolean {
      const minute = Math.floor(Date.now() / 60_000);
      if (minute !== current) counts.clear();
      current = minute;
      if (Object.entries(limits).some(([name, most]) => (counts.get(name) ?? 0) >= most)) return false;
      for (const name of Object.keys(limits)) counts.set(name, (counts.get(name) ?? 0) + 1);
      return true;
    },
  };
}

/** Whom a token is about; the text that is no JWT stands for itself. */
function subjectOf(token: string): string {
  try {
    return String(decodeJwt(token).sub);
  } catch {
    return digest(token).toString('base64');
  }
}

/** Whose tokens the actions have accepted. A token that nobody has tried yet could be anything. */
function openPeople() {
  const subjects = new Map<string, string>();
  const keyOf = (token: string) => digest(token).toString('base64');
  return {
    find: (token: string) => subjects.get(keyOf(token)),
    learn(token: string, accepted: boolean): void {
      const key = keyOf(token);
      subjects.delete(key);
      if (accepted) subjects.set(key, subjectOf(token));
      const [oldest] = subjects.size > MAX_PEOPLE ? subjects.keys() : [];
      if (oldest) subjects.delete(oldest);
    },
  };
}

function sendRefusal(response: ServerResponse): void {
  const seconds = Math.ceil((60_000 - (Date.now() % 60_000)) / 1000);
  const message = `Too many calls. Try again in ${seconds} s.`;
  response.writeHead(429, {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'retry-after': String(seconds),
    'access-control-allow-origin': '*',
    'access-control-expose-headers': 'retry-after',
  });
  response.end(JSON.stringify({ error: { code: 'too_many_requests', message } }));
}

/** Only an answer that needs a token says that the token is good. */
function isAccepted({ method, url = '' }: IncomingMessage, { statusCode }: ServerResponse): boolean {
  const isOpen = method === 'OPTIONS' || /^\/api\/v1\/web\/[^/]+\/[^/]+\/init\b/.test(url);
  return !isOpen && statusCode < 300;
}

/** What limiting depends on. */
export interface Limiting {
  /** The OpenWhisk host's. Calls with it, as the actions make, are not limited. */
  apiKey: string;
  capacity: Capacity;
  /** Default: a proxy on this machine is believed. */
  addressOf?: AddressReader;
  log: (line: object) => void;
}

/**
 * Stands before the OpenWhisk host's API. Refuses, with 429 and Retry-After, the calls of those who have used up their share
 * of its invocations: nobody can take them from the others, and all together cannot take them from the collector. Strangers
 * also run in half of the containers at most.
 */
export function limitCallers(handle: Handler, limiting: Limiting): Handler {
  const { apiKey, capacity, addressOf = openProxies(LOOPBACK).addressOf, log } = limiting;
  const counter = openCounter();
  const people = openPeople();
  const asStranger = createSemaphore(Math.max(1, Math.floor(capacity.containers / 2)));
  const key = digest(Buffer.from(apiKey).toString('base64'));
  const most = (share: keyof typeof SHARES) =>
    Math.max(1, Math.floor(capacity.invocationsPerMinute * SHARES[share]));

  const refuse = (response: ServerResponse, caller: string) => {
    sendRefusal(response);
    if (counter.take({ lines: MAX_LINES, [`line ${caller}`]: 1 }))
      log({ level: 'warn', event: 'too_many_requests', caller });
  };

  const handleStranger = async (request: IncomingMessage, response: ServerResponse, token: string) => {
    const caller = `address ${toNetwork(addressOf(request))}`;
    const strangers = { strangers: most('strangers'), [caller]: most('stranger') };
    if (!counter.take({ everybody: most('everybody'), ...strangers })) return refuse(response, caller);
    await asStranger(async () => (response.destroyed ? undefined : handle(request, response)));
    if (token && isAccepted(request, response)) people.learn(token, true);
  };

  return async (request, response) => {
    const { scheme, token } = credentialsOf(request);
    if (scheme === 'basic' && timingSafeEqual(digest(token), key)) return handle(request, response);
    const bearer = scheme === 'bearer' ? token : '';
    const subject = people.find(bearer);
    if (subject === undefined) return handleStranger(request, response, bearer);
    const caller = `person ${subject}`;
    if (!counter.take({ everybody: most('everybody'), [caller]: most('person') }))
      return refuse(response, caller);
    await handle(request, response);
    if (response.statusCode === 401) people.learn(bearer, false);
  };
}
