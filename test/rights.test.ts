import { hkdfSync } from 'node:crypto';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  findSystemRole,
  hasTenantRight,
  type Right,
  requireAnyTenant,
  requireSystemAccess,
  requireTenantAccess,
  rightsOf,
} from '../lib/access.ts';
import type { Db } from '../lib/db/database.ts';
import { claimRoles } from '../lib/identity/claims.ts';
import { bearsDataToken, issueDataToken, requireDataAccess } from '../lib/identity/data-token.ts';
import { endToken } from '../lib/identity/session.ts';
import type { ApiRequest } from '../lib/request.ts';
import { CHALLENGE, SECRET } from './data-tokens.ts';
import { openTestDatabase } from './database.ts';

const AT = '2026-01-14T08:00:00.000Z';
const ROLES = ['administrator', 'maintainer', 'manager', 'viewer', 'repository viewer'] as const;
type RoleName = (typeof ROLES)[number];

/** What each role may, in a tenant or over all of them. */
const MAY: Record<Right, RoleName[]> = {
  seeTraffic: ['administrator', 'maintainer', 'manager', 'viewer', 'repository viewer'],
  seeAllTraffic: ['administrator', 'maintainer', 'manager', 'viewer'],
  changeDashboards: ['administrator', 'maintainer', 'manager'],
  changeAnnotations: ['administrator', 'maintainer', 'manager'],
  changeAlerts: ['administrator', 'manager'],
  seeRuns: ['administrator', 'maintainer', 'manager', 'viewer'],
  startRuns: ['administrator', 'maintainer', 'manager'],
  changeRepositories: ['administrator', 'maintainer', 'manager'],
  seeTenant: ['administrator', 'maintainer', 'manager'],
  changeTenant: ['administrator', 'manager'],
  seeMembers: ['administrator', 'maintainer', 'manager'],
  changeMembers: ['administrator', 'manager'],
  changeGroups: ['administrator', 'manager'],
  changeImports: ['administrator', 'manager'],
  changeChannels: ['administrator', 'manager'],
  changeKeys: ['administrator', 'manager'],
  changeShares: ['administrator', 'manager'],
  manageTenants: ['administrator'],
  seeSystemRoles: ['administrator', 'maintainer'],
  changeSystemRoles: ['administrator'],
  seeServers: ['administrator', 'maintainer'],
  changeServers: ['administrator'],
  seeAllRuns: ['administrator', 'maintainer'],
  startAllRuns: ['administrator', 'maintainer'],
  seeAudit: ['administrator', 'manager'],
  seeAllAudit: ['administrator'],
};

const SYSTEM_ROLES = ['administrator', 'maintainer'] as const;
const MEMBERS = ['manager', 'viewer', 'repository viewer'] as const;

let db: Db;
/** Two tenants: everybody with a role in a tenant has it in the first. */
let tenants: number[];
let repositories: number[];

const personOf = (role: string) => ({
  issuer: 'i',
  subject: role,
  email: `${role.replace(' ', '-')}@example.com`,
  displayName: role,
});

/** The columns of a role that its account has claimed. */
const holderOf = (role: string) => {
  const { issuer, subject, email } = personOf(role);
  return { issuer, subject, email, claimedAt: AT };
};

/** The same person, signed in for half an hour. */
const signedIn = (role: string) => {
  const { issuer, subject, email } = personOf(role);
  const session = { issuer, subject, tokenId: `token of ${role}`, issuedAt: AT };
  return { email, session, verifiedUntil: later(1800) };
};

beforeAll(async () => {
  ({ db } = await openTestDatabase());
  const server = { name: 'S', kind: 'github', apiUrl: 'a', webUrl: 'w', createdAt: AT } as const;
  const { serverId } = await db
    .insertInto('githubServer')
    .values(server)
    .returning('serverId')
    .executeTakeFirstOrThrow();
  tenants = [];
  for (const name of ['One', 'Two']) {
    const tenant = { name, serverId, githubUser: 'u', tokenSealed: 's', createdAt: AT, createdBy: 'e' };
    const row = await db.insertInto('tenant').values(tenant).returning('tenantId').executeTakeFirstOrThrow();
    tenants.push(row.tenantId);
  }
  const [tenantId = 0] = tenants;
  repositories = [];
  for (const githubId of [1, 2, 3]) {
    const row = await db
      .insertInto('repository')
      .values({
        tenantId,
        githubId,
        owner: 'o',
        name: `r${githubId}`,
        visibility: 'public',
        schedule: 'daily',
        addedAt: AT,
        addedBy: 'e',
      })
      .returning('repositoryId')
      .executeTakeFirstOrThrow();
    repositories.push(row.repositoryId);
  }
  for (const role of SYSTEM_ROLES)
    await db
      .insertInto('systemRole')
      .values({ ...holderOf(role), role, grantedAt: AT })
      .execute();
  for (const role of MEMBERS)
    await db
      .insertInto('member')
      .values({ tenantId, ...holderOf(role), role, addedAt: AT })
      .execute();
  await db
    .insertInto('memberRepository')
    .values(
      repositories
        .slice(0, 2)
        .map((repositoryId) => ({ tenantId, email: personOf('repository viewer').email, repositoryId })),
    )
    .execute();
  for (const role of [...ROLES, 'outsider']) {
    const { displayName, ...account } = personOf(role);
    await db
      .insertInto('principal')
      .values({ ...account, displayName, verifiedAt: AT })
      .execute();
  }
});
afterAll(() => db.destroy());

const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: { code: string; message: string; details?: unknown }) => error,
  );

const inFirst = (role: string, right: Right) =>
  requireTenantAccess(db, personOf(role), tenants[0] ?? 0, right);

const rights = Object.keys(MAY) as Right[];

test.each(rights)('in a tenant, only the roles with the right %s have it', async (right) => {
  for (const role of ROLES) {
    const isAllowed = MAY[right].includes(role);
    const failure = await failureOf(inFirst(role, right));
    expect([role, failure?.code ?? 'allowed']).toEqual([role, isAllowed ? 'allowed' : 'forbidden']);
    expect(await hasTenantRight(db, personOf(role), tenants[0] ?? 0, right)).toBe(isAllowed);
  }
});

test.each(rights)('for all tenants, only the system roles with the right %s have it', async (right) => {
  for (const role of ROLES) {
    const isAllowed = (SYSTEM_ROLES as readonly string[]).includes(role) && MAY[right].includes(role);
    const failure = await failureOf(requireSystemAccess(db, personOf(role), right));
    expect([role, failure?.code ?? 'allowed']).toEqual([role, isAllowed ? 'allowed' : 'forbidden']);
  }
});

test('a role has the rights of the table, and nobody without a role has any', () => {
  for (const role of ROLES)
    expect(rightsOf(role)).toEqual(rights.filter((right) => MAY[right].includes(role)));
  expect(rightsOf(null)).toEqual([]);
});

test('a system role that another account has claimed does not count, and the refusal says so', async () => {
  const second = { ...personOf('administrator'), subject: 'second' };
  expect(await failureOf(requireSystemAccess(db, second, 'manageTenants'))).toMatchObject({
    code: 'role_claimed',
  });
});

test('who has a system role without the right is told so, whatever has become of another role', async () => {
  const lost = { tenantId: tenants[1] ?? 0, ...holderOf('maintainer'), subject: 'second' };
  await db
    .insertInto('member')
    .values({ ...lost, role: 'viewer', addedAt: AT })
    .execute();
  const failure = await failureOf(requireSystemAccess(db, personOf('maintainer'), 'changeServers'));
  expect(failure?.code).toBe('forbidden');
});

test('a refusal names the roles that have the right', async () => {
  const failure = await failureOf(inFirst('viewer', 'changeMembers'));
  expect(failure).toMatchObject({
    code: 'forbidden',
    message: 'This needs the role administrator or manager.',
    details: { roles: ['administrator', 'manager'] },
  });
});

test('another tenant is not found, except by system roles', async () => {
  const inSecond = (role: string) => requireTenantAccess(db, personOf(role), tenants[1] ?? 0, 'seeTraffic');
  for (const role of MEMBERS) expect((await failureOf(inSecond(role)))?.code).toBe('tenant_not_found');
  for (const role of SYSTEM_ROLES)
    expect(await inSecond(role)).toEqual({ tenantId: tenants[1], repositoryIds: null });
  const nowhere = requireTenantAccess(db, personOf('administrator'), 999, 'seeTraffic');
  expect((await failureOf(nowhere))?.code).toBe('tenant_not_found');
  expect(await hasTenantRight(db, personOf('administrator'), 999, 'seeTraffic')).toBe(false);
  expect(await hasTenantRight(db, personOf('manager'), tenants[1] ?? 0, 'seeTraffic')).toBe(false);
});

test('a repository viewer sees its repositories; everybody else sees all', async () => {
  const own = await inFirst('repository viewer', 'seeTraffic');
  expect(own.tenantId).toBe(tenants[0]);
  expect([...(own.repositoryIds ?? [])].sort()).toEqual(repositories.slice(0, 2));
  for (const role of ['administrator', 'maintainer', 'manager', 'viewer'])
    expect(await inFirst(role, 'seeTraffic')).toEqual({ tenantId: tenants[0], repositoryIds: null });
});

test('a repository viewer with a system role sees all repositories', async () => {
  const holder = holderOf('both');
  const tenantId = tenants[0] ?? 0;
  const member = { tenantId, ...holder, role: 'repository viewer', addedAt: AT } as const;
  await db.insertInto('member').values(member).execute();
  await db
    .insertInto('systemRole')
    .values({ ...holder, role: 'maintainer', grantedAt: AT })
    .execute();
  expect((await inFirst('both', 'seeTraffic')).repositoryIds).toBeNull();
});

test('a principal’s system role is found, and nobody else has one', async () => {
  expect(await findSystemRole(db, personOf('maintainer'))).toBe('maintainer');
  expect(await findSystemRole(db, personOf('manager'))).toBeNull();
});

test('a right holds in your own tenants, and in all of them for system roles', async () => {
  const tenantsOf = (role: string, right: Right) => requireAnyTenant(db, personOf(role), right);
  expect(await tenantsOf('administrator', 'seeTenant')).toBeNull();
  expect(await tenantsOf('manager', 'seeTenant')).toEqual([tenants[0]]);
  expect((await failureOf(tenantsOf('viewer', 'seeTenant')))?.code).toBe('forbidden');
  expect((await failureOf(tenantsOf('nobody', 'seeTenant')))?.code).toBe('forbidden');
});

test('roles that accounts of an earlier provider hold can be claimed at the present one, by address', async () => {
  const viewer = personOf('viewer');
  const moved = { ...viewer, issuer: 'j', subject: 'elsewhere' };
  const asMoved = () => requireTenantAccess(db, moved, tenants[0] ?? 0, 'seeRuns');
  expect((await failureOf(asMoved()))?.code).toBe('tenant_not_found');
  const claim = (person: typeof viewer) => claimRoles({ dbFor: () => db }, person, new Date(AT));
  await claim({ ...moved, email: 'other@example.com' });
  expect((await failureOf(asMoved()))?.code).toBe('tenant_not_found');
  await claim(moved);
  expect(await asMoved()).toMatchObject({ repositoryIds: null });
  await claim({ ...moved, subject: 'another' });
  expect(await asMoved()).toMatchObject({ repositoryIds: null });
  await claim(viewer);
  expect(await inFirst('viewer', 'seeRuns')).toMatchObject({ repositoryIds: null });
});

const KEYS = ['A', 'B'].map((letter) => letter.repeat(43));
const NOW = new Date(AT);
const later = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);

const bearing = (token: string): ApiRequest => ({
  method: 'GET',
  url: 'https://x/',
  headers: new Headers({ authorization: `Bearer ${token}` }),
  text: async () => '',
});

interface Reading {
  tenantId?: number | undefined;
  now?: Date;
  keys?: string;
}

const challenge = CHALLENGE;

async function issue(role: string, repositoryIds: number[] | null, key = KEYS[0] ?? ''): Promise<string> {
  const access = { tenantId: tenants[0] ?? 0, repositoryIds };
  const { token } = await issueDataToken(key, signedIn(role), access, { challenge, now: NOW });
  return `${token}~${SECRET}`;
}

const read = (token: string, { tenantId = tenants[0], now = NOW, keys = KEYS[0] ?? '' }: Reading = {}) =>
  requireDataAccess(db, keys, bearing(token), tenantId, now);

test('a data token gives access to its repositories until its owner’s address is to be verified again', async () => {
  const { token: issued, expiresAt } = await issueDataToken(
    KEYS[0] ?? '',
    signedIn('viewer'),
    { tenantId: tenants[0] ?? 0, repositoryIds: null },
    { challenge, now: later(0.9) },
  );
  const token = `${issued}~${SECRET}`;
  expect(expiresAt).toBe('2026-01-14T08:30:00.000Z');
  for (const secret of ['', '~', `~${CHALLENGE}`])
    expect((await failureOf(read(`${issued}${secret}`)))?.code).toBe('data_token_invalid');
  expect(await read(token)).toEqual({ tenantId: tenants[0], repositoryIds: null });
  expect(await read(token, { now: later(1799) })).toMatchObject({ repositoryIds: null });
  expect((await failureOf(read(token, { now: later(1800) })))?.code).toBe('data_token_expired');
});

test.each([[[]], [[1]], [[40, 7, 2_147_483_647, 36, 1]]])('it names the repositories %j', async (ids) => {
  const access = await read(await issue('viewer', ids));
  expect(access.repositoryIds).toEqual([...ids].sort((one, other) => one - other));
});

test('it is for one tenant, and gives no more access than its owner’s current role', async () => {
  const code = async (token: string, reading: Reading = {}) => (await failureOf(read(token, reading)))?.code;
  expect(await code(await issue('viewer', null), { tenantId: tenants[1] })).toBe('data_token_invalid');
  expect(await code(await issue('administrator', null), { tenantId: tenants[1] })).toBe('data_token_invalid');
  expect(await code(await issue('outsider', null))).toBe('data_token_invalid');
  expect(await code(await issue('repository viewer', null))).toBe('data_token_invalid');
  expect(await code(await issue('repository viewer', [1]))).toBeUndefined();
});

test('during a rotation both keys are accepted, but no other key', async () => {
  const [first = '', second = ''] = KEYS;
  const token = await issue('viewer', null, second);
  expect(await read(token, { keys: `${first} ${second}` })).toMatchObject({ repositoryIds: null });
  expect((await failureOf(read(token, { keys: first })))?.code).toBe('data_token_invalid');
  const byBoth = await issue('viewer', null, `${second} ${first}`);
  expect(await read(byBoth, { keys: second })).toMatchObject({ repositoryIds: null });
});

test('a forged or changed token is refused', async () => {
  const sealingKey = Buffer.from(KEYS[0] ?? '', 'base64url');
  const signingKey = new Uint8Array(hkdfSync('sha256', sealingKey, '', 'data+jwt', 32));
  const seconds = NOW.getTime() / 1000;
  const claims = {
    tenant: tenants[0],
    sub: personOf('viewer').subject,
    provider: 'i',
    email: personOf('viewer').email,
    session: 't',
    since: AT,
    challenge,
    aud: 'stats/table',
    exp: seconds + 60,
  };
  const sign = async (changes: object, type = 'data+jwt', key = signingKey) => {
    const token = new SignJWT({ ...claims, ...changes }).setProtectedHeader({ alg: 'HS256', typ: type });
    return `${await token.sign(key)}~${SECRET}`;
  };
  expect(await read(await sign({}))).toEqual({ tenantId: tenants[0], repositoryIds: null });
  const wrong = [
    // TOKEN_KEY itself signs nothing.
    await sign({}, 'data+jwt', sealingKey),
    await sign({}, 'JWT'),
    await sign({ aud: 'elsewhere' }),
    await sign({ exp: undefined }),
    await sign({ tenant: 'one' }),
    await sign({ sub: undefined }),
    await sign({ email: 'administrator@example.com' }),
    await sign({ provider: 'j' }),
    await sign({ session: undefined }),
    await sign({ since: 'then' }),
    await sign({ challenge: undefined }),
    await sign({ repositories: 7 }),
    'a.b.c',
  ];
  for (const token of wrong) expect((await failureOf(read(token)))?.code).toBe('data_token_invalid');
});

test('a data token is recognized by its type', async () => {
  expect(bearsDataToken(bearing(await issue('viewer', null)))).toBe(true);
  const other = await new SignJWT({})
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .sign(new Uint8Array(32));
  expect(bearsDataToken(bearing(other))).toBe(false);
  expect(bearsDataToken(bearing('x'))).toBe(false);
  expect(bearsDataToken({ ...bearing('x'), headers: new Headers() })).toBe(false);
});

test('a data token ends when its owner signs out, of one session or of all, or has another address', async () => {
  const code = async (token: string) => (await failureOf(read(token)))?.code ?? 'allowed';
  const change = (role: string, change: { email: string } | { signedOutAt: string }) =>
    db.updateTable('principal').set(change).where('subject', '=', role).execute();
  const token = await issue('maintainer', null);
  expect(await code(token)).toBe('allowed');
  await endToken(db, { tokenId: 'token of maintainer', expiresAt: later(3600).toISOString() }, NOW);
  expect(await code(token)).toBe('data_token_invalid');
  const ofAnother = await issue('manager', null);
  expect(await code(ofAnother)).toBe('allowed');
  await change('manager', { signedOutAt: AT });
  expect(await code(ofAnother)).toBe('data_token_invalid');
  const ofMoved = await issue('viewer', null);
  await change('viewer', { email: 'moved@example.com' });
  expect(await code(ofMoved)).toBe('data_token_invalid');
});
