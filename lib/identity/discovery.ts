/** OpenID Connect Discovery 1.0 §4: where a provider publishes its document. */
export const toDiscoveryUrl = (issuer: string) => `${issuer}/.well-known/openid-configuration`;

/**
 * The origins of the provider that the pages call, by its document. Throws a sentence if the document is not that of
 * `issuer`, which has no slash at the end.
 */
export function toCalledOrigins(issuer: string, document: Record<string, unknown>): string[] {
  const url = toDiscoveryUrl(issuer);
  if (String(document.issuer).replace(/\/$/, '') !== issuer)
    throw new Error(`${url} names the issuer ${document.issuer}: set ISSUER to that.`);
  const { token_endpoint: token, revocation_endpoint: revocation, jwks_uri: keys } = document;
  const called = [url, token, revocation, keys].filter((one) => typeof one === 'string');
  return [...new Set(called.map((one) => new URL(one).origin))];
}
