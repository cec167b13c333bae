import type { Configuration } from 'openid-client';
import type { Config } from './config.ts';

interface Tokens {
  accessToken: string;
  refreshToken?: string | undefined;
  idToken?: string | undefined;
  /** Milliseconds since the epoch. */
  expiresAt: number;
  obtainedAt: number;
}

/** What must survive the redirect to the provider and back. */
interface Pending {
  verifier: string;
  state: string;
  nonce: string;
  returnTo: string;
}

export interface Session {
  signedIn(): boolean;
  /** A valid access token, renewed when it is about to end; null when the person has to sign in (again). */
  accessToken(): Promise<string | null>;
  /** Renews the token although it seems valid; null when that is not possible. */
  renew(): Promise<string | null>;
  /** Leaves for the provider; afterwards the person is back at `returnTo`. */
  signIn(returnTo: string): Promise<void>;
  /** Takes the provider's answer out of the address; answers where to go on, or null when there is none. */
  complete(): Promise<string | null>;
  signOut(): Promise<void>;
  /** True when the tokens are so fresh that a refusal cannot be due to their age. */
  justSignedIn(): boolean;
}

const TOKENS = 'traffic.tokens';
const PENDING = 'traffic.signIn';

/** Sign-in with authorization code and PKCE. Tokens live in memory and, for reloads of this tab, in sessionStorage. */
export function openSession(config: Config): Session {
  let tokens = read<Tokens>(TOKENS);
  let renewal: Promise<string | null> | null = null;
  const redirectUri = `${location.origin}/`;

  function keep(next: Tokens | null) {
    tokens = next;
    if (next) sessionStorage.setItem(TOKENS, JSON.stringify(next));
    else sessionStorage.removeItem(TOKENS);
  }

  async function provider() {
    const oidc = await import('openid-client');
    const insecure = config.issuer.startsWith('http:') ? { execute: [oidc.allowInsecureRequests] } : {};
    const found: Configuration = await oidc.discovery(
      new URL(config.issuer),
      config.clientId,
      undefined,
      oidc.None(),
      insecure,
    );
    return { oidc, found };
  }

  async function renewOnce(): Promise<string | null> {
    const refreshToken = tokens?.refreshToken;
    if (!refreshToken) return null;
    const { oidc, found } = await provider();
    try {
      const answer = await oidc.refreshTokenGrant(found, refreshToken);
      keep({ ...toTokens(answer), refreshToken: answer.refresh_token ?? refreshToken });
      return answer.access_token;
    } catch (error) {
      if (error instanceof oidc.ResponseBodyError) return null;
      throw error;
    }
  }

  function renew() {
    renewal ??= renewOnce().finally(() => {
      renewal = null;
    });
    return renewal;
  }

  return {
    signedIn: () => tokens !== null,
    justSignedIn: () => tokens !== null && Date.now() - tokens.obtainedAt < 15_000,
    async accessToken() {
      if (!tokens) return null;
      return tokens.expiresAt - Date.now() > 30_000 ? tokens.accessToken : renew();
    },
    renew,
    async signIn(returnTo) {
      const { oidc, found } = await provider();
      const verifier = oidc.randomPKCECodeVerifier();
      const pending = { verifier, state: oidc.randomState(), nonce: oidc.randomNonce(), returnTo };
      sessionStorage.setItem(PENDING, JSON.stringify(pending));
      const offline = config.scope.split(' ').includes('offline_access');
      const target = oidc.buildAuthorizationUrl(found, {
        redirect_uri: redirectUri,
        scope: config.scope,
        code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state: pending.state,
        nonce: pending.nonce,
        ...(offline ? { prompt: 'consent' } : {}),
      });
      keep(null);
      location.assign(target);
    },
    async complete() {
      const answer = new URL(location.href);
      if (!answer.searchParams.has('state')) return null;
      const pending = read<Pending>(PENDING);
      sessionStorage.removeItem(PENDING);
      history.replaceState(null, '', '/');
      if (!pending) throw new Error('This sign-in was begun in another tab. Please sign in here.');
      const { oidc, found } = await provider();
      const granted = await oidc
        .authorizationCodeGrant(found, answer, {
          pkceCodeVerifier: pending.verifier,
          expectedState: pending.state,
          expectedNonce: pending.nonce,
        })
        .catch(refuse);
      keep(toTokens(granted));
      return pending.returnTo;
    },
    async signOut() {
      const idToken = tokens?.idToken;
      keep(null);
      sessionStorage.clear();
      const { oidc, found } = await provider();
      if (!found.serverMetadata().end_session_endpoint) return location.assign('/');
      const hint: Record<string, string> = idToken ? { id_token_hint: idToken } : {};
      location.assign(
        oidc.buildEndSessionUrl(found, { post_logout_redirect_uri: redirectUri, ...hint }),
      );
    },
  };
}

function toTokens(answer: {
  access_token: string;
  refresh_token?: string | undefined;
  id_token?: string | undefined;
  expires_in?: number | undefined;
}): Tokens {
  return {
    accessToken: answer.access_token,
    refreshToken: answer.refresh_token,
    idToken: answer.id_token,
    expiresAt: Date.now() + (answer.expires_in ?? 3600) * 1000,
    obtainedAt: Date.now(),
  };
}

function refuse(error: unknown): never {
  const reason = error instanceof Error ? error.message : String(error);
  throw new Error(`The identity provider did not complete the sign-in (${reason}). Please sign in again.`);
}

function read<T>(name: string): T | null {
  const text = sessionStorage.getItem(name);
  return text ? (JSON.parse(text) as T) : null;
}
