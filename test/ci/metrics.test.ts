import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApiKey } from '../api-keys.ts';
import { readGrafanaDashboard, readGrafanaYaml } from '../grafana.ts';
import { type Call, openTestInstallation, type TestInstallation } from '../installation.ts';

const NOW = '2026-01-14T12:00:00.000Z';
/** The longest name that GitHub allows. */
const LONG = 'r'.repeat(100);

let installation: TestInstallation;
let client: Client;
let ada: Call;
let folder: string;
let prometheus: ChildProcess | undefined;

beforeAll(async () => {
  installation = await openTestInstallation({ demo: true, now: NOW });
  ada = installation.as('ada@example.com');
  const { tenantId } = await installation.initialize();
  client = new Client(installation.database.url);
  await client.connect();
  await addRepositories(tenantId, { from: 1, to: 300, name: 'repository-' });
  await addFacts();
  folder = await mkdtemp(path.join(tmpdir(), 'metrics-'));
});

afterAll(async () => {
  prometheus?.kill();
  await client?.end();
  await installation?.close();
  await rm(folder, { recursive: true, force: true });
});

/** Repositories with 14 days each, the fifth of every ten failing. */
async function addRepositories(
  tenantId: number,
  { from, to, name }: { from: number; to: number; name: string },
): Promise<void> {
  await client.query(
    `insert into repository (tenant_id, github_id, owner, name, visibility, schedule, added_at, added_by,
       first_covered_date, last_covered_date, published_through, last_success_at, failure_code, failure_message, failure_at)
     select $1, 1000000 + n, 'acme', $4 || lpad(n::text, 5, '0'), 'public', 'daily', now(), 'ada@example.com',
       '2025-12-31', '2026-01-13', '2026-01-13', $5,
       case when n % 10 = 5 then 'not_found' end, case when n % 10 = 5 then 'Gone.' end, case when n % 10 = 5 then $5::timestamptz end
     from generate_series($2::integer, $3::integer) n`,
    [tenantId, from, to, name, NOW],
  );
  await client.query(
    `insert into traffic_day (tenant_id, repository_id, traffic_date, view_count, view_uniques, clone_count, clone_uniques, state, observed_at)
     select tenant_id, repository_id, date '2026-01-13' - d, github_id - 1000000 + d, 2, 3, 1, 'measured', now()
     from repository cross join generate_series(0, 13) d
     where tenant_id = $1 and github_id between 1000000 + $2::integer and 1000000 + $3::integer`,
    [tenantId, from, to],
  );
}

/** Stars, forks and a release file of each. */
async function addFacts(): Promise<void> {
  await client.query(
    `insert into repository_fact (tenant_id, repository_id, fact_date, stars, forks, subscribers, open_issues)
     select tenant_id, repository_id, last_covered_date, 7, 1, 1, 0 from repository`,
  );
  await client.query(
    `insert into release_asset (tenant_id, repository_id, asset_id, release_id, tag, release_name, asset_name, size_bytes,
       created_at, published_at, download_count)
     select tenant_id, repository_id, 1, 1, 'v1', 'v1', 'a.zip', 1, now(), now(), 9 from repository`,
  );
}

const freePort = () =>
  new Promise<number>((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });

const promtool = (args: string[], input = '') => {
  const { status, stdout, stderr } = spawnSync('promtool', args, { input, encoding: 'utf8' });
  return { status, text: `${stdout}${stderr}` };
};

const scrape = async (key: string, query = '') =>
  (await installation.bearing(key)('GET', `/metrics/1${query}`)).body as string;

test('promtool finds nothing to say about the metrics of 300 repositories, which are far from the limit', async () => {
  const { key } = await createApiKey(ada, 1);
  const text = await scrape(key);
  expect(promtool(['check', 'metrics'], text)).toEqual({ status: 0, text: '' });
  expect(text.match(/^github_traffic_views\{/gm)).toHaveLength(300);
  expect(text).toContain('github_traffic_repositories_failing 30\n');
  expect(text).toContain('github_traffic_failure{repository="acme/repository-00005",code="not_found"} 1\n');
  expect(Buffer.byteLength(text)).toBeLessThan(400_000);
});

test('a real Prometheus scrapes them with the key in a file', async () => {
  const { key } = await createApiKey(ada, 1, { name: 'Prometheus' });
  const port = await freePort();
  const { host, protocol } = new URL(installation.url);
  await writeFile(path.join(folder, 'key'), `${key}\n`);
  const config = path.join(folder, 'prometheus.yml');
  await writeFile(
    config,
    `global: { scrape_interval: 2s, scrape_timeout: 2s }
scrape_configs:
  - job_name: github-traffic
    scheme: ${protocol.slice(0, -1)}
    metrics_path: /api/v1/web/guest/traffic/metrics/1
    authorization: { credentials_file: ${path.join(folder, 'key')} }
    static_configs: [{ targets: ['${host}'] }]
`,
  );
  expect(promtool(['check', 'config', config]).status).toBe(0);
  const data = path.join(folder, 'data');
  const args = [
    `--config.file=${config}`,
    `--storage.tsdb.path=${data}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ];
  prometheus = spawn('prometheus', args, { stdio: 'ignore' });
  const query = async (text: string): Promise<string[]> => {
    const url = `http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(text)}`;
    const answer = await fetch(url).catch(() => null);
    const { data: found } = answer?.ok ? await answer.json() : { data: { result: [] } };
    return found.result.map(({ value }: { value: [number, string] }) => value[1]);
  };
  await expect.poll(() => query('up{job="github-traffic"}'), { timeout: 60_000 }).toEqual(['1']);
  expect(await query('count(github_traffic_views)')).toEqual(['300']);
  expect(await query('github_traffic_views{repository="acme/repository-00042"}')).toEqual(['42']);
  expect(
    await query('github_traffic_final_day_timestamp_seconds{repository="acme/repository-00042"}'),
  ).toEqual([String(Date.parse('2026-01-13') / 1000)]);
  for (const { title, targets } of readGrafanaDashboard().panels)
    for (const { expr } of targets) {
      const filled = expr.replaceAll('$job', 'github-traffic').replaceAll('$repository', '.*');
      expect((await query(filled)).length, `${title}: ${filled}`).toBeGreaterThan(0);
    }
  const keys = await ada('GET', '/keys/1');
  expect(keys.body.keys[0]).toMatchObject({ name: 'Prometheus', lastUsedAt: NOW });
});

test('the documented configuration and alerts are valid', async () => {
  for (const [name, kind] of [
    ['scrape_configs', 'config'],
    ['groups', 'rules'],
  ] as const) {
    const file = path.join(folder, `${name}.yml`);
    await writeFile(
      file,
      readGrafanaYaml(name).replace('/etc/prometheus/github-traffic.key', path.join(folder, 'key')),
    );
    const { status, text } = promtool(['check', kind, file]);
    expect([text, status]).toEqual([expect.stringContaining('SUCCESS'), 0]);
  }
});

test('3,000 repositories come in six pages, each below the limit, and nothing is left out in silence', async () => {
  await addRepositories(1, { from: 301, to: 3000, name: 'repository-' });
  const { key } = await createApiKey(ada, 1);
  const names = new Set<string>();
  for (let page = 1; page <= 6; page++) {
    const text = await scrape(key, `?page=${page}`);
    expect(Buffer.byteLength(text)).toBeLessThan(700_000);
    expect(text).toContain('github_traffic_repositories 3000\n');
    expect(text).toContain('github_traffic_repositories_left_out 0\n');
    for (const [, name = ''] of text.matchAll(/^github_traffic_views\{repository="([^"]+)"/gm))
      names.add(name);
  }
  expect(names.size).toBe(3000);
  await client.query(`update repository set name = $1 || name, owner = $1 where github_id > 1000000`, [
    LONG.slice(0, 84),
  ]);
  const long = await scrape(key);
  expect(Buffer.byteLength(long)).toBeLessThan(1_000_000);
  const leftOut = Number(/^github_traffic_repositories_left_out (\d+)$/m.exec(long)?.[1]);
  const shown = long.match(/^github_traffic_views\{/gm)?.length ?? 0;
  expect([leftOut > 0, leftOut + shown]).toEqual([true, 500]);
});
