import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { toServerAddress } from '../../lib/servers.ts';
import { cleanUp, digestOf } from './artifacts.ts';
import { openSignInDatabase, type SignInDatabase } from './database.ts';
import { requireOrigin } from './exchange.ts';
import { beginGitHubLogin, completeGitHubLogin, type GitHubApp, type GitHubPerson } from './github-login.ts';
import { createRateLimiter, tooMany } from './guesses.ts';
import { type OwnProvider, openOwnProvider } from './own-provider.ts';
import { gitHubPage } from './pages.ts';
import { Refusal } from './refusal.ts';

export interface GitHubSignInOptions {
  /** The origin that browsers use. */
  url: string;
  clientId: string;
  /** The pages' origins. */
  origins: string[];
  /** The folder for the keys that sign tokens. */
  keysDir: string;
  databaseUrl: string;
  /** The OAuth app at the GitHub whose pages are at `url`. */
  app: { clientId: string; clientSecret: string; url: string };
  addressOf(request: IncomingMessage): string;
  log: (line: object) => void;
}

export interface GitHubSignIn extends Pick<OwnProvider, 'issuer' | 'clientId' | 'scope' | 'signOutUrl'> {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  close(): Promise<void>;
}

/** Another issuer than that of accounts: its subjects are GitHub's. */
const PATH = '/identity/github';
const COOKIE = 'github_login';
const LOGIN_MS = 10 * 60_000;
const MAX_LOGINS = 10_000;

/** A few things for a while, by key. */
function openShelf<T>() {
  const kept = new Map<string, { value: T; until: number }>();
  return {
    put(key: string, value: T): void {
      for (const [oldest, { until }] of kept) {
        if (kept.size < MAX_LOGINS && until > Date.now()) break;
        kept.delete(oldest);
      }
      kept.set(key, { value, until: Date.now() + LOGIN_MS });
    },
    take(key: string): T | undefined {
      const found = kept.get(key);
      kept.delete(key);
      return found && found.until > Date.now() ? found.value : undefined;
    },
  };
}

async function savePerson(database: SignInDatabase, { subject, email, name }: GitHubPerson): Promise<void> {
  await database.query(
    `insert into github_account (subject, email, name, signed_in_at) values ($1, $2, $3, now())
     on conflict (subject) do update set email = excluded.email, name = excluded.name, signed_in_at = now()`,
    [subject, email, name],
  );
}

async function findPerson(database: SignInDatabase, subject: string) {
  const { rows } = await database.query<{ email: string; name: string }>(
    'select email, name from github_account where subject = $1',
    [subject],
  );
  return rows[0] && { sub: subject, ...rows[0], emailVerified: true };
}

const cookieOf = ({ headers }: IncomingMessage) =>
  new RegExp(`(?:^|; )${COOKIE}=([\\w-]+)`).exec(headers.cookie ?? '')?.[1] ?? '';

const isSame = (one: string, other: string) =>
  timingSafeEqual(Buffer.from(digestOf(one)), Buffer.from(digestOf(other)));

/**
 * An OpenID Connect provider at `URL/identity/github`, whose people sign in at GitHub. Anybody there can; a role is what a manager
 * gives to their address. Throws a sentence if the database cannot hold its sessions.
 */
export async function openGitHubSignIn(options: GitHubSignInOptions): Promise<GitHubSignIn> {
  const { url, clientId, origins, keysDir, addressOf, log } = options;
  const { webUrl, apiUrl } = toServerAddress(options.app.url, { allowHttp: true });
  const issuer = `${url}${PATH}`;
  const app: GitHubApp = { ...options.app, webUrl, apiUrl, callback: `${issuer}/callback` };
  const database = await openSignInDatabase(options.databaseUrl, log);
  const provider = await openOwnProvider({
    issuer,
    clientId,
    origins,
    formTargets: [new URL(webUrl).origin],
    keysDir,
    database,
    kind: 'github',
    findAccount: (subject) => findPerson(database, subject),
    log,
  });
  const { mount, pageHeaders } = provider;
  const begun = openShelf<{ uid: string; verifier: string }>();
  const ended = openShelf<{ subject: string } | Refusal>();
  const begins = createRateLimiter({ burst: 30, refillMs: 2000 });
  const stopCleaning = cleanUp(database, log);
  const secure = url.startsWith('https:') ? '; Secure' : '';
  const cookie = (value: string, seconds: number) =>
    `${COOKIE}=${value}; Path=${mount}; HttpOnly; SameSite=Lax; Max-Age=${seconds}${secure}`;

  function show(response: ServerResponse, uid: string | null, problem?: Refusal): void {
    const action = uid && `${mount}/interaction/${uid}`;
    const page = gitHubPage({ mount, action, host: new URL(webUrl).host, problem: problem?.message });
    response.writeHead(problem?.status ?? 200, pageHeaders).end(page);
  }

  async function answerInteraction(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const details = await provider.findInteraction(request, response);
    if (!details) return void response.writeHead(303, { location: '/' }).end();
    const { uid } = details;
    const result = ended.take(uid);
    if (result && !(result instanceof Refusal)) return provider.finish(request, response, result);
    if (request.method !== 'POST') return show(response, uid, result);
    try {
      requireOrigin(request, [provider.origin]);
    } catch (error) {
      return show(response, uid, error as Refusal);
    }
    if (request.url?.endsWith('/cancel'))
      return provider.finish(request, response, {
        error: 'access_denied',
        description: 'Sign-in was canceled.',
      });
    const wait = begins.take(addressOf(request));
    if (wait > 0) return show(response, uid, tooMany(wait, ''));
    const { state, verifier, target } = beginGitHubLogin(app);
    begun.put(state, { uid, verifier });
    response.writeHead(303, { location: target, 'set-cookie': cookie(state, LOGIN_MS / 1000) }).end();
  }

  /** Who came back, or why nobody did. */
  async function complete(answer: URLSearchParams, verifier: string): Promise<{ subject: string } | Refusal> {
    try {
      const person = await completeGitHubLogin(app, answer, verifier);
      await savePerson(database, person);
      log({ event: 'sign-in', subject: person.subject });
      return { subject: person.subject };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      log({ level: 'warn', event: 'sign-in-refused', code: error.code });
      return error;
    }
  }

  /** The answer counts only in the browser that began, and once. The page of the sign-in goes on, which has its cookies. */
  async function answerCallback(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const answer = new URL(request.url ?? '', url).searchParams;
    const state = answer.get('state') ?? '';
    const login = isSame(cookieOf(request), state) ? begun.take(state) : undefined;
    if (!login) {
      const problem = 'This sign-in took too long, or began in another browser. Begin again.';
      return show(response, null, new Refusal(400, 'github_state_unknown', problem));
    }
    ended.put(login.uid, await complete(answer, login.verifier));
    response
      .writeHead(303, { location: `${mount}/interaction/${login.uid}`, 'set-cookie': cookie('', 0) })
      .end();
  }

  async function answerOther(request: IncomingMessage, response: ServerResponse, path: string) {
    if (path.startsWith('/interaction/')) await answerInteraction(request, response);
    else if (path === '/callback') await answerCallback(request, response);
    else return false;
    return true;
  }

  return {
    issuer,
    clientId,
    scope: provider.scope,
    signOutUrl: null,
    handle: (request, response) => provider.handle(request, response, answerOther),
    async close() {
      stopCleaning();
      await database.close();
    },
  };
}
