import { randomUUID } from 'node:crypto';
import { inject } from 'vitest';
import { createDatabase } from '../local/postgres.ts';
import { getPostgresUrl } from './on-demand.ts';

/** URL of a new, empty database: on the run's PostgreSQL server, or in Db2's stand-in where the tests run with that. */
export async function createTestDatabase(): Promise<string> {
  const name = `test-${randomUUID()}`;
  const db2 = inject('db2');
  if (!db2) return createDatabase(await getPostgresUrl(), name);
  const url = new URL(db2.url);
  url.pathname = `/${name}`;
  return url.href;
}
