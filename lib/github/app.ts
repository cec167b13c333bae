import { createPrivateKey, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import * as z from 'zod';
import { Failure } from '../failure.ts';
import type { Instant } from '../instant.ts';
import { parseAnswer } from './answers.ts';
import { toAppFailure } from './app-refusal.ts';
import { retry } from './attempts.ts';
import type { Fetch } from './octokit.ts';
import { isPage, toUnreadableFailure } from './unreadable.ts';

/** A GitHub App at a server. */
export interface AppConnection {
  /** The API's base URL without a slash at the end. */
  apiUrl: string;
  /** Sends the requests; the platform's own by default. */
  fetch?: Fetch;
  /** The app's id or client id: the issuer of its assertions. */
  appId: string;
  /** PEM, as `toPrivateKey` returns it. */
  privateKey: string;
  clock: () => Date;
  /** The deadline of all requests, by the clock; 20 seconds from now by default. */
  deadline?: Date;
}

/** What an app may do, in GitHub's words: `{ administration: 'read' }`. */
type Permissions = Record<string, string>;

/** An app as its server knows it. `slug` is its name in the addresses of its pages; '' where GitHub gives none. */
export interface GitHubApp {
  id: number;
  slug: string;
  name: string;
  htmlUrl: string;
  permissions: Permissions;
}

/** An app as an account installed it. */
export interface AppInstallation {
  id: number;
  /** The organization or user whose repositories it sees. */
  account: string;
  suspended: boolean;
  permissions: Permissions;
}

/** Reads an installation's repositories until it expires, after an hour. */
export interface InstallationToken {
  token: string;
  expiresAt: Instant;
}

const DEADLINE_MS = 20_000;
const TIMEOUT_MS = 15_000;
const PAGE = 100;
const MAX_PAGES = 10;
const MIN_BITS = 2048;
/**
 * GitHub accepts assertions of at most ten minutes, and its clock may be behind ours
 * (https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app).
 */
const SKEW_SECONDS = 60;
const LIFE_SECONDS = 480;

/**
 * The private key of an app as PKCS#8, from PKCS#1 (GitHub's form) or PKCS#8. Throws `app_key_malformed` if the text is no
 * key, or the key is encrypted, public, not RSA or too short.
 */
export function toPrivateKey(pem: string): string {
  return readKey(pem).export({ type: 'pkcs8', format: 'pem' }).toString();
}

function readKey(pem: string): KeyObject {
  const refuse = (message: string) => new Failure('app_key_malformed', message);
  if (/ENCRYPTED/.test(pem)) throw refuse('The private key is encrypted. Give it without a passphrase.');
  if (/PUBLIC KEY|CERTIFICATE/.test(pem))
    throw refuse('This is a public key. Give the private key: the .pem file that GitHub made for the app.');
  if (!/-----BEGIN (RSA )?PRIVATE KEY-----/.test(pem))
    throw refuse(
      'This is not a private key. Give the whole .pem file, from -----BEGIN RSA PRIVATE KEY----- to its last line.',
    );
  let key: KeyObject;
  try {
    key = createPrivateKey(pem.trim());
  } catch {
    throw refuse(
      'The private key cannot be read: it is incomplete, or was changed. Copy the whole .pem file.',
    );
  }
  if (key.asymmetricKeyType !== 'rsa' || (key.asymmetricKeyDetails?.modulusLength ?? 0) < MIN_BITS)
    throw refuse('This is not the key of a GitHub App. Those are RSA keys of 2048 bits or more.');
  return key;
}

const appAnswer = z.lazy(() =>
  z.object({
    id: z.int(),
    slug: z.string().default(''),
    name: z.string(),
    html_url: z.string(),
    permissions: z.record(z.string(), z.string()),
  }),
);

const installationAnswer = z.lazy(() =>
  z
    .object({
      id: z.int(),
      account: z.object({ login: z.string().optional(), slug: z.string().optional() }).nullable(),
      suspended_at: z.string().nullish(),
      permissions: z.record(z.string(), z.string()),
    })
    .transform(
      ({ id, account, suspended_at, permissions }): AppInstallation => ({
        id,
        permissions,
        suspended: suspended_at != null,
        account: account?.login ?? account?.slug ?? '',
      }),
    ),
);

const tokenAnswer = z.lazy(() =>
  z.object({
    token: z.string(),
    expires_at: z.iso.datetime({ offset: true }),
    permissions: z.record(z.string(), z.string()).default({}),
  }),
);

/** The app that the key belongs to. Throws a `Failure`. */
export async function readApp(app: AppConnection): Promise<GitHubApp> {
  const { html_url: htmlUrl, ...answer } = parseAnswer(appAnswer, await askAsApp(app, 'GET', '/app'));
  return { ...answer, htmlUrl };
}

/** Where the app is installed, by account; the first thousand. Throws a `Failure`. */
export async function listInstallations(app: AppConnection): Promise<AppInstallation[]> {
  const found: AppInstallation[] = [];
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const answer = await askAsApp(app, 'GET', `/app/installations?per_page=${PAGE}&page=${page}`);
    const some = parseAnswer(z.array(installationAnswer), answer);
    found.push(...some);
    if (some.length < PAGE) break;
  }
  return found.sort((one, other) => one.account.localeCompare(other.account));
}

/** One installation of the app, by GitHub's id. Throws a `Failure`: `installation_not_found` when it was deleted. */
export async function readInstallation(app: AppConnection, id: number): Promise<AppInstallation> {
  return parseAnswer(installationAnswer, await askAsApp(app, 'GET', `/app/installations/${id}`));
}

/**
 * Creates a token that reads the installation's traffic for an hour. Throws `installation_not_found`,
 * `installation_suspended`, and `missing_permission` when its account did not grant what traffic needs.
 */
export async function mintToken(app: AppConnection, id: number): Promise<InstallationToken> {
  const answer = await askAsApp(app, 'POST', `/app/installations/${id}/access_tokens`);
  const { token, expires_at, permissions } = parseAnswer(tokenAnswer, answer);
  requireAdministration(permissions);
  return { token, expiresAt: new Date(expires_at).toISOString() };
}

/** Throws `missing_permission` unless the permissions allow reading traffic. */
export function requireAdministration({ administration }: Permissions): void {
  if (administration !== undefined) return;
  throw new Failure(
    'missing_permission',
    'The GitHub App lacks the repository permission Administration (read). Grant it in the app’s settings, then have it accepted where the app is installed.',
    { needed: 'administration=read' },
  );
}

async function askAsApp(app: AppConnection, method: 'GET' | 'POST', path: string): Promise<unknown> {
  const { clock } = app;
  const deadline = app.deadline ?? new Date(clock().getTime() + DEADLINE_MS);
  return retry(() => askOnce(app, method, path), { clock, deadline, secondLasts: 1000 });
}

async function askOnce(app: AppConnection, method: string, path: string): Promise<unknown> {
  const headers = {
    accept: 'application/vnd.github+json',
    authorization: `Bearer ${await sign(app)}`,
    'user-agent': 'github-traffic-analytics',
    'x-github-api-version': '2022-11-28',
  };
  const request = { method, headers, redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) } as const;
  const response = await (app.fetch ?? fetch)(`${app.apiUrl}${path}`, request).catch((error: unknown) => {
    if (error instanceof Failure) throw error;
    throw new Failure('github_down', 'GitHub cannot be reached. Try again later.');
  });
  const answer = toJson(await response.text().catch(() => ''));
  if (response.ok) {
    // A truncated token must not be quoted.
    const data = typeof answer === 'string' && !isPage(answer) ? '' : answer;
    const unreadable = toUnreadableFailure({ status: response.status, data });
    if (unreadable) throw unreadable;
    return answer;
  }
  const message = (answer as { message?: unknown } | null)?.message;
  const refusal = { status: response.status, message: typeof message === 'string' ? message : '' };
  throw toAppFailure({ ...refusal, headers: Object.fromEntries(response.headers) }, path, app.clock());
}

/** The text itself if it is not JSON. */
function toJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

async function sign({ appId, privateKey, clock }: AppConnection): Promise<string> {
  const now = Math.floor(clock().getTime() / 1000);
  return new SignJWT()
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT' })
    .setIssuer(appId)
    .setIssuedAt(now - SKEW_SECONDS)
    .setExpirationTime(now + LIFE_SECONDS)
    .sign(createPrivateKey(privateKey));
}
