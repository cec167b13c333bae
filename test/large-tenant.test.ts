import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Call, openTestInstallation, type TestInstallation } from './installation.ts';

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
