import { Failure } from '../failure.ts';
import { type Refusal, toGitHubFailure } from './refusal.ts';

/** Names why GitHub refuses what an app asks for itself, by its sentences. */
export function toAppFailure(refusal: Refusal, path: string, now: Date): Failure {
  const { status, message } = refusal;
  if (status === 401) return toAssertionFailure(message);
  if (status === 403 && /suspended/i.test(message)) return toSuspension(message);
  if (status === 404 && /integration not found/i.test(message))
    return new Failure(
      'app_not_found',
      'There is no GitHub App with this id at the server: check the id, or whether the app was deleted.',
    );
  if (status === 404 && path.startsWith('/app/installations/')) return new Failure('installation_not_found');
  if (status === 404)
    return new Failure('app_not_found', 'The server knows no such GitHub App: check its id and the address.');
  return toGitHubFailure(refusal, { now, tokenExpiresAt: null });
}

/** GitHub looks at the times of an assertion before its signature. */
function toAssertionFailure(message: string): Failure {
  if (/claim \('(iat|exp)'\)/.test(message)) return new Failure('clock_skew');
  return new Failure('app_key_refused');
}

function toSuspension(message: string): Failure {
  if (/installation/i.test(message)) return new Failure('installation_suspended');
  return new Failure('app_suspended');
}
