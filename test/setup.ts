import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type {} from 'vitest';
import type { TestProject } from 'vitest/node';
import { buildActions, buildLocal, buildOpenApi } from '../build.mjs';
import { openPostgres } from '../local/postgres.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A PostgreSQL server for the whole run; make a database of your own on it with `createDatabase`. */
    postgresUrl: string;
  }
}

/** Once for a run: builds what the tests start, and starts the PostgreSQL server they share. */
export default async function setup(project: TestProject) {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'traffic-test-'));
  await Promise.all([buildActions(), buildLocal(), buildOpenApi()]);
  const postgres = await openPostgres({ dataDir, fsync: false });
  project.provide('postgresUrl', postgres.url);
  return async () => {
    await postgres.close();
    await rm(dataDir, { recursive: true, force: true });
  };
}
