import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type {} from 'vitest';
import type { TestProject } from 'vitest/node';
import type { Shared } from './on-demand.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** URL at which test workers ask for what the run shares: see on-demand.ts. */
    onDemand: string;
    /** True where Apache's wskdeploy deploys the installations' actions, instead of the local host itself. */
    wskdeploy?: boolean;
  }
}

type Make = (cleanUps: (() => unknown)[]) => Promise<string>;

const newFolder = () => mkdtemp(path.join(tmpdir(), 'traffic-test-'));
const removeLater = (folder: string) => () => rm(folder, { recursive: true, force: true });

/** Modules are imported when they are needed: most runs during development need none of them. */
const MAKE: Record<Shared, Make> = {
  async build() {
    const { buildAll } = await import('../build.mjs');
    await buildAll();
    return 'dist';
  },
  async postgresUrl(cleanUps) {
    const { openPostgres } = await import('../local/postgres.ts');
    const folder = await newFolder();
    cleanUps.push(removeLater(folder));
    const postgres = await openPostgres({ dataDir: path.join(folder, 'postgres'), fsync: false });
    cleanUps.push(postgres.close);
    return postgres.url;
  },
  async identityKeys(cleanUps) {
    const { openIdentityStore } = await import('../local/identity/store.ts');
    const folder = await newFolder();
    cleanUps.push(removeLater(folder));
    await openIdentityStore(folder);
    return path.join(folder, 'keys.json');
  },
};

/** Once for a run: serves what tests share, and cleans up what was made. */
export default async function setup(project: TestProject) {
  const cleanUps: (() => unknown)[] = [];
  const made = new Map<string, Promise<string>>();
  const server = createServer(async ({ url = '' }, response) => {
    const name = url.slice(1) as Shared;
    const result = made.get(name) ?? MAKE[name](cleanUps);
    made.set(name, result);
    await result.then(
      (text) => response.end(text),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  project.provide('onDemand', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return async () => {
    server.close();
    server.closeAllConnections();
    for (const cleanUp of cleanUps.reverse()) await cleanUp();
  };
}
