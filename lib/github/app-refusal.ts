import { GitHubError } from './error.ts';
import { type Refusal, toGitHubError } from './refusal.ts';

/** Names why GitHub refuses what an app asks for itself, by its sentences. */
export function toAppError(refusal: Refusal, path: string, now: Date): GitHubError {
  const { status, message } = refusal;
  if (status === 401) return toAssertionError(message);
  if (status === 403 && /suspended/i.test(message)) return toSuspension(message);
  if (status === 404 && /integration not found/i.test(message))
    return new GitHubError(
      'app_not_found',
      'There is no GitHub App with this id at the server: check the id, or whether the app was deleted.',
    );
  if (status === 404 && path.startsWith('/app/installations/'))
    return new GitHubError(
      'installation_not_found',
      'The GitHub App is not installed there any more: install it again, and choose the installation anew.',
    );
  if (status === 404)
    return new GitHubError(
      'app_not_found',
      'The server knows no such GitHub App: check its id and the address.',
    );
  return toGitHubError(refusal, { now, tokenExpiresAt: null });
}

/** GitHub looks at the times of an assertion before its signature. */
function toAssertionError(message: string): GitHubError {
  if (/claim \('(iat|exp)'\)/.test(message))
    return new GitHubError(
      'clock_skew',
      'GitHub does not accept the time at which the app signed: the clock of the actions, or of the GitHub server, is wrong.',
    );
  return new GitHubError(
    'app_key_refused',
    'GitHub does not accept the private key for this app: it is another app’s, or was deleted. Make a new key in the app’s settings and save it here.',
  );
}

function toSuspension(message: string): GitHubError {
  if (/installation/i.test(message))
    return new GitHubError(
      'installation_suspended',
      'The installation of the GitHub App is suspended: its organization has to lift that in its settings.',
    );
  return new GitHubError('app_suspended', 'GitHub has suspended the app: its owner has to talk to GitHub.');
}
