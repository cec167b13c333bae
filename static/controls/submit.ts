import { useState } from 'preact/hooks';
import { forgetAnswers } from '../answers.ts';
import { ApiError } from '../api.ts';

export interface Submission {
  busy: boolean;
  error: Error | undefined;
  /** The API's messages by field of the body. */
  fieldErrors: ReadonlyMap<string, string>;
  /** Does the work unless it is already running. Resolves whether it succeeded. */
  run: (work: () => Promise<void>) => Promise<boolean>;
  clear: () => void;
}

/** The work of a form or button: busy while it runs, then its error, if any. */
export function useSubmission(): Submission {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error>();
  return {
    busy,
    error,
    fieldErrors: toFieldErrors(error),
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

/** `invalid_input` lists messages by field. */
function toFieldErrors(error: Error | undefined): Map<string, string> {
  if (!(error instanceof ApiError) || error.code !== 'invalid_input') return new Map();
  const { problems = [] } = (error.details ?? {}) as { problems?: { path: string; message: string }[] };
  return new Map(problems.map(({ path, message }) => [path, message]));
}

/** Where a form shows what is wrong. */
export interface FieldErrors {
  /** True if a field shows the error, so that the form need not show it again. */
  atField: boolean;
  of: (field: string) => string | undefined;
}

/**
 * Assigns an error to the field it is about: by its code, or as `invalid_input` names it. `others` are fields that
 * have no code and show their own errors.
 */
export function fieldErrorsOf(
  { error, fieldErrors }: Submission,
  fieldOf: Record<string, string>,
  others: readonly string[] = [],
): FieldErrors {
  const field = error instanceof ApiError ? fieldOf[error.code] : undefined;
  const fields = [...Object.values(fieldOf), ...others];
  const named = [...fieldErrors.keys()];
  return {
    atField: field !== undefined || (named.length > 0 && named.every((name) => fields.includes(name))),
    of: (name) => fieldErrors.get(name) ?? (field === name ? error?.message : undefined),
  };
}
