import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KeyScope } from '../lib/db/tables/keys.ts';
import { isStillRunning } from '../lib/still-running.ts';
import { withoutTrailingSlashes } from '../lib/url.ts';

/** Calls the API with a key. */
export interface Client {
  /** `route` begins with the action, such as `/imports/1`. Tries again what may pass by itself. Throws a sentence otherwise. */
  call<Answer>(method: 'GET' | 'POST' | 'PUT' | 'PATCH', route: string, body?: unknown): Promise<Answer>;
}

const MAX_ATTEMPTS = 10;
const FIRST_PAUSE_SECONDS = 2;
const MAX_PAUSE_SECONDS = 60;
/** Stock OpenWhisk counts calls by the minute. */
const QUOTA_SECONDS = 20;

/** The API of the installation in the data folder. */
function findLocalApi(): string {
  const dataDir = path.resolve(process.env.DATA_DIR || '.data');
  const file = path.join(dataDir, 'url');
  if (existsSync(file)) return `${readFileSync(file, 'utf8').trim()}/api/v1/web/guest/traffic`;
  throw new Error(`There is no installation in ${dataDir}. Name the API’s address with --api.`);
}

interface Refused {
  status: number;
  message: string;
  /** After how many seconds to try again, if the answer says so. */
  seconds: number | null;
}

/** Every call can be repeated, so that a lost answer does no harm. */
const mayPass = ({ status }: Refused) => status === 0 || status === 202 || status === 429 || status >= 500;

function pauseFor({ status, seconds }: Refused, attempt: number): number {
  const own =
    status === 429 ? QUOTA_SECONDS : Math.min(MAX_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** attempt);
  return seconds ?? own;
}

const messageOf = (body: unknown): string => {
  const { error } = (body ?? {}) as { error?: { message?: string } | string };
  return (typeof error === 'object' ? error.message : error) ?? 'nothing that can be read';
};

/** Which API a command calls, and as whom. */
export interface ClientOptions {
  /** Default: that of the installation in the data folder. */
  api: string | undefined;
  /** What the key must be for, for whoever has none. */
  scope: KeyScope;
  tell: (line: string) => void;
  signal: AbortSignal;
}

/**
 * Opens the API. The key is in the environment variable TRAFFIC_KEY, never in an argument: other people of the machine see
 * arguments. Throws a sentence if there is no key or no installation.
 */
export function openClient({ api, scope, tell, signal }: ClientOptions): Client {
  const key = process.env.TRAFFIC_KEY;
  if (!key)
    throw new Error(
      `Put an API key with the scope “${scope}” into the environment variable TRAFFIC_KEY: Settings → API keys makes one.`,
    );
  const base = withoutTrailingSlashes(api ?? findLocalApi());

  async function attempt(
    method: string,
    route: string,
    body: unknown,
  ): Promise<{ answer: unknown } | Refused> {
    const response = await fetch(`${base}${route}`, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
      signal,
    }).catch((error: Error) => {
      if (signal.aborted) throw signal.reason;
      return error;
    });
    if (response instanceof Error)
      return { status: 0, message: `${base} does not answer (${response.message})`, seconds: null };
    const text = await response.text();
    const answer = parse(text);
    if (response.ok && answer !== undefined && !isStillRunning(response.status, answer)) return { answer };
    const seconds = Number(response.headers.get('retry-after')) || null;
    return {
      status: response.status,
      message: `${method} ${route} answered ${response.status}: ${messageOf(answer)}`,
      seconds,
    };
  }

  return {
    async call<Answer>(method: 'GET' | 'POST' | 'PUT', route: string, body?: unknown) {
      for (let tried = 0; ; tried++) {
        const outcome = await attempt(method, route, body);
        if ('answer' in outcome) return outcome.answer as Answer;
        if (!mayPass(outcome) || tried + 1 === MAX_ATTEMPTS) throw new Error(outcome.message);
        const seconds = pauseFor(outcome, tried);
        tell(`${outcome.message}. Trying again in ${seconds} s.`);
        await sleep(seconds * 1000, undefined, { signal });
      }
    },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
