import type { Octokit } from '@octokit/rest';
import { Failure } from '../failure.ts';

const REQUEST_TIMEOUT_MS = 15_000;
/** A hundred repositories take about 0.7 MB, and a release with 1,700 files 3 MB. */
const MAX_BYTES = 8 * 1024 * 1024;
const USER_AGENT = 'github-traffic-analytics';

/** The part of the platform's `fetch` that is used. It may throw a `Failure`. */
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
 * Octokit for one server; the token comes with each request. A request that does not end in the time left throws `out_of_time`. Octokit is loaded
 * here: most activations use only the database, and would start later for it.
 */
export async function openOctokit(
  { apiUrl, fetch: ask = fetch }: { apiUrl: string; fetch?: Fetch },
  timeLeft: () => number,
): Promise<Octokit> {
  const { Octokit } = await import('@octokit/rest');
  return new Octokit({
    baseUrl: apiUrl,
    userAgent: USER_AGENT,
    log: { debug() {}, info() {}, warn() {}, error() {} },
    request: { redirect: 'manual', fetch: fetchWithin(ask, timeLeft) },
  });
}

/** Reads the whole answer in the time left, so that a cut answer fails like one that never began. */
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
    if (length > MAX_BYTES) {
      const message = 'GitHub’s answer is too long. Check the server’s address.';
      throw new Failure('unreadable_answer', message, { tooLong: true });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function outOfTime(): Failure {
  return new Failure('out_of_time', 'GitHub did not answer in time. It will be asked again.');
}
