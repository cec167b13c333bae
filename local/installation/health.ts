import { statfs } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { openDatabase } from '../../lib/db/database.ts';
import { toDatabaseFailure } from '../../lib/db/errors.ts';
import { readSchemaState, requireVersion } from '../../lib/db/schema.ts';
import { Failure } from '../../lib/failure.ts';
import type { Handler } from './server.ts';

/** Why the installation cannot do its work now. Without secrets, because anybody may ask. */
interface Problem {
  code: string;
  message: string;
}

/** The answer of /readyz. */
interface Readiness {
  ready: boolean;
  /** Whether somebody has set it up; null: the database does not say. */
  initialized: boolean | null;
  problems: Problem[];
}

export interface Health {
  /** Answers /healthz and /readyz; other requests go on to `handle`. */
  before: (handle: Handler) => Handler;
  /** Stands before the API: says that the disk is full, where the database would only fail. Reading goes on while it can. */
  refuseWhenFull: (handle: Handler) => Handler;
  /** From now on the database is asked, too. */
  begin: (databaseUrl: string) => void;
  close: () => Promise<void>;
}

/** PostgreSQL needs some segments of its log and room for sorting, and a file needs to be written before it replaces another. */
const MIN_FREE_BYTES = 32 * 1024 * 1024;
/** How long a finding is believed, because anybody may ask as often as they like. */
const BELIEVED_MS = 1000;
const STATEMENT_MS = 5000;

const STARTING = { code: 'starting', message: 'The installation is starting.' };
const DISK_FULL = {
  code: 'disk_full',
  message:
    'The disk of this server is full, so nothing can be saved. Its operator must make space; then it goes on by itself.',
};

/** Asks again only when the last finding is old, and once for all who ask meanwhile. */
function remember<T>(find: () => Promise<T>): () => Promise<T> {
  let found: Promise<T> | undefined;
  let at = 0;
  return () => {
    if (found === undefined || performance.now() - at > BELIEVED_MS) {
      at = performance.now();
      found = find();
    }
    return found;
  };
}

async function findFullDisk(folder: string): Promise<Problem | undefined> {
  const disk = await statfs(folder).catch(() => null);
  if (!disk || disk.bavail * disk.bsize >= MIN_FREE_BYTES) return undefined;
  return DISK_FULL;
}

function send(request: IncomingMessage, response: ServerResponse, status: number, body: object): void {
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' };
  response.setHeader('x-content-type-options', 'nosniff').writeHead(status, headers);
  response.end(request.method === 'HEAD' ? undefined : `${JSON.stringify(body)}\n`);
}

/** Says how an installation on this data folder is. It is `starting` until `begin`. */
export function openHealth(dataDir: string): Health {
  let databaseUrl: string | undefined;
  let database: ReturnType<typeof openDatabase> | undefined;
  const fullDisk = remember(() => findFullDisk(dataDir));

  const askDatabase = async (): Promise<{ initialized: boolean | null; problems: Problem[] }> => {
    if (databaseUrl === undefined) return { initialized: null, problems: [STARTING] };
    try {
      database ??= openDatabase(databaseUrl, { statementTimeout: STATEMENT_MS });
      const { stored, displayName } = await readSchemaState(database.db);
      if (stored !== null) requireVersion(stored);
      return { initialized: displayName !== null, problems: [] };
    } catch (error) {
      const failure = toDatabaseFailure(error) ?? error;
      // The database's own words may name accounts and addresses.
      const known = failure instanceof Failure && failure.code !== 'misconfigured';
      const { code, message } = known ? failure : new Failure('database_unavailable');
      return { initialized: null, problems: [{ code, message }] };
    }
  };
  const readiness = remember(async (): Promise<Readiness> => {
    const [disk, { initialized, problems }] = await Promise.all([fullDisk(), askDatabase()]);
    const all = disk ? [disk, ...problems] : problems;
    return { ready: all.length === 0, initialized, problems: all };
  });

  return {
    before: (handle) => async (request, response) => {
      if (request.url === '/healthz') return send(request, response, 200, { alive: true });
      if (request.url !== '/readyz') return handle(request, response);
      const found = await readiness();
      return send(request, response, found.ready ? 200 : 503, found);
    },
    refuseWhenFull: (handle) => async (request, response) => {
      const disk = request.method === 'OPTIONS' ? undefined : await fullDisk();
      if (!disk) return handle(request, response);
      const isRead = request.method === 'GET' || request.method === 'HEAD';
      const { problems } = await readiness();
      if (isRead && problems.every(({ code }) => code === disk.code)) return handle(request, response);
      response.setHeader('access-control-allow-origin', '*');
      return send(request, response, 503, { error: disk });
    },
    begin: (url) => {
      databaseUrl = url;
    },
    close: async () => {
      await database?.db.destroy();
      database = undefined;
    },
  };
}
