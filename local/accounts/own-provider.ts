import type { IncomingMessage, ServerResponse } from 'node:http';
import type { JWTPayload } from 'jose';
import { answerFile, errorPage, logoutScript, pageHeadersFor, styleSheet } from '../identity/pages.ts';
import { createProvider } from '../identity/provider.ts';
import { standardShape } from '../identity/shape.ts';
import { type Account, openKeys } from '../identity/store.ts';
import { readAccessToken } from '../identity/tokens.ts';
import { answerUserinfo, bearerOf } from '../identity/userinfo.ts';
import { openArtifacts } from './artifacts.ts';
import type { SignInDatabase } from './database.ts';
import { sendRefusal } from './exchange.ts';
import { Refusal } from './refusal.ts';
import { openSessions, type Sessions } from './sessions.ts';

/** Short, because an access token outlives its session. */
const ACCESS_TOKEN_SECONDS = 600;
const SESSION_SECONDS = 30 * 86_400;

export interface OwnProviderOptions {
  /** `PUBLIC_URL/identity`, or below it. */
  issuer: string;
  clientId: string;
  /** The pages' origins. The issuer's is one of them. */
  origins: string[];
  /** Other addresses that a form may lead to. */
  formTargets?: string[];
  /** The folder for its keys. */
  keysDir: string;
  database: SignInDatabase;
  /** Keeps the sessions of two kinds of sign-in apart. */
  kind: string;
  findAccount(subject: string): Promise<Account | undefined>;
  log: (line: object) => void;
}

/** Who calls with an access token, and in which session. */
export interface Caller {
  account: Account;
  token: string;
  sessionUid: string;
  /** Seconds since 1970. */
  signedInAt: number;
}

type Answer = (request: IncomingMessage, response: ServerResponse, path: string) => Promise<unknown>;

/** The provider of a real installation. */
export interface OwnProvider {
  issuer: string;
  clientId: string;
  scope: string;
  signOutUrl: null;
  /** The issuer's path. */
  mount: string;
  origin: string;
  sessions: Sessions;
  pageHeaders: Record<string, string>;
  /** The sign-in that the browser's cookies belong to; null if there is none. */
  findInteraction(request: IncomingMessage, response: ServerResponse): Promise<{ uid: string } | null>;
  /** Sends the browser back to the pages, signed in as `subject` or with an error. */
  finish(
    request: IncomingMessage,
    response: ServerResponse,
    result: { subject: string } | { error: string; description: string },
  ): Promise<void>;
  /** Signs the browser in without a page having asked for it, in place of whoever was. */
  startSession(request: IncomingMessage, response: ServerResponse, subject: string): Promise<void>;
  /** Throws 401 `access_token_invalid`, also if the session has ended. */
  requireCaller(request: IncomingMessage): Promise<Caller>;
  /** Answers what is not the provider's own with `answerOther`. A refusal becomes JSON. */
  handle(request: IncomingMessage, response: ServerResponse, answerOther: Answer): Promise<void>;
}

/** oidc-provider with real accounts, at one public address, behind any proxy. */
export async function openOwnProvider(options: OwnProviderOptions): Promise<OwnProvider> {
  const { issuer, clientId, origins, formTargets = [], database, kind, findAccount, log } = options;
  const { origin, host, protocol, pathname: mount } = new URL(issuer);
  const keys = await openKeys(options.keysDir);
  const sessions = openSessions(database, kind);
  const pageHeaders = {
    ...pageHeadersFor([...origins, ...formTargets]),
    // Without a referrer at all, a form's origin is "null", and older browsers say nothing else about it.
    'referrer-policy': 'same-origin',
  };
  const shape = standardShape(clientId);
  const store = { ...keys, findAccount, artifacts: openArtifacts(database, kind) };
  const provider = await createProvider({
    issuer,
    mount,
    clientId,
    origins,
    shape,
    store,
    pageHeaders,
    accessTokenSeconds: ACCESS_TOKEN_SECONDS,
    sessionSeconds: SESSION_SECONDS,
    async onAccessToken(issued) {
      await sessions.touch(issued);
      const signedInAt = await sessions.signedInAt(issued.subject, issued.sessionUid);
      // With it, signing out everywhere ends what a refresh token brings later, too.
      return { sid: issued.sessionUid, ...(signedInAt !== undefined && { auth_time: signedInAt }) };
    },
  });
  provider.proxy = true;
  provider.on('server_error', (_ctx, error) => {
    log({ level: 'error', event: 'sign-in', message: error.message });
  });
  const callback = provider.callback();
  const settings = { issuer, clientId, shape, signingKey: keys.signingKey, clock: () => new Date() };

  /** Who a token is about, unless the session has ended. */
  async function readCaller(token: string): Promise<Caller | undefined> {
    const claims: JWTPayload | null = await readAccessToken(token, settings);
    const { sub, sid } = claims ?? {};
    if (!sub || typeof sid !== 'string') return undefined;
    const signedInAt = await sessions.signedInAt(sub, sid);
    const account = signedInAt === undefined ? undefined : await findAccount(sub);
    return account && signedInAt !== undefined ? { account, token, sessionUid: sid, signedInAt } : undefined;
  }

  const accountOf = async (token: string) => (await readCaller(token))?.account;

  /** oidc-provider would answer with a page whose script no content security policy of ours allows. */
  async function isSignedOut(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const session = await provider.Session.get(provider.createContext(request, response));
    return session.accountId === undefined;
  }

  function toReturnTarget({ url = '' }: IncomingMessage): string {
    const target = new URL(url, issuer).searchParams.get('post_logout_redirect_uri') ?? '';
    return origins.some((one) => target === `${one}/`) ? target : '/';
  }

  async function answer(request: IncomingMessage, response: ServerResponse, answerOther: Answer) {
    // oidc-provider makes its addresses and cookies from these, whoever called, and by which name.
    request.headers.host = host;
    request.headers['x-forwarded-proto'] = protocol.replace(':', '');
    delete request.headers['x-forwarded-host'];
    const path = (request.url ?? '').slice(mount.length).replace(/\?.*/, '');
    if (path === '/style.css') return answerFile(response, 'text/css', styleSheet);
    if (path === '/logout.js') return answerFile(response, 'text/javascript', logoutScript);
    if (path === shape.routes.userinfo)
      return answerUserinfo(request, response, { origins, shape, accountOf });
    if (path === '/session/end' && request.method === 'GET' && (await isSignedOut(request, response)))
      return void response.writeHead(303, { location: toReturnTarget(request) }).end();
    if (await answerOther(request, response, path)) return;
    // oidc-provider finds its mount path by comparing the two.
    Object.assign(request, { originalUrl: request.url, url: request.url?.slice(mount.length) || '/' });
    await callback(request, response);
  }

  return {
    issuer,
    clientId,
    scope: shape.scope,
    signOutUrl: null,
    mount,
    origin,
    sessions,
    pageHeaders,
    findInteraction: (request, response) => provider.interactionDetails(request, response).catch(() => null),
    async finish(request, response, result) {
      await provider.interactionFinished(
        request,
        response,
        'subject' in result
          ? { login: { accountId: result.subject } }
          : { error: result.error, error_description: result.description },
      );
    },
    async startSession(request, response, subject) {
      const ctx = provider.createContext(request, response);
      const before = await provider.Session.get(ctx);
      if (!('new' in before)) await before.destroy();
      const session = new provider.Session();
      session.loginAccount({ accountId: subject });
      await session.save(SESSION_SECONDS);
      ctx.cookies.secure = ctx.secure;
      ctx.cookies.set(provider.cookieName('session'), session.jti, {
        httpOnly: true,
        sameSite: 'lax',
        signed: true,
        expires: new Date(Date.now() + SESSION_SECONDS * 1000),
      });
    },
    async requireCaller(request) {
      const token = bearerOf(request);
      const caller = token ? await readCaller(token) : undefined;
      if (caller) return caller;
      if (!token)
        throw new Refusal(401, 'unauthenticated', 'Sign in first: the request has no access token.');
      throw new Refusal(401, 'access_token_invalid', 'Your session has ended. Sign in again.');
    },
    async handle(request, response, answerOther) {
      try {
        await answer(request, response, answerOther);
      } catch (error) {
        if (response.headersSent) return void response.destroy();
        if (error instanceof Refusal) return sendRefusal(response, error);
        const message = error instanceof Error ? error.message : String(error);
        log({ level: 'error', event: 'sign-in', message });
        const sentence =
          'Signing in does not work right now, because the database does not answer. Try again in a minute.';
        if (/\/(interaction|join)\b/.test(request.url ?? ''))
          return void response.writeHead(503, pageHeaders).end(errorPage(mount, sentence));
        sendRefusal(response, new Refusal(503, 'database_unavailable', sentence, 5));
      }
    },
  };
}
