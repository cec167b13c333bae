import { isStillRunning } from '../lib/still-running.ts';
import type { Installation } from './installation.ts';

export interface ApiCall {
  method: string;
  /** Begins with the action, such as `/stats/1?range=30`. */
  path: string;
  /** Sent as JSON. */
  body?: unknown;
}

/** Calls the API as a person known to the local identity provider. Throws if the answer is not a success. */
export async function callApi(
  { url, identity }: Pick<Installation, 'url' | 'identity'>,
  email: string,
  { method, path, body }: ApiCall,
): Promise<unknown> {
  const response = await fetch(`${url}/api/v1/web/guest/traffic${path}`, {
    method,
    headers: {
      authorization: `Bearer ${await identity.issueToken(email)}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
  const answer: unknown = text === '' ? undefined : JSON.parse(text);
  if (isStillRunning(response.status, answer))
    throw new Error(`${method} ${path} takes longer than a minute.`);
  return answer;
}
