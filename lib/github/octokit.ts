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

/** Sends a GET request with such parameters and headers, and answers a 2xx or 3xx. Throws Octokit's error for any other. */
export type Send = (
  path: string,
  parameters: Record<string, unknown> & { headers: Record<string, string> },
) => Promise<{ status: number; headers: object; data: unknown }>;

/**
 * Octokit for one server; the token comes with each request. A request that does not end in the time left throws `out_of_time`. Octokit is loaded
 * here: most activations use only the database, and would start later for it.
 */
export async function openOctokit(
  { apiUrl, fetch: ask = fetch }: { apiUrl: string; fetch?: Fetch },
  timeLeft: () => number,
): Promise<Send> {
  const { Octokit } = await import('@octokit/rest');
  const octokit = new Octokit({
    baseUrl: apiUrl,
    userAgent: USER_AGENT,
    log: { debug() {}, info() {}, warn() {}, error() {} },
    // Octokit looks for large integers in what it parses, which takes several times as long.
    request: { redirect: 'manual', parseSuccessResponseBody: false, fetch: fetchWithin(ask, timeLeft) },
  });
  return async (path, parameters) => {
    const { status, headers, data } = await octokit.request(`GET ${path}`, parameters);
    return { status, headers, data: toData(data as unknown as string, headers['content-type']) };
  };
}

/** The parsed JSON, or the text if it is not JSON. */
function toData(text: string, contentType = ''): unknown {
  if (!contentType.includes('json')) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Reads the whole answer in the time left, so that a cut answer fails like one that never began. */
function fetchWithin(ask: Fetch, timeLeft: () => number) {
  return async (url: string, init: Parameters<Fetch>[1]) => {
    const left = timeLeft();
    if (left <= 0) throw outOfTime();
    const signal = AbortSignal.timeout(Math.min(left, REQUEST_TIMEOUT_MS));
    try {
      const { status, headers, body } = await ask(url, { ...init, signal });
      const text = new TextDecoder().decode(await readBody(body));
      // What Octokit uses of a `Response`. A real one would make a stream of the text, only to read it again.
      const reading = { text: async () => text, arrayBuffer: async () => new ArrayBuffer(0) };
      return { status, headers, url, body: text, ...reading } as unknown as Response;
    } catch (error) {
      if (signal.aborted && left <= REQUEST_TIMEOUT_MS) throw outOfTime();
      throw error;
    }
  };
}

async function readBody(body: Response['body']): Promise<Uint8Array> {
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
