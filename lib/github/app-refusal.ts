import { Failure } from '../failure.ts';
import { type Refusal, toGitHubFailure } from './refusal.ts';

/** The failure for a request that GitHub refuses to the app itself, from GitHub's status and message. */
export function toAppFailure(refusal: Refusal, path: string, now: Date): Failure {
  const { status, message } = refusal;
  if (status === 401) return toAssertionFailure(message);
  if (status === 403 && /suspended/i.test(message)) return toSuspension(message);
  if (status === 404 && /integration not found/i.test(message))
    return new Failure(
      'app_not_found',
      'The server has no GitHub App with this id. Check the id, and that the app was not deleted.',
    );
  if (status === 404 && path.startsWith('/app/installations/')) return new Failure('installation_not_found');
  if (status === 404)
    return new Failure(
      'app_not_found',
      'The server has no such GitHub App. Check its id and the server’s address.',
    );
  return toGitHubFailure(refusal, { now, tokenExpiresAt: null, readsAs: 'installation' });
}

/** GitHub checks an assertion's times before its signature. */
function toAssertionFailure(message: string): Failure {
  if (/claim \('(iat|exp)'\)/.test(message)) return new Failure('clock_skew');
  return new Failure('app_key_refused');
}

function toSuspension(message: string): Failure {
  if (/installation/i.test(message)) return new Failure('installation_suspended');
  return new Failure('app_suspended');
}
