import { toDatabaseFailure } from '../db/errors.ts';
import type { RepositoryKey } from '../traffic.ts';

/** Logs an error that nobody expected, with whom it met; a database that is away is thrown, as it fails the activation. */
export function logDefect(error: unknown, met: RepositoryKey): void {
  const lost = toDatabaseFailure(error);
  if (lost) throw lost;
  const stack = error instanceof Error ? error.stack : String(error);
  console.log(JSON.stringify({ level: 'error', code: 'internal', ...met, error: stack }));
}
