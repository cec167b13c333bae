import {
  hasTenantRight,
  type Right,
  requireAnyTenant,
  requireSystemAccess,
  requireTenantAccess,
  type TenantAccess,
} from './access.ts';
import type { Call, Services } from './app.ts';
import type { Actor } from './audit.ts';
import type { Db } from './db/database.ts';
import type { Scope } from './db/scope.ts';
import { Failure } from './failure.ts';
import type { Principal, SignedIn } from './identity.ts';
import { type AddressScope, rightsOfKey, scopesWith } from './keys/scopes.ts';
import { looksLikeKey } from './keys/secret.ts';
import { listKeyRepositories, toKeyActor, type UsedKey } from './keys/use.ts';
import { type ApiRequest, findBearer, notFound, parseId } from './request.ts';

/** Somebody who may do something in a tenant: a person, or an API key. */
export interface Access {
  /** Shows the tenant, and no other. */
  db: Db;
  /** The same with everything else. */
  services: Services;
  access: TenantAccess;
  tenantId: number;
  now: Date;
  /** Who it is for the log, and for the columns that say who made something. */
  by: Actor;
  /** A person's name, or that of the key. */
  displayName: string;
  /** Null for a person. */
  key: UsedKey | null;
  /** Whether they have another right there. */
  hasRight(right: Right): Promise<boolean>;
}

/** A person who may do something in a tenant. */
export interface PersonAccess extends Access {
  principal: SignedIn;
  key: null;
}

function toActor({ email }: Principal, now: Date): Actor {
  return { email, now };
}

/** The services, with a database for what the caller may see. `c.env` has one that sees nothing of tenants. */
function within(c: Call, scope: Scope): Services {
  return { ...c.env, db: c.env.dbFor(scope) };
}

const tenantIdOf = (c: Call) => parseId(c.req.param('tenantId'), 'tenant');

/** True if the request's bearer token is meant as an API key. It costs no statement. */
function bearsKey(request: ApiRequest): boolean {
  return looksLikeKey(findBearer(request) ?? '');
}

/**
 * Who is asking about the tenant that the path names as `:tenantId`, and what they may see there. It takes an access token or an
 * API key, so a route that calls this works with keys as soon as a scope has the right (`keys/scopes.ts`). Such a route uses
 * `by` and `displayName`, keeps to `access.repositoryIds`, and is tested for each scope in `test/access.test.ts`. A route
 * that needs a person calls `requirePersonAccess`. An access token costs no statement more than without keys; a key costs one, or two to four if
 * it is for a group or for some repositories. Throws what that throws for a person; for a key `key_invalid`,
 * `key_expired`, `key_revoked`, `key_rate_limited`, `key_in_address`, `tenant_not_found` and `key_scope`.
 */
export async function requireAccess(c: Call, right: Right): Promise<Access> {
  if (!bearsKey(c.req.raw)) return requirePersonAccess(c, right);
  const key = await c.env.identity.requireKey(c.req.raw);
  return toKeyAccess(c, key, { tenantId: tenantIdOf(c), right });
}

/** An API key that may do something in its tenant. */
export interface KeyAccess extends Access {
  key: UsedKey;
}

/**
 * The API key of a request and what it may see, for a route without a tenant in its path: the tenant is that of the key. It may
 * have any scope: ask `hasRight`. Throws the same, and `key_invalid` for an access token.
 */
export async function requireAnyKey(c: Call): Promise<KeyAccess> {
  const key = await c.env.identity.requireKey(c.req.raw);
  return openKeyAccess(c, key, rightsOfKey(key));
}

/**
 * Who is asking at the one address that keys of a scope open: such a key, as `?key=` or as a bearer token, or whoever has the
 * right `seeTraffic`. Throws what `requireAccess` throws.
 */
export async function requireAddressAccess(c: Call, scope: AddressScope): Promise<Access> {
  const { identity } = c.env;
  const isInAddress = new URL(c.req.raw.url).searchParams.has('key');
  if (!isInAddress && !bearsKey(c.req.raw)) return requirePersonAccess(c, 'seeTraffic');
  const key = await (isInAddress
    ? identity.requireKeyInAddress(c.req.raw, scope)
    : identity.requireKey(c.req.raw));
  const right = { tenantId: tenantIdOf(c), right: 'seeTraffic' } as const;
  if (key.scope !== scope) return toKeyAccess(c, key, right);
  if (key.tenantId !== right.tenantId) throw notFound('tenant');
  return openKeyAccess(c, key, []);
}

async function toKeyAccess(
  c: Call,
  key: UsedKey,
  { tenantId, right }: { tenantId: number; right: Right },
): Promise<KeyAccess> {
  if (key.tenantId !== tenantId) throw notFound('tenant');
  const rights = rightsOfKey(key);
  if (!rights.includes(right)) throw wrongScope(key, right);
  return openKeyAccess(c, key, rights);
}

async function openKeyAccess(c: Call, key: UsedKey, rights: readonly Right[]): Promise<KeyAccess> {
  const { tenantId } = key;
  const services = within(c, { tenants: [tenantId] });
  const { db } = services;
  const now = services.clock();
  const actor = toKeyActor(key);
  return {
    db,
    services,
    access: { tenantId, repositoryIds: await listKeyRepositories(db, key) },
    tenantId,
    now,
    by: { email: actor, now },
    displayName: actor,
    key,
    hasRight: async (other: Right) => rights.includes(other),
  };
}

function wrongScope({ scope, reach }: UsedKey, right: Right): Failure {
  const scopes = scopesWith(right);
  if (scopes.length === 0) return new Failure('person_required');
  const message = scopes.includes(scope)
    ? `This API key is for ${reach === 'group' ? 'a group' : 'some repositories'}, and this needs a key for all of the tenant's repositories.`
    : `This API key has the scope ${scope}, and this needs ${scopes.join(' or ')}.`;
  return new Failure('key_scope', message, { scopes });
}

/**
 * The same for a route that only a person may call: an API key gets `person_required`. Throws what `requirePrincipal` and
 * `requireTenantAccess` throw.
 */
export async function requirePersonAccess(c: Call, right: Right): Promise<PersonAccess> {
  const principal = await c.env.identity.requirePrincipal(c.req.raw);
  const tenantId = tenantIdOf(c);
  const services = within(c, { tenants: [tenantId] });
  const { db, clock } = services;
  const access = await requireTenantAccess(db, principal, tenantId, right);
  const now = clock();
  return {
    db,
    services,
    access,
    tenantId,
    now,
    by: toActor(principal, now),
    displayName: principal.displayName,
    key: null,
    hasRight: (other: Right) => hasTenantRight(db, principal, tenantId, other),
    principal,
  };
}

/** Who is asking, if their system role has the right. Throws what `requirePrincipal` and `requireSystemAccess` throw. */
export async function requireSystemRight(c: Call, right: Right) {
  const principal = await c.env.identity.requirePrincipal(c.req.raw);
  await requireSystemAccess(c.env.dbFor({ account: principal }), principal, right);
  const services = within(c, 'all tenants');
  const { db, clock } = services;
  const now = clock();
  return { db, services, principal, now, by: toActor(principal, now) };
}

/** The tenants where the caller has the right. Throws what `requirePrincipal` and `requireAnyTenant` throw. */
export async function requireRightSomewhere(c: Call, right: Right) {
  const { identity, dbFor } = c.env;
  const principal = await identity.requirePrincipal(c.req.raw);
  const tenantIds = await requireAnyTenant(dbFor({ account: principal }), principal, right);
  return { db: dbFor(tenantIds === null ? 'all tenants' : { tenants: tenantIds }), principal, tenantIds };
}
