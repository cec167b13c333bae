import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { callApi } from '../local/api-call.ts';
import { DEMO_TOKENS, DEMO_USERS } from '../local/demo/github.ts';
import { type InstallationOptions, openInstallation } from '../local/installation.ts';

/** A fresh installation with one tenant on the GitHub simulator, and ada@example.com as administrator. */
export async function openBenchInstallation(options: Partial<InstallationOptions> = {}) {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'traffic-bench-'));
  const limits = { invocationsPerMinute: 1_000_000, triggersPerMinute: 1_000_000 };
  const installation = await openInstallation({ dataDir, alarms: false, demo: true, limits, ...options });
  const { initSecret: secret } = installation;
  const github = { githubUser: DEMO_USERS.octocat, githubToken: DEMO_TOKENS.octocat };
  const body = { secret, displayName: 'Benchmark', server: { kind: 'demo' }, ...github };
  await callApi(installation, 'ada@example.com', { method: 'POST', path: '/init', body });
  return {
    installation,
    async close() {
      await installation.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Adds tenants like the first, numbered from `first` to `count`. */
export async function addTenants(databaseUrl: string, count: number, first = 2): Promise<void> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  await client.query(
    `insert into tenant (name, server_id, github_user, token_sealed, created_at, created_by)
     select 'Tenant ' || n, server_id, github_user, token_sealed, created_at, created_by
     from tenant, generate_series($2::int, $1::int) n where tenant_id = 1`,
    [count, first],
  );
  await client.end();
}

/** Adds the repositories of {@link openSlowGitHub} to a tenant, without the requests that adding them takes. */
export async function insertRepositories(
  databaseUrl: string,
  { tenantId, owner, ids }: { tenantId: number; owner: string; ids: readonly number[] },
): Promise<void> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  await client.query(
    `insert into repository (tenant_id, github_id, owner, name, visibility, schedule, added_at, added_by)
     select $1, id, $3, 'repository-' || (place - 1), 'public', 'daily', now(), 'bench'
     from unnest($2::bigint[]) with ordinality as one (id, place)`,
    [tenantId, ids, owner],
  );
  await client.end();
}

interface FillOptions {
  tenantId: number;
  repositories: number;
  days: number;
  today: string;
}

/** Fills a tenant with repositories and their days until `today`. The figures do not matter here. */
export async function fillDays(
  databaseUrl: string,
  { tenantId, repositories, days, today }: FillOptions,
): Promise<void> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  await client.query(
    `insert into repository (tenant_id, github_id, owner, name, visibility, schedule, added_at, added_by, first_covered_date, last_covered_date, last_success_at)
     select $4, 100000 + n, 'bench', 'repository-' || n, 'public', 'daily', now(), 'bench', $2::date - $1::int, $2::date, now()
     from generate_series(1, $3::int) n`,
    [days, today, repositories, tenantId],
  );
  await client.query(
    `insert into traffic_day (tenant_id, repository_id, traffic_date, view_count, view_uniques, clone_count, clone_uniques, state, observed_at)
     select $3, r.repository_id, $2::date - d, (d * 7 + r.repository_id) % 500, (d * 3 + r.repository_id) % 90,
            (d * 5 + r.repository_id) % 60, (d + r.repository_id) % 20, 'measured', now()
     from repository r cross join generate_series(0, $1::int - 1) d where r.tenant_id = $3 order by d desc, r.repository_id`,
    [days, today, tenantId],
  );
  await client.query('vacuum analyze');
  await client.end();
}
