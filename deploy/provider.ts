import { toCalledOrigins, toDiscoveryUrl } from '../lib/identity/discovery.ts';
import { request } from './request.ts';

/** The origins of the identity provider that the pages call. Throws a sentence if it is not what ISSUER says. */
export async function readProviderOrigins(issuer: string): Promise<string[]> {
  const url = toDiscoveryUrl(issuer);
  const answer = await request('ISSUER', url);
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}: is ISSUER right?`);
  return toCalledOrigins(issuer, (await answer.json().catch(() => ({}))) as Record<string, unknown>);
}
