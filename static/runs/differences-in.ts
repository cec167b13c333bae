import type { Run } from '../../lib/answers/runs.ts';
import { plural } from '../format.ts';

/** How many differences a verification found, in words; null for a run that did not look for any. */
export function differencesIn({ differenceCount }: Run): string | null {
  if (differenceCount === null) return null;
  return differenceCount === 0 ? 'no differences' : plural(differenceCount, 'difference');
}
