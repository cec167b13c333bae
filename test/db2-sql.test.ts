import { expect, test } from 'vitest';
import { requireAnyTenant, requireSystemAccess, requireTenantAccess } from '../lib/access.ts';
import type { Db } from '../lib/db/database.ts';
import { migrate } from '../lib/db/migrate.ts';
import { inTransaction, larger, type Merge, mergeRows, monthOf, weekOf } from '../lib/db/portable.ts';
import { requireInitialized } from '../lib/db/schema.ts';
import { savePrincipal } from '../lib/identity.ts';
import { describeMe } from '../lib/me.ts';
import {
  listMembers,
  listSystemMembers,
  putMember,
  putSystemMember,
  removeMember,
  removeSystemMember,
} from '../lib/members.ts';
import { openSecrets } from '../lib/secrets.ts';
import {
  deleteServer,
  findServerAt,
  GITHUB,
  insertServer,
  listServers,
  renameServer,
} from '../lib/servers.ts';
import { deleteTenant, getTenant, insertTenant, listTenants, updateTenant } from '../lib/tenants.ts';
import { type Db2Row, openRecorder } from './db2-recorder.ts';

const NOW = new Date('2026-01-14T06:00:00.000Z');
const AT = NOW.toISOString();
const STORED_AT = '2026-01-14 06:00:00.000';
const principal = {
  issuer: 'https://id.example',
  subject: 's',
  email: 'ada@example.com',
  displayName: 'Ada',
};
const server: Db2Row = {
  ...{ SERVER_ID: 1, NAME: 'GitHub', KIND: 'github', API_URL: 'a', WEB_URL: 'w', CREATED_AT: STORED_AT },
  TENANT_COUNT: 1n,
};
const tenant: Db2Row = {
  ...{ TENANT_ID: 1, NAME: 'T', GITHUB_USER: 'u', CREATED_AT: STORED_AT, TOKEN_CHECKED_AT: STORED_AT },
  ...{ TOKEN_EXPIRES_AT: null, SERVER_ID: 1, SERVER_NAME: 'GitHub', KIND: 'github', WEB_URL: 'w' },
  ...{ REPOSITORY_COUNT: 2n, MEMBER_COUNT: 3n },
};
const services = (db: Db) => ({ db, secrets: openSecrets('A'.repeat(43)), clock: () => NOW });

interface Scenario {
  name: string;
  answers?: [RegExp, Db2Row[]][];
  work: (db: Db) => Promise<unknown>;
}

/** Everything that asks the database, with answers that lead it through all of its statements. */
const scenarios: Scenario[] = [
  {
    name: 'schema',
    answers: [
      [/max/, [{ STORED: 1 }]],
      [/installation/i, [{ DISPLAY_NAME: 'I' }]],
    ],
    work: requireInitialized,
  },
  {
    name: 'principal',
    work: (db) => inTransaction(db, (trx) => savePrincipal(trx, principal, NOW)),
  },
  {
    name: 'access to a tenant',
    answers: [[/"TENANT"/, [{ ROLE: 'repository viewer', SYSTEM_ROLE: null }]]],
    work: (db) => requireTenantAccess(db, principal, 1, 'seeTraffic'),
  },
  {
    name: 'access to any tenant',
    answers: [[/"MEMBER"/, [{ TENANT_ID: 1, ROLE: 'manager' }]]],
    work: (db) => requireAnyTenant(db, principal, 'seeTenant'),
  },
  {
    name: 'access to the system',
    answers: [[/"SYSTEM_ROLE"/, [{ ROLE: 'administrator' }]]],
    work: (db) => requireSystemAccess(db, principal, 'changeServers'),
  },
  {
    name: 'me',
    answers: [[/"INSTALLATION"/, [{ DISPLAY_NAME: 'I' }]]],
    work: (db) => describeMe(db, principal),
  },
  { name: 'servers', answers: [[/select/, [server]]], work: (db) => listServers(db) },
  { name: 'server at', answers: [[/select/, [server]]], work: (db) => findServerAt(db, GITHUB) },
  {
    name: 'add a server',
    answers: [[/insert/, [{ SERVER_ID: 1 }]]],
    work: (db) => insertServer(db, GITHUB, AT),
  },
  { name: 'rename a server', answers: [[/select/, [server]]], work: (db) => renameServer(db, 1, 'N') },
  { name: 'delete a server', answers: [[/select/, [server]]], work: (db) => deleteServer(db, 1) },
  { name: 'tenants', answers: [[/select/, [tenant]]], work: (db) => listTenants(db, [1, 2]) },
  { name: 'tenant', answers: [[/select/, [tenant]]], work: (db) => getTenant(db, 1) },
  {
    name: 'add a tenant',
    answers: [[/insert/, [{ TENANT_ID: 1 }]]],
    work: (db) => {
      const token = { checkedAt: AT, expiresAt: null };
      const row = {
        name: 'T',
        serverId: 1,
        githubUser: 'u',
        tokenSealed: 's',
        createdAt: AT,
        createdBy: 'e',
      };
      return inTransaction(db, (trx) => insertTenant(trx, { ...row, token }));
    },
  },
  {
    name: 'rename a tenant',
    answers: [[/select/, [tenant]]],
    work: (db) => updateTenant(services(db), 1, { name: 'N' }),
  },
  {
    name: 'delete a tenant',
    answers: [[/select/, [{ NAME: 'T' }]]],
    work: (db) => deleteTenant(db, 1, 'T'),
  },
  { name: 'members', work: (db) => listMembers(db, 1) },
  {
    name: 'put a member',
    answers: [[/"REPOSITORY"/, [{ REPOSITORY_ID: 3 }, { REPOSITORY_ID: 4 }]]],
    work: (db) =>
      putMember(db, 1, { email: 'a@b.example', role: 'repository viewer', repositoryIds: [4, 3] }, NOW),
  },
  { name: 'remove a member', work: (db) => removeMember(db, 1, 'a@b.example') },
  { name: 'system roles', work: listSystemMembers },
  {
    name: 'put a system role',
    work: (db) => putSystemMember(db, { email: 'a@b.example', role: 'maintainer' }, NOW),
  },
  { name: 'remove a system role', work: (db) => removeSystemMember(db, 'a@b.example') },
  {
    name: 'weeks and months',
    work: (db) =>
      db
        .selectFrom('trafficDay')
        .select([weekOf('trafficDate').as('week'), monthOf('trafficDate').as('month')])
        .limit(5)
        .offset(10)
        .execute(),
  },
];

async function record({ name, answers, work }: Scenario) {
  const { db, sent } = openRecorder(answers);
  await work(db);
  return { name, statements: sent.map(({ text }) => text) };
}

test('Db2 is asked exactly the statements that were looked through', async () => {
  const recorded = await Promise.all(scenarios.map(record));
  const text = recorded.map(({ name, statements }) => `-- ${name}\n${statements.join(';\n')};\n`).join('\n');
  await expect(text).toMatchFileSnapshot('golden/db2.sql');
});

const FOREIGN = [
  ...[/\blimit\b/i, /::/, /\bilike\b/i, /\bon conflict\b/i, /\breturning\b/i, /\bfilter\s*\(/i],
  ...[/\b(true|false)\b/i, /\bdistinct on\b/i, /\blateral\b/i, /\bany\s*\(/i, /\$\d/, /\bwith recursive\b/i],
  ...[
    /\bif not exists\b/i,
    /\bnow\(\)/i,
    /\binterval\b/i,
    /\bjsonb?_/i,
    /\bfor update\b/i,
    /\btimestamptz\b/i,
  ],
];

test.each(scenarios)('the statements of "$name" hold nothing that Db2 does not know', async (scenario) => {
  const { statements } = await record(scenario);
  expect(statements.length).toBeGreaterThan(0);
  for (const statement of statements) {
    for (const construct of FOREIGN) expect(statement).not.toMatch(construct);
    // A marker has no type of its own where nothing that it is compared with or assigned to gives it one.
    const untyped = statement.replace(/cast\(\? as \w+(\([^)]*\))?\)/g, 'TYPED');
    expect(untyped).not.toMatch(/using \(values [^"]*\?/);
    expect(untyped).not.toMatch(/\), \(\?/);
    expect(untyped).not.toMatch(/(select|then|else) \?|\? (is|=|<|>|as)/);
    expect(statement).not.toMatch(/\bin \(\)/);
  }
});

test('the Db2 script is run statement by statement when there is no schema yet', async () => {
  const { db, sent } = openRecorder();
  await inTransaction(db, (trx) => migrate(trx, 'db2', AT));
  const texts = sent.map(({ text }) => text);
  expect(texts[0]).toBe('BEGIN');
  expect(texts.at(-1)).toBe('COMMIT');
  const created = texts.filter((text) => text.startsWith('create table'));
  expect(created.length).toBe(19);
  expect(created.every((text) => text.endsWith('organize by row'))).toBe(true);
  expect(texts.at(-2)).toBe('insert into "SCHEMA_VERSION" ("VERSION", "APPLIED_AT") values (?, ?)');
  expect(sent.at(-2)?.parameters).toEqual([1, STORED_AT]);
});

const days: Merge<'trafficDay'> = {
  into: 'trafficDay',
  columns: { tenantId: 'integer', repositoryId: 'integer', trafficDate: 'date', viewCount: 'integer' },
  key: ['tenantId', 'repositoryId', 'trafficDate'],
  update: { viewCount: larger('viewCount') },
};

test('what another writer inserted meanwhile makes the whole transaction run again', async () => {
  const { db, sent } = openRecorder();
  let tries = 0;
  await inTransaction(db, async (trx) => {
    const row = { tenantId: 1, repositoryId: 2, trafficDate: '2026-01-14', viewCount: null } as const;
    await mergeRows(trx, days, [{ ...row, state: 'measured', observedAt: AT }]);
    tries += 1;
    // As ibm_db reports it.
    if (tries === 1) throw Object.assign(new Error('SQL0803N … SQLSTATE=23505'), { sqlcode: -803 });
  });
  const outline = sent.map(({ text }) => text.split(' ')[0]);
  expect(outline).toEqual(['BEGIN', 'merge', 'ROLLBACK', 'BEGIN', 'merge', 'COMMIT']);
  expect(sent[1]?.parameters).toEqual([1, 2, '2026-01-14', null]);
});

test('rows from Db2 have the types of rows from PostgreSQL', async () => {
  const row = { GITHUB_ID: 5_000_000_000n, ADDED_AT: STORED_AT, FIRST_COVERED_DATE: '2026-01-01' };
  const { db } = openRecorder([[/select/, [{ ...row, NAME: '123', FAILURE_AT: null }]]]);
  expect(await db.selectFrom('repository').selectAll().execute()).toEqual([
    { githubId: 5_000_000_000, addedAt: AT, firstCoveredDate: '2026-01-01', name: '123', failureAt: null },
  ]);
});
