import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { get as getSecurely } from 'node:https';
import { json } from 'node:stream/consumers';

export interface JsonAnswer {
  status: number;
  /** Undefined: it is not JSON. */
  body: unknown;
}

/**
 * Gets a JSON document, without following redirects. Throws if there is no answer in time. Node's `fetch` does the same, and takes
 * 12 MB for as long as the process runs.
 */
export async function getJson(
  url: string,
  { headers = {}, timeoutMs }: { headers?: Record<string, string>; timeoutMs?: number } = {},
): Promise<JsonAnswer> {
  const signal = timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs);
  const begin = url.startsWith('https:') ? getSecurely : get;
  const request = begin(url, {
    headers: { accept: 'application/json', ...headers },
    ...(signal && { signal }),
  });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const body: unknown = await json(response).catch(() => undefined);
  return { status: response.statusCode ?? 0, body };
}
