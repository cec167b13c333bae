import type { JWTPayload } from 'jose';
import { toLowerAscii } from '../email.ts';

/** What the provider says about one person. */
interface Statements {
  /** The address in userinfo. */
  email: string;
  userinfo: Record<string, unknown>;
  /** Claims of the access token. */
  token: JWTPayload;
}

const isSame = (address: unknown, email: string) =>
  typeof address === 'string' && toLowerAscii(address) === toLowerAscii(email);

const fieldsOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? { ...value } : {};

/** App ID passes on what Google says: https://cloud.ibm.com/docs/appid?topic=appid-predefined-attributes */
function isVerifiedByGoogle({ userinfo, email }: Statements): boolean {
  const identities: unknown[] = Array.isArray(userinfo.identities) ? userinfo.identities : [];
  return identities.map(fieldsOf).some(({ provider, idpUserInfo }) => {
    const { email: address, email_verified: isVerified, verified_email: wasVerified } = fieldsOf(idpUserInfo);
    return provider === 'google' && isSame(address, email) && (isVerified ?? wasVerified) === true;
  });
}

/** The access token's `amr` names App ID's identity provider. */
function isOfTrusted(methods: unknown, trusted: string[]): boolean {
  return Array.isArray(methods) && methods.length > 0 && methods.every((method) => trusted.includes(method));
}

/**
 * Whether the e-mail address is verified. The first that says something decides: userinfo, the access token (App ID's
 * userinfo says nothing), Google behind App ID. Otherwise the address must come from a `trusted` identity provider.
 */
export function isEmailVerified(statements: Statements, trusted: string[]): boolean {
  const { email, userinfo, token } = statements;
  const isAboutIt = token.email === undefined || isSame(token.email, email);
  const said = userinfo.email_verified ?? (isAboutIt ? token.email_verified : null) ?? null;
  // Some providers write booleans as text.
  if (said !== null) return String(said) === 'true';
  return isVerifiedByGoogle(statements) || isOfTrusted(token.amr, trusted);
}
