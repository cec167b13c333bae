import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type {} from 'vitest';
import type { TestProject } from 'vitest/node';
import { buildAll } from '../build.mjs';
import { openIdentityStore } from '../local/identity/store.ts';
import { openPostgres } from '../local/postgres.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A PostgreSQL server for the whole run; make a database of your own on it with `createDatabase`. */
    postgresUrl: string;
    /** File with keys of an identity provider: making them takes longer than anything else of an installation. */
    identityKeys: string;
    /** True where Apache's wskdeploy deploys the installations' actions, instead of the local host itself. */
    wskdeploy?: boolean;
  }
}

/** Once for a run: builds what the tests start, and starts the PostgreSQL server they share. */
export default async function setup(project: TestProject) {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'traffic-test-'));
  await buildAll();
  await openIdentityStore(dataDir);
  const postgres = await openPostgres({ dataDir: path.join(dataDir, 'postgres'), fsync: false });
  project.provide('identityKeys', path.join(dataDir, 'keys.json'));
  project.provide('postgresUrl', postgres.url);
  return async () => {
    await postgres.close();
    await rm(dataDir, { recursive: true, force: true });
  };
}
