import { Hono } from 'hono/tiny';
import type { Answer } from './answer.ts';
import { type Config, parseConfig } from './config.ts';
import { type Database, openDatabase } from './db/database.ts';
import { toDatabaseFailure } from './db/errors.ts';
import type { DatabaseRole } from './db/grants.ts';
import { Failure } from './failure.ts';
import { type Identity, openIdentity } from './identity.ts';
import { type Activation, job, web } from './openwhisk.ts';
import { PARAMETERS } from './parameters.ts';
import type { ApiRequest } from './request.ts';
import { openSecrets, type Secrets } from './secrets.ts';

/** Everything that an action works with. */
export interface Services extends Database {
  /** The database as another role. Destroy its `db` when done. */
  openAs(role: DatabaseRole): Database;
  config: Config;
  identity: Identity;
  secrets: Secrets;
  clock: () => Date;
  activation: Activation;
}

/** A route's argument: the part of Hono's context that does not need fetch, with the services in `c.env`. */
export interface Call {
  env: Services;
  req: { raw: ApiRequest; param(name: string): string | undefined; param(): Record<string, string> };
}

type AddRoute = (path: string, route: (c: Call) => Answer | Promise<Answer>) => void;

/** Hono with our own types: it passes the request to a route, and the answer back, without touching either. */
interface App {
  get: AddRoute;
  post: AddRoute;
  put: AddRoute;
  patch: AddRoute;
  delete: AddRoute;
  fetch(request: ApiRequest, services: Services): Answer | Promise<Answer>;
}

type Kept = Omit<Services, 'activation'>;

/** The services of the container's current parameters. Connections and keys outlive an activation. */
let kept: { key: string; services: Kept } | undefined;

/** The largest timeout that PostgreSQL accepts. */
const MAX_MS = 2 ** 31 - 1;

/** Half of the time left, so that a stuck statement leaves time for an answer that says so. */
function toStatementTimeout({ deadline }: Activation): { statementTimeout?: number } {
  const half = Math.floor((deadline.getTime() - Date.now()) / 2);
  return half > 0 && half < MAX_MS ? { statementTimeout: half } : {};
}

function build(activation: Activation, role: DatabaseRole): Kept {
  const config = parseConfig(activation.parameters);
  const openAs = (one: DatabaseRole) =>
    openDatabase(config.databaseUrls[one], toStatementTimeout(activation));
  const database = openAs(role);
  const clock = () => config.now ?? new Date();
  const { issuer, issuerAddress, clientId, trustedIdentities, keyCallsPerMinute, tokenKey } = config;
  const identity = openIdentity({
    issuer,
    issuerAddress,
    clientId,
    trustedIdentities,
    keyCallsPerMinute,
    db: database.db,
    dbFor: database.dbFor,
    clock,
    tokenClock: () => new Date(),
  });
  return { ...database, openAs, config, identity, secrets: openSecrets(tokenKey), clock };
}

/** What the services depend on: the parameters, and the credentials of a Db2 service bound to the package. */
const INPUTS = [...Object.keys(PARAMETERS), '__bx_creds'];

function openServices(activation: Activation, role: DatabaseRole): Services {
  const key = JSON.stringify(INPUTS.map((name) => activation.parameters[name]));
  if (kept?.key === key) return { ...kept.services, activation };
  // Close the old connections now: they would stay open until they time out, and the database has few.
  kept?.services.db.destroy().catch(() => {});
  kept = { key, services: build(activation, role) };
  return { ...kept.services, activation };
}

/** An app without routes. Failures are thrown on to the one catch in `web`. Serve it with `serve`. */
export function createApp(): App {
  const app = new Hono({ strict: false });
  app.onError((error) => {
    throw toDatabaseFailure(error) ?? error;
  });
  app.notFound((c) => {
    const { method, path } = c.req;
    const others = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].filter((one) => hasRoute(app, one, path));
    if (others.length === 0) throw new Failure('route_not_found');
    const message = `${method} is not possible here; ${others.join(' and ')} is.`;
    throw new Failure('method_not_allowed', message);
  });
  return app as unknown as App;
}

function hasRoute(app: Hono, method: string, path: string): boolean {
  const [handlers] = app.router.match(method, path);
  return handlers.length > 0;
}

/** The `main` of a web action that serves the app's routes. Its database sees nothing of tenants until you ask with `dbFor`. */
export function serve(app: App, { as = 'web' }: { as?: DatabaseRole } = {}) {
  return web((request, activation) => app.fetch(request, openServices(activation, as)));
}

/** The `main` of an action that runs without a request. Its database sees all tenants. */
export function serveJob(
  run: (services: Services) => Promise<Record<string, unknown>>,
  { as = 'collector' }: { as?: DatabaseRole } = {},
) {
  return job(async (activation) => {
    try {
      const services = openServices(activation, as);
      return await run({ ...services, db: services.dbFor('all tenants') });
    } catch (error) {
      throw toDatabaseFailure(error) ?? error;
    }
  });
}
