import type { Octokit } from '@octokit/rest';
import { Failure } from '../failure.ts';

const REQUEST_TIMEOUT_MS = 15_000;
/** A hundred repositories, the longest answer that is asked for, take about 0.7 MB. */
const MAX_BYTES = 8 * 1024 * 1024;
const USER_AGENT = 'github-traffic-analytics';

/** As much of the platform's `fetch` as GitHub is asked with. It may throw a `Failure` of its own. */
export type Fetch = (
  url: string,
  request: {
    method?: string;
    headers?: Record<string, string>;
    redirect?: 'manual';
    signal: AbortSignal;
  },
) => Promise<Response>;

/**
 * Octokit for one token at one server, whose requests end in the time that is left: they throw `out_of_time` then. It is
 * loaded now: most activations ask the database only, and would start later for it.
 */
export async function openOctokit(
  { apiUrl, token, fetch: ask = fetch }: { apiUrl: string; token: string; fetch?: Fetch },
  timeLeft: () => number,
): Promise<Octokit> {
  const { Octokit } = await import('@octokit/rest');
  return new Octokit({
    auth: token,
    baseUrl: apiUrl,
    userAgent: USER_AGENT,
    log: { debug() {}, info() {}, warn() {}, error() {} },
    request: { redirect: 'manual', fetch: fetchWithin(ask, timeLeft) },
  });
}

/** Reads the whole answer in the time that is left, so that one cut short fails like one that never began. */
function fetchWithin(ask: Fetch, timeLeft: () => number) {
  return async (url: string, init: Parameters<Fetch>[1]) => {
    const left = timeLeft();
    if (left <= 0) throw outOfTime();
    const signal = AbortSignal.timeout(Math.min(left, REQUEST_TIMEOUT_MS));
    try {
      const response = await ask(url, { ...init, signal });
      const { status, headers } = response;
      return new Response([204, 304].includes(status) ? null : await readBody(response), { status, headers });
    } catch (error) {
      if (signal.aborted && left <= REQUEST_TIMEOUT_MS) throw outOfTime();
      throw error;
    }
  };
}

async function readBody({ body }: Response): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    length += chunk.length;
    if (length > MAX_BYTES) throw new Failure('unreadable_answer', 'GitHub’s answer is too long to be one.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function outOfTime(): Failure {
  return new Failure(
    'out_of_time',
    'GitHub did not answer in the time that was left: it will be asked again.',
  );
}
