import { useState } from 'preact/hooks';
import { forgetAnswers } from '../answers.ts';
import { ApiError } from '../api.ts';

export interface Submission {
  busy: boolean;
  error: Error | undefined;
  /** The API's sentences about fields of the body, where it named them. */
  faults: ReadonlyMap<string, string>;
  /** Does the work once at a time; answers whether it succeeded. */
  run: (work: () => Promise<void>) => Promise<boolean>;
  clear: () => void;
}

/** A form's or button's work: busy while it lasts, its error afterwards. */
export function useSubmission(): Submission {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error>();
  return {
    busy,
    error,
    faults: faultsOf(error),
    clear: () => setError(undefined),
    async run(work) {
      if (busy) return false;
      setBusy(true);
      setError(undefined);
      try {
        await work();
        return true;
      } catch (reason) {
        setError(reason instanceof Error ? reason : new Error(String(reason)));
        return false;
      } finally {
        forgetAnswers();
        setBusy(false);
      }
    },
  };
}

/** `invalid_input` lists what is wrong with which field. */
function faultsOf(error: Error | undefined): Map<string, string> {
  if (!(error instanceof ApiError) || error.code !== 'invalid_input') return new Map();
  const { problems = [] } = (error.details ?? {}) as { problems?: { path: string; message: string }[] };
  return new Map(problems.map(({ path, message }) => [path, message]));
}
