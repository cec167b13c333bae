import { type Config, parseConfig } from './config.ts';
import { type Database, openDatabase } from './db/database.ts';
import { toDatabaseFailure } from './db/errors.ts';
import { type Identity, openIdentity } from './identity.ts';
import { type Activation, job, web } from './openwhisk.ts';
import { type Context as ContextOf, createRoutes, type Routes } from './routes.ts';
import { openSecrets, type Secrets } from './secrets.ts';

/** What an action works with. */
export interface Services extends Database {
  config: Config;
  identity: Identity;
  secrets: Secrets;
  clock: () => Date;
  activation: Activation;
}

/** What a route is given; `c.env` are the services. */
export type Context = ContextOf<Services>;

type Kept = Omit<Services, 'activation'>;

/** A container serves one set of parameters: connections and keys outlive an activation. */
let kept: { key: string; services: Kept } | undefined;

function build(parameters: Record<string, unknown>): Kept {
  const config = parseConfig(parameters);
  const database = openDatabase(config.databaseUrl);
  const clock = () => config.now ?? new Date();
  const { issuer, clientId, trustedIdentities, tokenKey } = config;
  const identity = openIdentity({ issuer, clientId, trustedIdentities, db: database.db, clock });
  return { ...database, config, identity, secrets: openSecrets(tokenKey), clock };
}

const PARAMETERS = [
  ...['DATABASE_URL', 'ISSUER', 'CLIENT_ID', 'TRUSTED_IDENTITIES', 'TOKEN_KEY', 'INIT_SECRET'],
  ...['ALLOW_PRIVATE_ADDRESSES', 'DEMO_GITHUB_URL', 'NOW'],
];

function openServices(activation: Activation): Services {
  const key = JSON.stringify(PARAMETERS.map((name) => activation.parameters[name]));
  if (kept?.key === key) return { ...kept.services, activation };
  // Connections of earlier parameters would stay open until they time out, and the database has few.
  kept?.services.db.destroy().catch(() => {});
  kept = { key, services: build(activation.parameters) };
  return { ...kept.services, activation };
}

/** An app without routes. Serve it with `serve`. */
export const createApp = () => createRoutes<Services>();

/** Failures of the database, whatever asked it, are expected ones. */
async function naming<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toDatabaseFailure(error) ?? error;
  }
}

/** The `main` of a web action that serves the app's routes. */
export function serve(app: Routes<Services>) {
  return web((request, activation) => naming(async () => app.handle(request, openServices(activation))));
}

/** The `main` of an action that runs without a request. */
export function serveJob(run: (services: Services) => Promise<Record<string, unknown>>) {
  return job((activation) => naming(async () => run(openServices(activation))));
}
