import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Call, openTestInstallation, type TestInstallation } from '../installation.ts';

const COUNT = 10_000;
/** The longest sentence that can be stored. */
const REASON = 'ä'.repeat(500);

let installation: TestInstallation;
let ada: Call;

/** A tenant of ten thousand repositories and a run of all of them, in which every third failed. */
beforeAll(async () => {
  installation = await openTestInstallation({ demo: true, now: '2026-01-14T06:00:00.000Z' });
  ada = installation.as('ada@example.com');
  const { tenantId } = await installation.initialize();
  const client = new Client(installation.database.url);
  await client.connect();
  await client.query(
    `insert into repository (tenant_id, github_id, owner, name, visibility, schedule, added_at, added_by,
       failure_code, failure_message, failure_at)
     select $1, 1000000 + n, 'large-organization', 'repository-' || lpad(n::text, 5, '0'), 'public',
       case when n % 10 = 0 then 'weekly' else 'daily' end, now(), 'ada@example.com', 'not_found', $2, now()
     from generate_series(1, $3) n`,
    [tenantId, REASON, COUNT],
  );
  const run = await client.query(
    `insert into collection_run (tenant_id, reason, state, started_at, finished_at, repository_count)
     values ($1, 'alarm', 'partial', now(), now(), $2) returning run_id`,
    [tenantId, COUNT],
  );
  await client.query(
    `insert into run_repository (tenant_id, run_id, repository_id, full_name, state, code, message, request_count)
     select $1, $2, repository_id, owner || '/' || name, case when github_id % 3 = 0 then 'failed' else 'succeeded' end,
       case when github_id % 3 = 0 then 'not_found' end, case when github_id % 3 = 0 then $3 end, 1
     from repository where tenant_id = $1`,
    [tenantId, run.rows[0].run_id, REASON],
  );
  await client.end();
});

afterAll(() => installation?.close());

test('ten thousand repositories are listed a page at a time, by name and by schedule', async () => {
  const { body } = await ada('GET', '/repositories/1');
  expect(body.repositories).toHaveLength(100);
  expect([body.page, body.repositoryCount]).toEqual([{ number: 1, size: 100, total: COUNT }, COUNT]);
  const last = await ada('GET', '/repositories/1?page=34&size=300');
  expect(last.body.repositories.at(-1).name).toBe('repository-10000');
  const found = await ada('GET', '/repositories/1?q=repository-0123&schedule=weekly');
  expect(found.body.repositories.map(({ name }: { name: string }) => name)).toEqual(['repository-01230']);
  expect(found.body).toMatchObject({ page: { total: 1 }, repositoryCount: COUNT });
  expect((await ada('GET', '/repositories/1?size=301')).body.error.code).toBe('invalid_input');
});

test('a run of ten thousand lists its failures first, a page at a time', async () => {
  const { runId } = (await ada('GET', '/runs/1')).body.runs[0];
  const { body } = await ada('GET', `/runs/1/${runId}`);
  expect(body.page).toEqual({ number: 1, size: 300, total: COUNT });
  expect(new Set(body.repositories.map(({ state }: { state: string }) => state))).toEqual(
    new Set(['failed']),
  );
  const last = await ada('GET', `/runs/1/${runId}?page=34`);
  expect(last.body.repositories).toHaveLength(100);
  expect(last.body.repositories.at(-1)).toMatchObject({ state: 'succeeded' });
});

test('no page of such a tenant comes near the platform’s limit for answers', async () => {
  const { runId } = (await ada('GET', '/runs/1')).body.runs[0];
  const paths = ['/repositories/1?size=300', `/runs/1/${runId}`, '/members/1', '/me', '/tenants'];
  for (const path of [...paths, '/stats/1?range=365&by=week&size=100', '/stats/1/table?size=1000']) {
    const { status, body } = await ada('GET', path);
    expect([path, status]).toEqual([path, 200]);
    expect([path, Buffer.byteLength(JSON.stringify(body)) < 900_000]).toEqual([path, true]);
  }
});

const TENANTS = 5000;

/** Thousands of tenants in one statement: Grace is a viewer in each, and Edsger the manager of one of the last. */
async function addTenants(): Promise<void> {
  const client = new Client(installation.database.url);
  await client.connect();
  await client.query(
    `insert into tenant (name, server_id, github_user, token_sealed, created_at, created_by)
     select 'Many ' || lpad(n::text, 4, '0') || repeat('ä', 91), server_id, github_user, token_sealed, created_at, created_by
     from tenant, generate_series(1, $1) n where tenant_id = 1`,
    [TENANTS],
  );
  await client.query(
    `insert into member (tenant_id, email, role, added_at)
     select tenant_id, 'grace@example.com', 'viewer', now() - tenant_id * interval '1 minute' from tenant
     union all select tenant_id, 'edsger@example.com', case when name like 'Many 4321%' then 'manager' else 'viewer' end, now()
     from tenant`,
  );
  await client.query(
    `insert into problem (tenant_id, kind, code, message, since_at) select tenant_id, 'token_refused', 'x', $1, now() from tenant`,
    [REASON],
  );
  await client.query('analyze');
  await client.end();
}

interface Page {
  tenants: { tenantId: number; name: string }[];
  nextCursor: string | null;
}

/** Every tenant that the pages of a route list; `between` runs after the first page. */
async function readAll(call: Call, route: string, between: () => Promise<unknown>): Promise<string[]> {
  const names: string[] = [];
  let cursor: string | null = null;
  do {
    const answer = await call('GET', `${route}${cursor ? `&cursor=${cursor}` : ''}`);
    expect(answer.status).toBe(200);
    const { tenants, nextCursor }: Page = answer.body;
    names.push(...tenants.map(({ name }) => name));
    if (cursor === null) await between();
    cursor = nextCursor;
  } while (cursor !== null);
  return names;
}

test('thousands of tenants are listed in pages, each once, while one is added and another is deleted', async () => {
  await addTenants();
  const client = new Client(installation.database.url);
  await client.connect();
  const between = async () => {
    await client.query(
      `insert into tenant (name, server_id, github_user, token_sealed, created_at, created_by)
       select n, server_id, github_user, token_sealed, created_at, created_by
       from tenant, unnest(array['Before all', 'Many 2500']) n where tenant_id = 1`,
    );
    await client.query(`delete from tenant where name like 'Many 0300%'`);
  };
  const names = await readAll(ada, '/tenants?limit=300', between);
  await client.query(`delete from tenant where name in ('Before all', 'Many 2500')`);
  await client.end();
  const numbers = names.filter((name) => name.startsWith('Many ')).map((name) => Number(name.slice(5, 9)));
  // The first page ends with the one that is deleted.
  expect(numbers).toEqual(Array.from({ length: TENANTS }, (_, n) => n + 1).toSpliced(2499, 0, 2500));
  expect(new Set(names).size).toBe(names.length);

  const found = await ada('GET', '/tenants?q=mANY%20432');
  expect(found.body.tenants).toHaveLength(10);
  expect(found.body.nextCursor).toBe(null);
});

test('/me stays below 50 kB for administrators and members of thousands of tenants', async () => {
  const target = (await ada('GET', '/tenants?q=many%204321')).body.tenants[0];
  const grace = installation.as('grace@example.com');
  const edsger = installation.as('edsger@example.com');
  for (const call of [ada, grace, edsger]) {
    for (const path of ['/me', `/me?tenant=${target.tenantId}`, '/me?tenant=999999']) {
      const { status, body } = await call('GET', path);
      expect(status).toBe(200);
      expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThan(50_000);
      expect([50, 51]).toContain(body.tenants.length);
      expect(body.moreTenants).toBe(true);
      const listed = body.tenants.some(({ tenantId }: { tenantId: number }) => tenantId === target.tenantId);
      expect(listed).toBe(path.includes(String(target.tenantId)));
    }
  }
  // The newest roles first.
  const roles = (await grace('GET', '/me')).body.tenants;
  expect(roles.map(({ tenantId }: { tenantId: number }) => tenantId)).toContain(1);
  // A right in any tenant shows, also where that tenant does not.
  expect((await edsger('GET', '/me')).body.tenantRights).toContain('seeTenant');
  expect((await grace('GET', '/me')).body.tenantRights).not.toContain('seeTenant');
  const own = await edsger('GET', `/me?tenant=${target.tenantId}`);
  const asked = own.body.tenants.find(({ tenantId }: { tenantId: number }) => tenantId === target.tenantId);
  expect(asked).toMatchObject({ role: 'manager', name: target.name });
  expect((await edsger('GET', '/tenants')).body.tenants).toEqual([target]);

  const all = await readAll(grace, '/me/tenants?limit=200', async () => {});
  expect(all).toHaveLength(TENANTS);
  expect((await grace('GET', '/me/tenants?q=4321')).body.tenants).toMatchObject([{ name: target.name }]);
  const outsider = await installation.as('outsider@example.com')('GET', '/me/tenants');
  expect(outsider.body).toEqual({ tenants: [], nextCursor: null });
});

test('no list of all tenants comes near the platform’s limit for answers', async () => {
  let cursor = '';
  const seen = new Set<number>();
  for (let pages = 0; pages === 0 || cursor; pages += 1) {
    const { status, body } = await ada('GET', `/runs/problems?limit=100${cursor && `&cursor=${cursor}`}`);
    expect(status).toBe(200);
    for (const { tenantId } of body.problems) seen.add(tenantId);
    cursor = body.nextCursor ?? '';
  }
  expect(seen.size).toBe(TENANTS);
  const paths = [
    '/tenants?limit=300',
    '/me/tenants?limit=200',
    '/runs/problems?limit=100',
    '/runs?limit=100',
  ];
  for (const path of [...paths, '/audit?limit=200', '/servers', '/members/system']) {
    const { status, body } = await ada('GET', path);
    expect([path, status]).toEqual([path, 200]);
    expect([path, Buffer.byteLength(JSON.stringify(body)) < 900_000]).toEqual([path, true]);
  }
});
