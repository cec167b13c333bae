import { ApiError } from '../api.ts';
import type { Submission } from './submit.ts';

/** Where a form shows what is wrong. */
export interface Faults {
  /** True when the error is shown at a field, so that it need not be shown again. */
  atField: boolean;
  of: (field: string) => string | undefined;
}

/** Brings an error to the field it is about: by its code, or as `invalid_input` names it. */
export function faultsOf({ error, faults }: Submission, fieldOf: Record<string, string>): Faults {
  const field = error instanceof ApiError ? fieldOf[error.code] : undefined;
  const fields = Object.values(fieldOf);
  const named = [...faults.keys()];
  return {
    atField: field !== undefined || (named.length > 0 && named.every((name) => fields.includes(name))),
    of: (name) => faults.get(name) ?? (field === name ? error?.message : undefined),
  };
}
