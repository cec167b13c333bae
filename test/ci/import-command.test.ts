import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { daysFrom } from '../../lib/day.ts';
import { DEMO_TOKENS, DEMO_USERS } from '../../local/demo/github.ts';
import { createApiKey } from '../api-keys.ts';
import { exportZip, sourceOf } from '../exported.ts';
import { type Call, openTestInstallation, type TestInstallation } from '../installation.ts';

const { northwind } = DEMO_USERS;
const COMMAND = path.join(import.meta.dirname, '../../dist/local/import.js');

let installation: TestInstallation;
let ada: Call;
let tenantId: number;
let folder: string;
let key: string;

async function write(name: string, text: string): Promise<void> {
  const file = path.join(folder, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text);
}

interface Ended {
  code: number;
  output: string;
}

/** Runs the command in the folder, as a script does. */
function run(args: string[], environment: Record<string, string> = { TRAFFIC_KEY: key }, into = tenantId) {
  const api = `${installation.url}/api/v1/web/guest/traffic`;
  const command = [COMMAND, ...args, '--tenant', String(into), '--api', api];
  const { TRAFFIC_KEY: _, ...env } = process.env;
  const child = spawn(process.execPath, command, { cwd: folder, env: { ...env, ...environment } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
  const ended = once(child, 'close').then(([code]): Ended => ({ code, output }));
  return { child, ended };
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'import-command-'));
  installation = await openTestInstallation({ demo: true, now: '2026-03-10T08:00:00.000Z' });
  ({ tenantId } = await installation.initialize());
  ada = installation.as('ada@example.com');
  ({ key } = await createApiKey(ada, tenantId, { scope: 'import' }));
  const header = 'time_iso8601,clones_total,clones_unique,views_total,views_unique\n';
  const days = ['2024-05-01 00:00:00+00:00,4,3,50,20\n', '2024-05-02 00:00:00+00:00,6,5,70,30\n'];
  await write(`data/${northwind}/burrow/ghrs-data/views_clones_aggregate.csv`, header + days.join(''));
  await write('other/views.csv', '_date,total_views,unique_views\n2024-05-01,9,4\n');
  await write('empty/views.csv', 'date,views,unique_views\n');
});

afterAll(async () => {
  await installation.close();
  await rm(folder, { recursive: true });
});

/** Another tenant, which tracks nothing. */
async function openTenant(name: string): Promise<number> {
  const { serverId } = (await ada('GET', `/tenants/${tenantId}`)).body.server;
  const token = { githubUser: DEMO_USERS.octocat, githubToken: DEMO_TOKENS.octocat };
  return (await ada('POST', '/tenants', { name, serverId, ...token })).body.tenantId;
}

const listImports = async () => (await ada('GET', `/imports/${tenantId}`)).body.imports;
const daysOf = async (repositoryId: number) => {
  const { buckets, series } = (
    await ada('GET', `/stats/${tenantId}/${repositoryId}?from=2024-05-01&to=2024-05-02`)
  ).body;
  return { buckets, views: series.viewCount };
};

test('without an answer, it ends with 2, names the question and stores nothing', async () => {
  const { code, output } = await run(['data', 'other', '--yes']).ended;
  expect(output).toContain("--answer 'repository:other|=…'  other/views.csv:");
  expect(code).toBe(2);
  expect(await listImports()).toEqual([]);
});

test('a preview names what is read, and stores nothing', async () => {
  const { code, output } = await run(['data', 'other', '--leave-out', '--preview']).ended;
  expect(output).toContain('github-repo-stats');
  expect(output).toContain('2024-05-01 to 2024-05-02, 2 days; views 120, clones 10');
  expect([code, await listImports()]).toEqual([0, []]);
});

test('it tracks, stores, and changes nothing the second time', async () => {
  const args = ['data', 'other', '--track', '--yes', '--answer', `repository:other|=${northwind}/tidy-dates`];
  const first = await run(args).ended;
  expect(first.output).toContain('is complete');
  expect(first.code).toBe(0);
  await installation.host.settled();
  const { repositories } = (await ada('GET', `/repositories/${tenantId}`)).body;
  expect(repositories.map(({ name }: { name: string }) => name).sort()).toEqual(['burrow', 'tidy-dates']);
  const [only, ...others] = await listImports();
  expect([only, others]).toMatchObject([
    { status: 'complete', dayCount: 3, fileCount: 2, author: expect.stringContaining('Test') },
    [],
  ]);
  const burrow = repositories.find(({ name }: { name: string }) => name === 'burrow');
  expect((await daysOf(burrow.repositoryId)).views).toEqual([50, 70]);

  const second = await run(args).ended;
  expect([second.code, second.output]).toEqual([0, expect.stringContaining('imported before')]);
  expect(await listImports()).toHaveLength(1);
});

test('our own export brings its groups and dashboards, which a preview names first', async () => {
  const { repositories } = (await ada('GET', `/groups/${tenantId}`)).body;
  const group = { name: 'Tools', repositoryIds: [repositories[0].repositoryId] };
  const { groupId } = (await ada('POST', `/groups/${tenantId}`, group)).body;
  const document = { name: 'Team', tabs: [{ title: 'One', widgets: [] }] };
  await ada('POST', `/dashboards/${tenantId}`, { document });
  await mkdir(path.join(folder, 'ours'));
  const { zip } = await exportZip(sourceOf(ada, tenantId));
  await writeFile(path.join(folder, 'ours/export.zip'), zip);
  await ada('DELETE', `/groups/${tenantId}/${groupId}`);
  const preview = await run(['ours/export.zip', '--preview']).ended;
  expect(preview.output).toContain('+ group Tools');
  expect(preview.output).toContain(
    'dashboard Team: There is a dashboard of this name, which stays as it is.',
  );
  expect((await ada('GET', `/groups/${tenantId}`)).body.groups).toEqual([]);
  const stored = await run(['ours/export.zip', '--yes']).ended;
  expect([stored.code, stored.output]).toEqual([0, expect.stringContaining('dashboard Team: There is')]);
  expect((await ada('GET', `/groups/${tenantId}`)).body.groups).toMatchObject([{ name: 'Tools' }]);
});

test('stopped half-way, the same command goes on with the same import', async () => {
  const days = daysFrom('2010-01-01', '2025-12-31');
  const lines = days.flatMap((day) =>
    ['burrow', 'tidy-dates', 'harbor-charts', 'build-cache-action'].map(
      (name) => `${day},${northwind}/${name},7,3`,
    ),
  );
  await write('years/traffic.csv', `date,repository,views,unique_visitors\n${lines.join('\n')}\n`);
  const args = ['years', '--track', '--yes'];
  const before = (await listImports()).length;
  const stopped = run(args);
  const arrived = async () =>
    (await listImports()).find(({ partCount }: { partCount: number }) => partCount === 2)?.receivedCount ?? 0;
  await expect.poll(arrived, { interval: 20 }).toBeGreaterThan(0);
  stopped.child.kill('SIGINT');
  expect(await stopped.ended).toMatchObject({
    code: 130,
    output: expect.stringContaining('Run the same command again'),
  });
  const again = await run(args).ended;
  expect([again.code, again.output]).toEqual([0, expect.stringContaining('is complete')]);
  const imports = await listImports();
  expect([imports.length, imports[0]]).toMatchObject([
    before + 1,
    { status: 'complete', partCount: 2, receivedCount: 2 },
  ]);
});

test('nothing to import ends with 3; a missing key, another key and a missing file with 1', async () => {
  expect(await run(['empty', '--yes']).ended).toMatchObject({
    code: 3,
    output: expect.stringContaining('nothing to import'),
  });
  expect(await run(['data'], {}).ended).toMatchObject({
    code: 1,
    output: expect.stringContaining('TRAFFIC_KEY'),
  });
  expect(await run(['gone']).ended).toMatchObject({
    code: 1,
    output: expect.stringContaining('no file or folder gone'),
  });
  const { key: reading } = await createApiKey(ada, tenantId, { scope: 'read', name: 'Reading' });
  expect(await run(['data', '--yes'], { TRAFFIC_KEY: reading }).ended).toMatchObject({
    code: 1,
    output: expect.stringContaining('403'),
  });
});

test('an empty tenant gets all of an export: what GitHub still shows is tracked as it was, and the rest is named', async () => {
  const from = await openTenant('From');
  const names = ['burrow', 'tidy-dates', 'payroll-service', 'old-importer', 'harbor-charts'];
  const repositories = names.map((name) => ({ owner: northwind, name }));
  const { added } = (await ada('POST', `/repositories/${from}/batch`, { repositories })).body;
  await installation.host.settled();
  const [burrow, tidy, payroll, old, charts] = added;
  const pause = { repositoryIds: [old.repositoryId, payroll.repositoryId], schedule: 'paused' };
  await ada('PATCH', `/repositories/${from}`, pause);
  await ada('PATCH', `/repositories/${from}`, { repositoryIds: [tidy.repositoryId], schedule: 'weekly' });
  const group = {
    name: 'All',
    repositoryIds: added.map((one: { repositoryId: number }) => one.repositoryId),
  };
  await ada('POST', `/groups/${from}`, group);
  const { zip } = await exportZip(sourceOf(ada, from));
  await mkdir(path.join(folder, 'moved'));
  await writeFile(path.join(folder, 'moved/export.zip'), zip);
  installation.github.rename(burrow.githubId, { name: 'warren' }, new Date('2026-03-10T09:00:00.000Z'));
  installation.github.remove(charts.githubId);
  installation.now('2026-03-20T10:00:00.000Z');

  const to = await openTenant('To');
  const { key: own } = await createApiKey(ada, to, { scope: 'import' });
  const into = (...args: string[]) => run(['moved/export.zip', ...args], { TRAFFIC_KEY: own }, to).ended;
  const preview = await into('--preview', '--track');
  expect([preview.code, preview.output]).toEqual([
    0,
    expect.stringContaining('they are not tracked, and a preview tracks nothing'),
  ]);
  const bare = await into('--yes');
  expect([bare.code, bare.output]).toEqual([
    2,
    expect.stringContaining('None of these repositories is tracked'),
  ]);
  expect((await ada('GET', `/groups/${to}`)).body.groups).toEqual([]);
  const moved = await into('--yes', '--track');
  expect([moved.code, moved.output]).toEqual([
    0,
    expect.stringContaining(`${northwind}/harbor-charts stays out, because it cannot be tracked`),
  ]);
  await installation.host.settled();
  const tracked = (await ada('GET', `/repositories/${to}`)).body.repositories;
  expect(
    tracked.map(({ name, schedule }: { name: string; schedule: string }) => [name, schedule]).sort(),
  ).toEqual([
    ['old-importer', 'paused'],
    ['payroll-service', 'paused'],
    ['tidy-dates', 'weekly'],
    ['warren', 'daily'],
  ]);
  const { groups } = (await ada('GET', `/groups/${to}`)).body;
  expect(groups).toMatchObject([{ name: 'All', repositoryCount: 4 }]);
  // The days that only the export still knows, and the first one that is covered, are as they were.
  const range = 'from=2026-02-20&to=2026-03-04';
  const idOf = (name: string) => tracked.find((one: { name: string }) => one.name === name).repositoryId;
  for (const [one, name] of [
    [burrow, 'warren'],
    [payroll, 'payroll-service'],
  ]) {
    const before = (await ada('GET', `/stats/${from}/${one.repositoryId}?${range}`)).body;
    const after = (await ada('GET', `/stats/${to}/${idOf(name)}?${range}`)).body;
    expect(after.series.viewCount).toEqual(before.series.viewCount);
    expect(before.series.viewCount.some((views: number | null) => views !== null)).toBe(true);
    expect(after.repository.firstCoveredDate).toBe(before.repository.firstCoveredDate);
  }
});

test('an export of a tenant without repositories brings its groups and dashboards', async () => {
  const from = await openTenant('Without');
  const to = await openTenant('Without too');
  await ada('POST', `/dashboards/${from}`, {
    document: { name: 'Plan', tabs: [{ title: 'One', widgets: [] }] },
  });
  const { zip } = await exportZip(sourceOf(ada, from));
  await mkdir(path.join(folder, 'without'));
  await writeFile(path.join(folder, 'without/export.zip'), zip);
  const { key: own } = await createApiKey(ada, to, { scope: 'import' });
  const { code, output } = await run(['without/export.zip', '--yes'], { TRAFFIC_KEY: own }, to).ended;
  expect([code, output]).toEqual([0, expect.stringContaining('is complete')]);
  const names = async () =>
    (await ada('GET', `/dashboards/${to}`)).body.dashboards.map(({ name }: { name: string }) => name);
  expect(await names()).toContain('Plan');
  const [{ importId }] = (await ada('GET', `/imports/${to}`)).body.imports;
  await ada('DELETE', `/imports/${to}/${importId}`);
  expect(await names()).not.toContain('Plan');
});
