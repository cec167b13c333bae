import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** Somebody with an account at GitHub. */
interface GitHubUser {
  id: number;
  login: string;
  name: string | null;
  emails: { email: string; primary: boolean; verified: boolean; visibility: string | null }[];
}

/** How GitHub fails, by the words of its documentation, and at the network. */
export type GitHubFailure =
  | 'access_denied'
  | 'application_suspended'
  | 'redirect_uri_mismatch'
  | 'redirect_uri_mismatch at the code'
  | 'incorrect_client_credentials'
  | 'bad_verification_code'
  | 'unverified_user_email'
  | 'no scope granted'
  | 'emails are hidden'
  | 'bad credentials'
  | 'rate limit'
  | 'secondary rate limit'
  | '502 at the code'
  | '503 at the user'
  | 'broken'
  | 'slow'
  | 'not JSON';

/**
 * Stands in for GitHub's sign-in, written from https://docs.github.com/en/apps/oauth-apps (authorizing OAuth apps; troubleshooting
 * authorization request errors and access token request errors) and from the REST API's pages on users, e-mail addresses and rate
 * limits.
 */
export interface GitHubOAuth {
  url: string;
  /** Who is signed in at GitHub in every browser. */
  user: GitHubUser;
  failure: GitHubFailure | null;
  /** What the last authorization request asked for. */
  asked: URLSearchParams;
  close(): Promise<void>;
}

const DOCS = 'https://docs.github.com/apps/managing-oauth-apps';
const DESCRIPTIONS: Record<string, string> = {
  access_denied: 'The user has denied your application access.',
  application_suspended: 'Your application has been suspended. Contact support@github.com.',
  redirect_uri_mismatch: 'The redirect_uri MUST match the registered callback URL for this application.',
  incorrect_client_credentials: 'The client_id and/or client_secret passed are incorrect.',
  bad_verification_code: 'The code passed is incorrect or expired.',
  unverified_user_email: 'The user must have a verified primary email.',
};

const toError = (error: string) => ({
  error,
  error_description: DESCRIPTIONS[error] ?? '',
  error_uri: `${DOCS}/troubleshooting/#${error.replaceAll('_', '-')}`,
});

const send = (response: ServerResponse, status: number, body: unknown, headers = {}) =>
  response
    .writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers })
    .end(JSON.stringify(body));

interface Code {
  challenge: string;
  redirectUri: string;
  scope: string;
}

/** Serves it, for one OAuth app. Set the app's callback URL once you know it. */
export async function serveGitHubOAuth(app: {
  clientId: string;
  clientSecret: string;
  callback: () => string;
}): Promise<GitHubOAuth> {
  const codes = new Map<string, Code>();
  const tokens = new Map<string, string>();
  const secret = (prefix: string) => prefix + randomBytes(18).toString('hex');

  function authorize(query: URLSearchParams, response: ServerResponse): ServerResponse {
    oauth.asked = query;
    const { failure } = oauth;
    const redirectUri = query.get('redirect_uri') ?? app.callback();
    const isMismatch = redirectUri !== app.callback() || failure === 'redirect_uri_mismatch';
    const errors = ['access_denied', 'application_suspended'] as const;
    const error = isMismatch ? 'redirect_uri_mismatch' : errors.find((one) => one === failure);
    const target = new URL(app.callback());
    target.searchParams.set('state', query.get('state') ?? '');
    if (error)
      for (const [name, value] of Object.entries(toError(error))) target.searchParams.set(name, value);
    else {
      const code = secret('');
      const scope = failure === 'no scope granted' ? '' : (query.get('scope') ?? '');
      codes.set(code, { challenge: query.get('code_challenge') ?? '', redirectUri, scope });
      target.searchParams.set('code', code);
    }
    return response.writeHead(302, { location: target.href }).end();
  }

  function exchange(form: URLSearchParams, response: ServerResponse): ServerResponse {
    const { failure } = oauth;
    const refuse = (error: string) => send(response, 200, toError(error));
    const isApp = form.get('client_id') === app.clientId && form.get('client_secret') === app.clientSecret;
    if (failure === '502 at the code') return response.writeHead(502).end('<html>Unicorn!</html>');
    if (failure === 'not JSON') return response.writeHead(200).end('access_token=gho_x&scope=');
    if (!isApp || failure === 'incorrect_client_credentials') return refuse('incorrect_client_credentials');
    if (failure === 'redirect_uri_mismatch at the code') return refuse('redirect_uri_mismatch');
    if (failure === 'unverified_user_email') return refuse('unverified_user_email');
    const given = form.get('code') ?? '';
    const code = codes.get(given);
    codes.delete(given);
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (!code || code.challenge !== challenge || failure === 'bad_verification_code')
      return refuse('bad_verification_code');
    if (code.redirectUri !== form.get('redirect_uri')) return refuse('redirect_uri_mismatch');
    const token = secret('gho_');
    tokens.set(token, code.scope);
    return send(response, 200, {
      access_token: token,
      scope: code.scope.replaceAll(' ', ','),
      token_type: 'bearer',
    });
  }

  function answerApi(path: string, request: IncomingMessage, response: ServerResponse): ServerResponse {
    const { failure, user } = oauth;
    const refuse = (status: number, message: string, headers = {}) =>
      send(response, status, { message, documentation_url: 'https://docs.github.com/rest' }, headers);
    if (!request.headers['user-agent']) return refuse(403, 'Request forbidden by administrative rules.');
    const scope = tokens.get(request.headers.authorization?.replace('Bearer ', '') ?? '');
    if (scope === undefined || failure === 'bad credentials') return refuse(401, 'Bad credentials');
    if (failure === '503 at the user') return refuse(503, 'Service unavailable');
    const reset = String(Math.floor(Date.now() / 1000) + 1500);
    if (failure === 'rate limit')
      return refuse(403, 'API rate limit exceeded for user.', {
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': reset,
      });
    if (failure === 'secondary rate limit')
      return refuse(403, 'You have exceeded a secondary rate limit.', { 'retry-after': '120' });
    if (path === '/user') {
      const { id, login, name } = user;
      return send(response, 200, { id, login, name, email: null }, { 'x-oauth-scopes': scope });
    }
    if (path !== '/user/emails' || !scope.includes('user:email') || failure === 'emails are hidden')
      return refuse(404, 'Not Found');
    return send(response, 200, user.emails);
  }

  const server = createServer({ keepAliveTimeout: 75_000 }, async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost');
    if (oauth.failure === 'slow') return undefined;
    if (oauth.failure === 'broken' && pathname !== '/login/oauth/authorize') return request.socket.destroy();
    if (pathname === '/login/oauth/authorize') return authorize(searchParams, response);
    if (pathname === '/login/oauth/access_token')
      return exchange(new URLSearchParams(await text(request)), response);
    return answerApi(pathname.replace('/api/v3', ''), request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const oauth: GitHubOAuth = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    user: {
      id: 583_231,
      login: 'octocat',
      name: 'The Octocat',
      emails: [
        { email: 'octocat@users.noreply.github.com', primary: false, verified: true, visibility: null },
        { email: 'Octocat@Example.com', primary: true, verified: true, visibility: 'private' },
      ],
    },
    failure: null,
    asked: new URLSearchParams(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return oauth;
}
