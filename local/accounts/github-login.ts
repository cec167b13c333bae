import { createHash, randomBytes } from 'node:crypto';
import { Refusal } from './refusal.ts';

/** The OAuth app at a GitHub. */
export interface GitHubApp {
  clientId: string;
  clientSecret: string;
  /** Without a slash at the end, such as https://github.com. */
  webUrl: string;
  /** Without a slash at the end, such as https://api.github.com. */
  apiUrl: string;
  /** The address that GitHub leads back to. */
  callback: string;
}

/** Somebody at GitHub. The address is their primary one, which GitHub has verified. */
export interface GitHubPerson {
  /** GitHub's numeric id, which stays when they change their login. */
  subject: string;
  name: string;
  email: string;
}

const SCOPE = 'read:user user:email';
const TIMEOUT_MS = 10_000;

const refuse = (code: string, message: string) => new Refusal(502, code, message);

/** What GitHub refuses with, at its sign-in page and for a code: https://docs.github.com/en/apps/oauth-apps/maintaining-oauth-apps */
function toRefusal(error: string, { callback, webUrl }: GitHubApp): Refusal {
  switch (error) {
    case 'access_denied':
      return refuse('github_canceled', 'You canceled at GitHub, so you are not signed in. Try again.');
    case 'redirect_uri_mismatch':
      return refuse(
        'github_callback_wrong',
        `GitHub does not lead back here. Whoever runs this installation must set the authorization callback URL of its OAuth app at GitHub to ${callback}.`,
      );
    case 'application_suspended':
      return refuse(
        'github_app_suspended',
        'GitHub has suspended the OAuth app of this installation. Its owner must ask GitHub’s support why.',
      );
    case 'incorrect_client_credentials':
      return refuse(
        'github_app_wrong',
        'GitHub does not accept the OAuth app of this installation. Whoever runs it must correct GITHUB_CLIENT_ID and GITHUB_CLIENT_SECRET.',
      );
    case 'bad_verification_code':
      return refuse('github_code_spent', 'That sign-in was used already, or took too long. Try again.');
    case 'unverified_user_email':
      return noAddress(webUrl);
    default:
      return refuse('github_refused', `GitHub refused this sign-in (${error.slice(0, 60)}). Try again.`);
  }
}

const noAddress = (webUrl: string) =>
  refuse(
    'github_no_address',
    `Your GitHub account has no verified primary e-mail address. Verify it at ${webUrl}/settings/emails, then sign in again.`,
  );

const unavailable = () =>
  refuse('github_unavailable', 'GitHub does not answer right now. Try again in a few minutes.');

const noScope = () =>
  refuse(
    'github_scope_missing',
    'This installation may not read your e-mail addresses at GitHub, so it cannot know who you are. Sign in again, and allow it.',
  );

/** When GitHub takes requests again: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api */
function toRateLimit({ headers }: Response): Refusal {
  const after = Number(headers.get('retry-after'));
  const reset = Number(headers.get('x-ratelimit-reset')) - Date.now() / 1000;
  const seconds = Math.max(60, after || reset || 0);
  return refuse(
    'github_rate_limited',
    `GitHub takes no more requests from this installation for now. Try again in ${Math.ceil(seconds / 60)} minutes.`,
  );
}

async function ask(url: string, init: RequestInit): Promise<{ response: Response; body: unknown }> {
  const response = await fetch(url, {
    ...init,
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
    headers: { accept: 'application/json', 'user-agent': 'github-traffic-analytics', ...init.headers },
  }).catch(() => null);
  const body: unknown = await response?.json().catch(() => null);
  if (!response || response.status >= 500) throw unavailable();
  const isLimited =
    response.status === 429 ||
    (response.status === 403 &&
      (response.headers.get('x-ratelimit-remaining') === '0' || response.headers.has('retry-after')));
  if (isLimited) throw toRateLimit(response);
  return { response, body };
}

const fieldsOf = (body: unknown): Record<string, unknown> =>
  typeof body === 'object' && body !== null ? { ...body } : {};

/** GitHub answers refusals with 200, too. */
async function exchange(app: GitHubApp, code: string, verifier: string): Promise<string> {
  const { response, body } = await ask(`${app.webUrl}/login/oauth/access_token`, {
    method: 'POST',
    body: new URLSearchParams({
      client_id: app.clientId,
      client_secret: app.clientSecret,
      code,
      redirect_uri: app.callback,
      code_verifier: verifier,
    }),
  });
  const { access_token: token, error, scope } = fieldsOf(body);
  if (typeof error === 'string') throw toRefusal(error, app);
  if (response.status === 404) throw toRefusal('incorrect_client_credentials', app);
  if (!response.ok || typeof token !== 'string') throw unavailable();
  const granted = String(scope ?? '').split(/[\s,]+/);
  if (!granted.includes('user:email') && !granted.includes('user')) throw noScope();
  return token;
}

async function read(app: GitHubApp, token: string, path: string): Promise<unknown> {
  const { response, body } = await ask(`${app.apiUrl}${path}`, {
    headers: { authorization: `Bearer ${token}`, accept: 'application/vnd.github+json' },
  });
  if (response.status === 401) throw toRefusal('bad_verification_code', app);
  // GitHub hides what a token may not see.
  if (response.status === 403 || response.status === 404) throw noScope();
  if (!response.ok) throw unavailable();
  return body;
}

async function readPerson(app: GitHubApp, token: string): Promise<GitHubPerson> {
  const { id, login, name } = fieldsOf(await read(app, token, '/user'));
  const emails = await read(app, token, '/user/emails');
  if (typeof id !== 'number' || !Number.isSafeInteger(id) || !Array.isArray(emails)) throw unavailable();
  const primary = emails.map(fieldsOf).find((one) => one.primary === true && one.verified === true);
  if (typeof primary?.email !== 'string') throw noAddress(app.webUrl);
  const shown = typeof name === 'string' && name.trim() ? name.trim() : String(login);
  return { subject: String(id), name: shown.slice(0, 200), email: primary.email };
}

/** A sign-in that began: what GitHub is asked with, and what its answer is checked with. */
export interface GitHubLogin {
  state: string;
  verifier: string;
  target: string;
}

/** Begins a sign-in at GitHub: https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps */
export function beginGitHubLogin({ clientId, webUrl, callback }: GitHubApp): GitHubLogin {
  const state = randomBytes(32).toString('base64url');
  const verifier = randomBytes(32).toString('base64url');
  const query = new URLSearchParams({
    client_id: clientId,
    redirect_uri: callback,
    scope: SCOPE,
    state,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  return { state, verifier, target: `${webUrl}/login/oauth/authorize?${query}` };
}

/** Who came back from GitHub. GitHub's token is used for that only, and not kept. Throws a refusal for each way to fail. */
export async function completeGitHubLogin(
  app: GitHubApp,
  answer: URLSearchParams,
  verifier: string,
): Promise<GitHubPerson> {
  const error = answer.get('error');
  if (error) throw toRefusal(error, app);
  const token = await exchange(app, answer.get('code') ?? '', verifier);
  return readPerson(app, token);
}
