import pg from 'pg';
import { toCursor } from '../lib/cursor.ts';
import type { Db } from '../lib/db/database.ts';
import { describeMe, listOwnTenants } from '../lib/me.ts';
import { listTenants } from '../lib/tenants/tenant.ts';
import { addTenants, openBenchInstallation } from './installation.ts';
import { captureStatements } from './statements.ts';
import { printTable, quantile, round } from './table.ts';
import { openWarmAction, timed } from './warm-action.ts';

const COUNTS = [300, 1000, 5000];
const ROUNDS = 60;
const ADMINISTRATOR = 'ada@example.com';
/** A viewer in every tenant, without a system role. */
const MEMBER = 'grace@example.com';
const PAGE = { limit: 100 };
const OWN_PAGE = { limit: 50 };
/** Of a tenant in the middle of the list. */
const SEARCH = 'TENANT 27';
const MIDDLE = toCursor(['Tenant 5', 0]);

type Principal = Parameters<typeof describeMe>[1];

interface Case {
  label: string;
  action: 'me' | 'tenants';
  person: string;
  route: string;
  query: string;
  /** Sends the same statements. */
  read: (db: Db, principal: Principal) => Promise<unknown>;
}

const dbFor = (db: Db) => ({ dbFor: () => db });

const CASES: Case[] = [
  {
    label: '/me',
    action: 'me',
    person: ADMINISTRATOR,
    route: '',
    query: '',
    read: (db, principal) => describeMe(dbFor(db), principal),
  },
  {
    label: '/me?tenant=299',
    action: 'me',
    person: ADMINISTRATOR,
    route: '',
    query: 'tenant=299',
    read: (db, principal) => describeMe(dbFor(db), principal, 299),
  },
  {
    label: '/tenants',
    action: 'tenants',
    person: ADMINISTRATOR,
    route: '',
    query: '',
    read: (db) => listTenants(db, null, PAGE),
  },
  {
    label: '/tenants, from the middle',
    action: 'tenants',
    person: ADMINISTRATOR,
    route: '',
    query: `cursor=${MIDDLE}`,
    read: (db) => listTenants(db, null, { ...PAGE, cursor: MIDDLE }),
  },
  {
    label: '/tenants, searched',
    action: 'tenants',
    person: ADMINISTRATOR,
    route: '',
    query: `q=${encodeURIComponent(SEARCH)}`,
    read: (db) => listTenants(db, null, { ...PAGE, q: SEARCH }),
  },
  {
    label: '/me of a member of all',
    action: 'me',
    person: MEMBER,
    route: '',
    query: '',
    read: (db, principal) => describeMe(dbFor(db), principal),
  },
  {
    label: '/me/tenants of the member, searched',
    action: 'me',
    person: MEMBER,
    route: '/tenants',
    query: `q=${encodeURIComponent(SEARCH)}`,
    read: (db, principal) => listOwnTenants(dbFor(db), principal, { ...OWN_PAGE, q: SEARCH }),
  },
];

/** The repositories and the membership that each tenant without one gets. */
async function fillTenants(client: pg.Client): Promise<void> {
  await client.query(
    `insert into repository (tenant_id, github_id, owner, name, visibility, schedule, added_at, added_by)
     select tenant_id, 100000 + n, 'bench', 'repository-' || n, 'public', 'daily', now(), 'bench'
     from tenant t, generate_series(1, 20) n where not exists (select from repository r where r.tenant_id = t.tenant_id)`,
  );
  await client.query(
    `insert into member (tenant_id, email, role, added_at) select tenant_id, $1, 'viewer', now() from tenant
     on conflict do nothing`,
    [MEMBER],
  );
  await client.query('vacuum analyze');
}

type Installation = Awaited<ReturnType<typeof openBenchInstallation>>['installation'];

/**
 * What an administrator of 300, 1,000 and 5,000 tenants, and a member of all of them, wait for and get: a warm action (token,
 * access, statements, JSON) beside the bare statements that it sends, in turns.
 */
export async function benchTenants(): Promise<void> {
  const { installation, close } = await openBenchInstallation();
  const client = new pg.Client(installation.database.url);
  await client.connect();
  const rows: (string | number)[][] = [];
  let stored = 1;
  for (const count of COUNTS) {
    await addTenants(installation.database.url, count, stored + 1);
    stored = count;
    await fillTenants(client);
    for (const one of CASES) rows.push([count, ...(await compare(installation, client, one))]);
  }
  await client.end();
  await close();
  printTable(
    'tenants: who you are and lists of tenants, warm, beside the bare statements that they send (p50, ms)',
    ['tenants', 'answer', 'statements', 'bare', 'action', '× bare', 'bytes'],
    rows,
  );
}

async function compare(installation: Installation, client: pg.Client, one: Case) {
  const token = await installation.identity.issueToken(one.person, { expiresIn: 3600 });
  const action = await openWarmAction(one.action, installation.parameters, token);
  const ask = () => action.ask(one.route, one.query);
  const { bytes } = await ask();
  const found = await client.query<{ issuer: string; subject: string }>(
    'select issuer, subject from principal where email = $1',
    [one.person],
  );
  const [account] = found.rows;
  if (!account) throw new Error(`${one.person} has not signed in.`);
  const principal = { ...account, email: one.person, displayName: '' } as Principal;
  const statements = await captureStatements(installation.database.url, (db) => one.read(db, principal));
  const times: { action: number[]; bare: number[] } = { action: [], bare: [] };
  for (let turn = 0; turn < ROUNDS; turn += 1) {
    times.bare.push(
      await timed(async () => {
        for (const statement of statements) await client.query(statement);
      }),
    );
    times.action.push(await timed(ask));
  }
  await action.close();
  const bare = quantile(times.bare, 0.5);
  const middle = quantile(times.action, 0.5);
  return [one.label, statements.length, round(bare, 2), round(middle, 2), round(middle / bare, 2), bytes];
}
