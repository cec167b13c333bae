import { randomUUID } from 'node:crypto';
import type { JWTPayload } from 'jose';
import type { Account } from './store.ts';

/** The differences between providers that pages and actions see. */
export interface Shape {
  /** The scopes that the pages ask for. */
  scope: string;
  /** The claims of each scope. */
  claims: Record<string, string[]>;
  /** Paths below the issuer. */
  routes: { authorization: string; token: string; jwks: string; userinfo: string };
  /** Whether there are refresh tokens. */
  renews: boolean;
  /** The path below the issuer at which App ID ends a session; null: the standard end_session_endpoint. */
  signOutPath: string | null;
  /** The access token's header besides `alg` and `kid`. */
  header: { typ: string; ver?: number };
  /** Claims of an access token besides `iss`, `sub`, `aud`, `iat` and `exp`. */
  toAccessClaims(account: Account): JWTPayload;
  /** Claims of an ID token besides those and `nonce`. */
  toIdClaims(account: Account): JWTPayload;
  toUserinfo(account: Account): Record<string, unknown>;
}

const SCOPE = 'openid profile email';

/** The userinfo of a person. */
function toClaims({ sub, email, name, emailVerified = true }: Account) {
  return { sub, email, email_verified: emailVerified, name };
}

/** RFC 9068 access tokens, refresh tokens, RP-initiated logout. */
export function standardShape(clientId: string): Shape {
  return {
    scope: SCOPE,
    claims: { openid: ['sub'], profile: ['name'], email: ['email', 'email_verified'] },
    routes: { authorization: '/auth', token: '/token', jwks: '/jwks', userinfo: '/me' },
    renews: true,
    signOutPath: null,
    header: { typ: 'at+jwt' },
    toAccessClaims: () => ({ jti: randomUUID(), scope: SCOPE, client_id: clientId }),
    toIdClaims: toClaims,
    toUserinfo: toClaims,
  };
}

const APP_ID_SCOPE =
  'openid appid_default appid_readuserattr appid_readprofile appid_writeuserattr appid_authenticated';

/** The user info that App ID got from the identity provider behind it. */
function toIdpUserInfo({ email, name, emailVerified = true, through = 'cloud_directory' }: Account) {
  const shared = { name, email, idpType: through };
  if (through === 'google') return { ...shared, verified_email: emailVerified };
  if (through !== 'cloud_directory') return shared;
  const status = emailVerified ? 'CONFIRMED' : 'PENDING';
  return { displayName: name, emails: [{ value: email, primary: true }], status, idpType: through };
}

function toAppIdClaims(tenant: string, { emailVerified = true, through = 'cloud_directory' }: Account) {
  // App ID's documentation shows the claim for Cloud Directory only.
  const isSaid = through === 'cloud_directory';
  return { amr: [through], tenant, ...(isSaid && { email_verified: emailVerified }) };
}

/**
 * IBM Cloud App ID's application of type singlepageapp: tokens as in https://cloud.ibm.com/docs/appid?topic=appid-tokens,
 * userinfo without `email_verified` and with what the identity provider said, no refresh tokens
 * (https://cloud.ibm.com/docs/appid?topic=appid-single-page), its own sign-out (topic=appid-cd-sso). The issuer's last
 * part is the tenant.
 */
export function appIdShape(issuer: string): Shape {
  const tenant = issuer.slice(issuer.lastIndexOf('/') + 1);
  return {
    scope: 'openid',
    claims: { openid: ['sub', 'email', 'name', 'email_verified', 'identities', 'amr', 'tenant'] },
    routes: { authorization: '/authorization', token: '/token', jwks: '/publickeys', userinfo: '/userinfo' },
    renews: false,
    signOutPath: '/cloud_directory/sso/logout',
    header: { typ: 'JWT', ver: 4 },
    toAccessClaims: (account) => ({ scope: APP_ID_SCOPE, ...toAppIdClaims(tenant, account) }),
    toIdClaims(account) {
      const { email, name, sub, through = 'cloud_directory' } = account;
      const identities = [{ provider: through, id: sub }];
      return { email, name, identities, ...toAppIdClaims(tenant, account) };
    },
    toUserinfo(account) {
      const { sub, name, email, through = 'cloud_directory' } = account;
      return {
        sub,
        name,
        email,
        identities: [{ provider: through, id: sub, idpUserInfo: toIdpUserInfo(account) }],
      };
    },
  };
}
