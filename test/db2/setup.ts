import type {} from 'vitest';
import type { TestProject } from 'vitest/node';
import { ensureDriver, PACKAGES } from './driver.ts';
import { openH2 } from './h2.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** There where the tests run with Db2's dialect: the server's URL, and the packages that actions need for it. */
    db2?: { url: string; packages: string };
  }
}

/** Runs once for the project `db2`: builds ibm_db and starts the stand-in for Db2. */
export default async function setup(project: TestProject) {
  await Promise.all([ensureDriver('unixodbc'), ensureDriver('clidriver')]);
  const h2 = await openH2();
  project.provide('db2', { url: h2.url, packages: PACKAGES.unixodbc });
  return h2.close;
}
