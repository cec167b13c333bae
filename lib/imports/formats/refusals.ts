import type { Gathering } from './gathering.ts';
import type { Refused } from './values.ts';

/** Why a value cannot be taken, in a sentence. */
export const REFUSALS = {
  date_impossible: 'A row has no day that exists. It is left out.',
  date_order: 'The file does not say whether its dates begin with the day or the month.',
  number_negative: 'A number is negative. It is left out.',
  number_fractional: 'A number has a fraction. It is left out.',
  number_too_large: 'A number is larger than any that GitHub counts. It is left out.',
  number_unreadable: 'A cell is no number. It is left out.',
} as const;

/** Says once for a file what kind of values cannot be taken, and where the first one is. */
export function sayRefused(gathering: Gathering, path: string, line: number | null, { refused }: Refused) {
  const message =
    (REFUSALS as Partial<Record<string, string>>)[refused] ?? 'A value cannot be read. It is left out.';
  gathering.problem(path, refused, message, { line });
}
