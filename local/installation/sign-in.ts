import { toCalledOrigins, toDiscoveryUrl } from '../../lib/identity/discovery.ts';
import { openGitHubSignIn } from '../accounts/github-sign-in.ts';
import { type AccountsOptions, openAccounts } from '../accounts.ts';
import { getJson } from '../get-json.ts';
import type { SignIn } from '../settings.ts';
import type { Handler } from './server.ts';

/** How people sign in: a part of this server, or a provider elsewhere. */
export interface SignInService {
  issuer: string;
  clientId: string;
  scope: string;
  /** Where a browser ends its session, if the discovery document does not say. */
  signOutUrl: string | null;
  /** Answers a request under the issuer's path. Absent: the issuer is elsewhere. */
  handle?: Handler;
  /** The origins that the pages call for it now. Default: the issuer's. */
  origins?: () => string[];
  /** What it adds to the pages' configuration. */
  pages?: object;
  /** The link with which the administrator makes the first account; null: there is one. Absent: no accounts of its own. */
  firstLink?: () => Promise<string | null>;
  close?: () => Promise<void>;
}

const TIMEOUT_MS = 10_000;
const RETRY_MS = 30_000;

/** Null: the provider does not answer. Throws a sentence if it is not what ISSUER says. */
async function askOrigins(issuer: string): Promise<string[] | null> {
  const url = toDiscoveryUrl(issuer);
  const answer = await getJson(url, { timeoutMs: TIMEOUT_MS }).catch(() => null);
  if (!answer || answer.status >= 500) return null;
  const { status, body } = answer;
  if (status !== 200) throw new Error(`${url} answers ${status}: is ISSUER right?`);
  return toCalledOrigins(issuer, typeof body === 'object' ? { ...body } : {});
}

/** The origins of a provider elsewhere. One that is down must not keep the installation from collecting. */
async function openOrigins(issuer: string, log: (line: object) => void): Promise<() => string[]> {
  let origins = await askOrigins(issuer);
  const retry = async () => {
    origins = await askOrigins(issuer).catch((error: Error) => {
      log({ level: 'error', event: 'sign_in', message: error.message });
      return null;
    });
    if (origins === null) setTimeout(retry, RETRY_MS).unref();
  };
  if (origins === null) {
    log({ level: 'warn', event: 'sign_in', message: `The provider ${issuer} does not answer.` });
    setTimeout(retry, RETRY_MS).unref();
  }
  return () => origins ?? [new URL(issuer).origin];
}

/** Opens the sign-in of a real installation. Throws a sentence if it cannot work. */
export async function openSignIn(signIn: SignIn, own: AccountsOptions): Promise<SignInService> {
  if (signIn.kind === 'accounts') return openAccounts(own);
  if (signIn.kind === 'github') return openGitHubSignIn({ ...own, app: signIn });
  const { issuer, clientId, scope, signOutUrl } = signIn;
  return { issuer, clientId, scope, signOutUrl, origins: await openOrigins(issuer, own.log) };
}
