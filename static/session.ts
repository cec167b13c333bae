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
  silently: boolean;
}

export interface Session {
  signedIn(): boolean;
  /** A valid access token, renewed when it is about to expire; null if you need to sign in (again). */
  accessToken(): Promise<string | null>;
  /** Renews the token even if it seems valid; null if that is not possible. */
  renew(): Promise<string | null>;
  /**
   * Leaves for the provider, which leads back to `returnTo`. Without a refresh token, expired tokens are first replaced
   * silently; the provider shows its page only if it refuses that.
   */
  signIn(returnTo: string): Promise<void>;
  /**
   * Reads the provider's answer from the address. Resolves where to continue, or null if there is none. Leaves again, and
   * never resolves, if a silent sign-in was refused.
   */
  complete(): Promise<string | null>;
  /** Forgets the tokens and leaves for the provider, to sign out there. */
  signOut(): Promise<void>;
  /** Forgets the tokens, because they were signed out elsewhere. */
  forget(): void;
  /** True if the tokens are too fresh for a refusal to be due to their age. */
  justSignedIn(): boolean;
}

const TOKENS = 'traffic.tokens';
const PENDING = 'traffic.signIn';
const ENDS_SOON_MS = 30_000;
const FRESH_MS = 15_000;
const LEAVING_MS = 1000;

/** The code for the provider is fetched when you sign in or a token expires. */
const provider = () => import('./provider.ts');

/** Sign-in with authorization code and PKCE. Tokens live in memory and, for reloads of this tab, in sessionStorage. */
export function openSession(config: Config): Session {
  let tokens = readStored<Tokens>(TOKENS);
  let renewal: Promise<string | null> | null = null;
  let departure: Promise<void> | null = null;

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

  async function leave(returnTo: string, silently: boolean): Promise<void> {
    const { target, checks } = await (await provider()).beginSignIn(config, {
      silently,
      idToken: tokens?.idToken,
    });
    const pending: Pending = { checks, returnTo, silently };
    sessionStorage.setItem(PENDING, JSON.stringify(pending));
    keep(null);
    location.assign(target);
  }

  /** Several calls may notice expired tokens at once. After a while it can be tried again, in case leaving was stopped. */
  function leaveOnce(returnTo: string) {
    // Do not repeat a silent sign-in that came back without an answer.
    const silently = tokens !== null && !tokens.refreshToken && !readStored<Pending>(PENDING)?.silently;
    departure ??= leave(returnTo, silently).finally(() => {
      setTimeout(() => {
        departure = null;
      }, LEAVING_MS);
    });
    return departure;
  }

  function renew() {
    renewal ??= renewOnce().finally(() => {
      renewal = null;
    });
    return renewal;
  }

  function forget() {
    keep(null);
    sessionStorage.clear();
  }

  return {
    signedIn: () => tokens !== null,
    justSignedIn: () => tokens !== null && Date.now() - tokens.obtainedAt < FRESH_MS,
    renew,
    async accessToken() {
      if (!tokens) return null;
      return tokens.expiresAt - Date.now() > ENDS_SOON_MS ? tokens.accessToken : renew();
    },
    signIn: leaveOnce,
    async complete() {
      const answer = new URL(location.href);
      if (!answer.searchParams.has('state')) return null;
      const pending = readStored<Pending>(PENDING);
      sessionStorage.removeItem(PENDING);
      history.replaceState(null, '', '/');
      if (!pending) return null;
      const isOurs = answer.searchParams.get('state') === pending.checks.state;
      if (pending.silently && isOurs && answer.searchParams.has('error')) {
        await leave(pending.returnTo, false);
        return new Promise(() => undefined);
      }
      keep(toTokens(await (await provider()).completeSignIn(config, answer, pending.checks)));
      return pending.returnTo;
    },
    forget,
    async signOut() {
      const idToken = tokens?.idToken;
      forget();
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

function readStored<T>(name: string): T | null {
  const text = sessionStorage.getItem(name);
  return text ? (JSON.parse(text) as T) : null;
}
