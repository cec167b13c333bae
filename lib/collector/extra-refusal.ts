import type { ExtraKind } from '../db/tables/repositories.ts';
import { Failure } from '../failure.ts';
import { isForAll } from '../github/error.ts';

const NAMES: Record<ExtraKind, string> = {
  stars: 'star history',
  releases: 'releases',
  'workflow runs': 'workflow runs',
};

/**
 * Why GitHub did not give an extra, as a sentence about the extra: returned where it concerns one repository, and thrown
 * on where it would meet all.
 */
export function toRefusal(kind: ExtraKind, error: unknown): Failure {
  if (!(error instanceof Failure) || isForAll(error)) throw error;
  const name = NAMES[kind];
  const needed = error.details?.needed;
  if (error.code === 'missing_permission' && typeof needed === 'string')
    return new Failure(
      error.status,
      error.code,
      `The token lacks the permission ${needed} to read the ${name}.`,
    );
  if (error.code === 'not_found')
    return new Failure(error.status, error.code, `GitHub shows this token no ${name} of the repository.`);
  return new Failure(error.status, error.code, `GitHub did not give the ${name}: ${error.message}`);
}
