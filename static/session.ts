import type { Config } from './config.ts';
import type { Checks, Grant } from './provider.ts';

interface Tokens {
  accessToken: string;
  refreshToken?: string | undefined;
  idToken?: string | undefined;
  /** Milliseconds since the epoch. */
  expiresAt: number;
  obtainedAt: number;
}

interface Pending {
  checks: Checks;
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
const ENDS_SOON = 30_000;
const FRESH = 15_000;

/** The provider's part is fetched when somebody signs in or a token ends. */
const provider = () => import('./provider.ts');

/** Sign-in with authorization code and PKCE. Tokens live in memory and, for reloads of this tab, in sessionStorage. */
export function openSession(config: Config): Session {
  let tokens = read<Tokens>(TOKENS);
  let renewal: Promise<string | null> | null = null;

  function keep(next: Tokens | null) {
    tokens = next;
    if (next) sessionStorage.setItem(TOKENS, JSON.stringify(next));
    else sessionStorage.removeItem(TOKENS);
  }

  async function renewOnce(): Promise<string | null> {
    const refreshToken = tokens?.refreshToken;
    if (!refreshToken) return null;
    const grant = await (await provider()).renewGrant(config, refreshToken);
    if (!grant) return null;
    keep({ ...toTokens(grant), refreshToken: grant.refresh_token ?? refreshToken });
    return grant.access_token;
  }

  function renew() {
    renewal ??= renewOnce().finally(() => {
      renewal = null;
    });
    return renewal;
  }

  return {
    signedIn: () => tokens !== null,
    justSignedIn: () => tokens !== null && Date.now() - tokens.obtainedAt < FRESH,
    renew,
    async accessToken() {
      if (!tokens) return null;
      return tokens.expiresAt - Date.now() > ENDS_SOON ? tokens.accessToken : renew();
    },
    async signIn(returnTo) {
      const { target, checks } = await (await provider()).beginSignIn(config);
      const pending: Pending = { checks, returnTo };
      sessionStorage.setItem(PENDING, JSON.stringify(pending));
      keep(null);
      location.assign(target);
    },
    async complete() {
      const answer = new URL(location.href);
      if (!answer.searchParams.has('state')) return null;
      const pending = read<Pending>(PENDING);
      sessionStorage.removeItem(PENDING);
      history.replaceState(null, '', '/');
      if (!pending) return null;
      keep(toTokens(await (await provider()).completeSignIn(config, answer, pending.checks)));
      return pending.returnTo;
    },
    async signOut() {
      const idToken = tokens?.idToken;
      keep(null);
      sessionStorage.clear();
      const target = await (await provider()).signOutTarget(config, idToken);
      location.assign(target ?? '/');
    },
  };
}

function toTokens(grant: Grant): Tokens {
  return {
    accessToken: grant.access_token,
    refreshToken: grant.refresh_token,
    idToken: grant.id_token,
    expiresAt: Date.now() + (grant.expires_in ?? 3600) * 1000,
    obtainedAt: Date.now(),
  };
}

function read<T>(name: string): T | null {
  const text = sessionStorage.getItem(name);
  return text ? (JSON.parse(text) as T) : null;
}
