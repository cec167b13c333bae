import { useEffect, useState } from 'preact/hooks';
import type { SharePreviewRequest } from '../../actions/shares.ts';
import { useApp } from '../app-context.ts';

const WAIT_MS = 350;

/** A preview that the API makes, or why it cannot. */
interface Preview<Answer> {
  answer: Answer | undefined;
  error: Error | undefined;
}

/**
 * What the API says of a share that is not saved, as soon as nothing was changed for a moment. A null request asks nothing, and
 * keeps what was answered last.
 */
export function usePreview<Answer>(path: string, request: SharePreviewRequest | null): Preview<Answer> {
  const { api } = useApp();
  const [answer, setAnswer] = useState<Answer>();
  const [error, setError] = useState<Error>();
  const body = request && JSON.stringify(request);
  useEffect(() => {
    if (body === null) return undefined;
    let isCurrent = true;
    const timer = setTimeout(() => {
      api
        .send<Answer>('POST', path, JSON.parse(body))
        .then((one) => {
          if (!isCurrent) return;
          setAnswer(() => one);
          setError(undefined);
        })
        .catch((reason: Error) => isCurrent && setError(reason));
    }, WAIT_MS);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [api, path, body]);
  return { answer, error };
}
