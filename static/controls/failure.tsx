import { ApiError } from '../api.ts';
import { Notice } from './notice.tsx';

interface FailureProps {
  error: Error;
  retry?: () => void;
}

/** What went wrong in the API's own words, and "Try again" where that can help. */
export function Failure({ error, retry }: FailureProps) {
  return (
    <Notice kind="error" title={titleOf(error)}>
      <p>{error.message}</p>
      {retry && mayPass(error) && (
        <p>
          <button type="button" class="button small" onClick={retry}>
            Try again
          </button>
        </p>
      )}
    </Notice>
  );
}

function mayPass(error: Error): boolean {
  return !(error instanceof ApiError) || error.status === 0 || error.status === 429 || error.status >= 500;
}

function titleOf(error: Error): string {
  if (!(error instanceof ApiError)) return 'Something went wrong';
  if (error.status === 403) return 'You may not see this';
  if (error.status === 404) return 'Not found';
  if (error.status === 503) return 'Not available at the moment';
  if (error.status === 429) return 'Too many calls';
  return error.status === 0 ? 'No connection' : 'That did not work';
}
