import { request } from './request.ts';

/** The origins of the identity provider that the pages call. Throws a sentence if it is not what ISSUER says. */
export async function readProviderOrigins(issuer: string): Promise<string[]> {
  const url = `${issuer}/.well-known/openid-configuration`;
  const answer = await request('ISSUER', url);
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}: is ISSUER right?`);
  const document = (await answer.json().catch(() => ({}))) as Record<string, unknown>;
  if (String(document.issuer).replace(/\/$/, '') !== issuer)
    throw new Error(`${url} names the issuer ${document.issuer}: set ISSUER to that.`);
  const { token_endpoint: token, revocation_endpoint: revocation, jwks_uri: keys } = document;
  const called = [url, token, revocation, keys].filter((one) => typeof one === 'string');
  return [...new Set(called.map((one) => new URL(one).origin))];
}
