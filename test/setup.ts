import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, statfs } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { freemem, tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type {} from 'vitest';
import type { TestProject } from 'vitest/node';
import type { HostLimits } from '../local/openwhisk/services.ts';
import type { Shared } from './on-demand.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** URL at which test workers ask for what the run shares: see on-demand.ts. */
    onDemand: string;
    /** Limits of the OpenWhisk host that its own tests open. Absent: those of a stock platform. */
    hostLimits?: Partial<HostLimits>;
  }
}

type CleanUp = () => unknown;

interface Making {
  /** Another shared thing that this one needs. */
  get(name: Shared): Promise<string>;
  /** At the end of the run, the last one first. */
  cleanUp(step: CleanUp): void;
}

/** PostgreSQL's files for a run: a few hundred small databases. */
const POSTGRES_BYTES = 4 * 2 ** 30;

/** Memory where there is plenty, else the disk. */
async function findRoomForPostgres(): Promise<string> {
  const memory = await statfs('/dev/shm').catch(() => undefined);
  const free = Math.min(memory ? memory.bavail * memory.bsize : 0, freemem() / 2);
  return free > POSTGRES_BYTES ? '/dev/shm' : tmpdir();
}

async function newFolder({ cleanUp }: Making, parent = tmpdir()): Promise<string> {
  const folder = await mkdtemp(path.join(parent, 'traffic-test-'));
  cleanUp(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Modules are imported when needed: most runs during development need none. */
const MAKE: Record<Shared, (making: Making) => Promise<string>> = {
  async build() {
    const { buildAll } = await import('../build.mjs');
    await buildAll();
    return 'dist';
  },
  async postgresUrls(making) {
    const { openPostgres } = await import('../local/postgres.ts');
    const dataDir = path.join(await newFolder(making, await findRoomForPostgres()), 'postgres');
    const postgres = await openPostgres({ dataDir, fsync: false });
    making.cleanUp(postgres.close);
    return JSON.stringify(postgres.urls);
  },
  async template({ get }) {
    const { createDatabase } = await import('../local/postgres.ts');
    const { openDatabase } = await import('../lib/db/database.ts');
    const { migrate } = await import('../lib/db/migrate.ts');
    const { toActingUsers } = await import('../lib/db/isolation.ts');
    const urls = await createDatabase(JSON.parse(await get('postgresUrls')), 'template');
    const { db, dialect } = openDatabase(urls.owner);
    const users = toActingUsers(urls);
    await db.transaction().execute((trx) => migrate(trx, dialect, '2025-01-01T00:00:00.000Z', users));
    await db.destroy();
    return 'template';
  },
  async identityKeys(making) {
    const { openIdentityStore } = await import('../local/identity/store.ts');
    const folder = await newFolder(making);
    await openIdentityStore(folder);
    return path.join(folder, 'keys.json');
  },
  async history(making) {
    const { createDatabase } = await import('../local/postgres.ts');
    const { openInstallation } = await import('../local/installation.ts');
    const { FIRST_INSTANT, makeHistory } = await import('./e2e/make-history.ts');
    await making.get('build');
    const database = 'history';
    const folder = await newFolder(making);
    let now = FIRST_INSTANT;
    const installation = await openInstallation({
      dataDir: folder,
      databaseUrls: await createDatabase(JSON.parse(await making.get('postgresUrls')), database),
      demo: true,
      alarms: false,
      limits: { invocationsPerMinute: 10_000, triggersPerMinute: 10_000 },
      clock: () => new Date(now),
    });
    await makeHistory(installation, (instant) => {
      now = instant;
      installation.host.setParameters('traffic', { NOW: instant });
    });
    await installation.close();
    return JSON.stringify({ database, folder });
  },
  async wskdeploy() {
    const { stdout } = await promisify(execFile)('bash', ['test/deploy/tools.sh']);
    return stdout.trim();
  },
};

/** Runs once: serves what tests share, and cleans it up. */
export default async function setup(project: TestProject) {
  const cleanUps: CleanUp[] = [];
  const made = new Map<Shared, Promise<string>>();
  const cleanUp = (step: CleanUp) => void cleanUps.push(step);
  const get = (name: Shared) => {
    const result = made.get(name) ?? MAKE[name]({ get, cleanUp });
    made.set(name, result);
    return result;
  };
  const server = createServer(({ url = '' }, response) => {
    get(url.slice(1) as Shared).then(
      (text) => response.end(text),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  project.provide('onDemand', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return async () => {
    server.close();
    server.closeAllConnections();
    for (const step of cleanUps.reverse()) await step();
  };
}
