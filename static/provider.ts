import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  buildEndSessionUrl,
  calculatePKCECodeChallenge,
  discovery,
  None,
  ResponseBodyError,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
  refreshTokenGrant,
} from 'openid-client';
import type { Config } from './config.ts';

/** The tokens that the provider granted. */
export interface Grant {
  access_token: string;
  refresh_token?: string | undefined;
  id_token?: string | undefined;
  expires_in?: number | undefined;
}

/** What must survive the redirect to the provider and back. */
export interface Checks {
  verifier: string;
  state: string;
  nonce: string;
}

const redirectUri = () => `${location.origin}/`;

const withoutSlash = (url: string) => url.replace(/\/$/, '');

/** Discovers the provider by an issuer with or without a trailing slash. Tokens are checked against the name it uses. */
async function discover({ issuer, clientId }: Config) {
  const url = new URL(`${withoutSlash(issuer)}/.well-known/openid-configuration`);
  const insecure = url.protocol === 'http:' ? { execute: [allowInsecureRequests] } : {};
  const found = await discovery(url, clientId, undefined, None(), insecure);
  const named = found.serverMetadata().issuer;
  if (withoutSlash(named) === withoutSlash(issuer)) return found;
  throw new Error(
    `The identity provider’s issuer is ${named}, not ${issuer}. Correct ISSUER and deploy again.`,
  );
}

interface SignIn {
  /** Without showing a page: the provider refuses if it would have to. */
  silently: boolean;
  /** Who is signed in: a silent answer must be about the same person. */
  idToken?: string | undefined;
}

function promptOf({ scope }: Config, { silently, idToken }: SignIn): Record<string, string> {
  if (silently) return { prompt: 'none', ...(idToken && { id_token_hint: idToken }) };
  return scope.split(' ').includes('offline_access') ? { prompt: 'consent' } : {};
}

/** Where to go to sign in, and what to check the answer with. */
export async function beginSignIn(config: Config, how: SignIn): Promise<{ target: URL; checks: Checks }> {
  const found = await discover(config);
  const checks = { verifier: randomPKCECodeVerifier(), state: randomState(), nonce: randomNonce() };
  const target = buildAuthorizationUrl(found, {
    redirect_uri: redirectUri(),
    scope: config.scope,
    code_challenge: await calculatePKCECodeChallenge(checks.verifier),
    code_challenge_method: 'S256',
    state: checks.state,
    nonce: checks.nonce,
    ...promptOf(config, how),
  });
  return { target, checks };
}

/** Exchanges the provider's answer for tokens. Throws an error to show if it refused. */
export async function completeSignIn(config: Config, answer: URL, checks: Checks): Promise<Grant> {
  const found = await discover(config);
  return authorizationCodeGrant(found, answer, {
    pkceCodeVerifier: checks.verifier,
    expectedState: checks.state,
    expectedNonce: checks.nonce,
  }).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`Sign-in failed (${reason}). Please sign in again.`);
  });
}

/** New tokens for a refresh token, or null if the provider no longer renews it. */
export async function renewGrant(config: Config, refreshToken: string): Promise<Grant | null> {
  const found = await discover(config);
  return refreshTokenGrant(found, refreshToken).catch((error: unknown) => {
    if (error instanceof ResponseBodyError) return null;
    throw error;
  });
}

/** Where to sign out at the provider, or null if it has no such page. */
export async function signOutTarget(config: Config, idToken: string | undefined): Promise<URL | null> {
  const found = await discover(config);
  if (found.serverMetadata().end_session_endpoint) {
    const hint: Record<string, string> = idToken ? { id_token_hint: idToken } : {};
    return buildEndSessionUrl(found, { post_logout_redirect_uri: redirectUri(), ...hint });
  }
  if (!config.signOutUrl) return null;
  // App ID's way: https://cloud.ibm.com/docs/appid?topic=appid-cd-sso
  const target = new URL(config.signOutUrl);
  target.searchParams.set('redirect_uri', redirectUri());
  target.searchParams.set('client_id', config.clientId);
  return target;
}
