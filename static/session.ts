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
  /** A valid access token, renewed when it is about to end; null when the person has to sign in (again). */
  accessToken(): Promise<string | null>;
  /** Renews the token although it seems valid; null when that is not possible. */
  renew(): Promise<string | null>;
  /**
   * Leaves for the provider; afterwards the person is back at `returnTo`. Where there were tokens, but none to renew them
   * with, the provider is asked for new ones without a word, and shows its page only when it refuses.
   */
  signIn(returnTo: string): Promise<void>;
  /**
   * Takes the provider's answer out of the address; answers where to go on, or null when there is none. Leaves again, and
   * never answers, when the provider has to ask who it is.
   */
  complete(): Promise<string | null>;
  signOut(): Promise<void>;
  /** True when the tokens are so fresh that a refusal cannot be due to their age. */
  justSignedIn(): boolean;
}

const TOKENS = 'traffic.tokens';
const PENDING = 'traffic.signIn';
const ENDS_SOON_MS = 30_000;
const FRESH_MS = 15_000;
const LEAVING_MS = 1000;

/** The provider's part is fetched when somebody signs in or a token ends. */
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

  /** Several calls may find at once that the tokens have ended; whoever stops the browser on the way may try again. */
  function leaveOnce(returnTo: string) {
    // Whoever came back from a silent sign-in without an answer is not sent there again.
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

function readStored<T>(name: string): T | null {
  const text = sessionStorage.getItem(name);
  return text ? (JSON.parse(text) as T) : null;
}
