import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EXPORT_TABLE_NAMES } from '../lib/exports/format.ts';
import { DEMO_TOKENS, DEMO_USERS } from '../local/demo/github.ts';
import { exportFiles, filesOf, readFiles, sourceOf } from './exported.ts';
import { type Call, openTestInstallation, type TestInstallation } from './installation.ts';

const DAYS = ['2026-03-09', '2026-03-10', '2026-03-11'];
const at = (day: string) => `${day}T08:00:00.000Z`;
const { northwind } = DEMO_USERS;
const NAMES = ['burrow', 'tidy-dates', 'harbor-charts'];
const MEMBER = 'vi.member@example.com';

let installation: TestInstallation;
let ada: Call;
let limited: Call;
let tenantId: number;
let ids: number[];

beforeAll(async () => {
  installation = await openTestInstallation({ demo: true, now: at(DAYS[0] ?? '') });
  ({ tenantId } = await installation.initialize());
  ada = installation.as('ada@example.com');
  const repositories = NAMES.map((name) => ({ owner: northwind, name }));
  const { body } = await ada('POST', `/repositories/${tenantId}/batch`, { repositories });
  ids = body.added.map(({ repositoryId }: { repositoryId: number }) => repositoryId);
  await installation.host.settled();
  for (const day of DAYS.slice(1)) {
    installation.now(at(day));
    await installation.collect();
  }
  await ada('PUT', `/members/${tenantId}/${MEMBER}`, { role: 'repository viewer', repositoryIds: [ids[0]] });
  limited = installation.as(MEMBER);
  const group = { name: '=Core', repositoryIds: [ids[0], ids[1]] };
  const { groupId } = (await ada('POST', `/groups/${tenantId}`, group)).body;
  const note = (fields: object) =>
    ada('POST', `/annotations/${tenantId}`, { key: randomUUID(), date: DAYS[0], text: 'Launch', ...fields });
  await note({});
  await note({ groupId, text: '=1+1 "quoted"\nand more' });
  await note({ repositoryIds: [ids[1]], to: DAYS[1], link: 'https://example.com/a,b' });
  const rule = { owner: northwind, namePattern: 'none-*', exceptions: [`${northwind}/none-at-all`] };
  const definition = { ...rule, forks: 'excluded', archived: 'included', visibility: 'any' };
  expect((await ada('POST', `/rules/${tenantId}`, definition)).status).toBe(201);
  const copy = { name: 'Ours' };
  expect((await ada('POST', `/dashboards/${tenantId}/portfolio/copy`, copy)).status).toBe(201);
});
afterAll(() => installation.close());

test('an export holds what the pages show', async () => {
  const { files, written } = await exportFiles(sourceOf(ada, tenantId));
  expect([...files.keys()].sort()).toEqual(
    [
      ...EXPORT_TABLE_NAMES.map((table) => (table === 'dashboards' ? 'dashboards.json' : `${table}.csv`)),
      'README.md',
      'datapackage.json',
    ].sort(),
  );
  const rows = Object.fromEntries(written.tables.map(({ table, rows: count }) => [table, count]));
  expect(written.plan.tables).toEqual(written.tables);
  expect(rows).toMatchObject({
    repositories: 3,
    groups: 1,
    'group-repositories': 2,
    annotations: 3,
    dashboards: 1,
    rules: 1,
    exclusions: 0,
  });
  expect(Buffer.from(files.get('rules.csv') ?? '').toString()).toContain(
    `${northwind},none-*,${northwind}/none-at-all,excluded,included,any`,
  );
  for (const table of ['traffic-days', 'traffic-windows', 'referrers', 'paths', 'facts', 'stars'])
    expect([table, rows[table]]).not.toEqual([table, 0]);

  const read = await readFiles(files);
  expect(read.problems).toEqual([]);
  expect(read.repositories.map(({ owner, name }) => `${owner}/${name}`)).toEqual(
    NAMES.map((name) => `${northwind}/${name}`),
  );
  const [burrow] = read.repositories;
  const { buckets, series } = (await ada('GET', `/stats/${tenantId}/${ids[0]}?from=2026-02-20&to=2026-03-11`))
    .body;
  const shown = buckets.flatMap((date: string, index: number) =>
    series.viewCount[index] === null
      ? []
      : [[date, series.viewCount[index], series.cloneUniques[index], series.state[index]]],
  );
  expect(shown.length).toBeGreaterThan(14);
  expect(burrow?.days.map((day) => [day.date, day.viewCount, day.cloneUniques, day.state])).toEqual(shown);
  const annotations = read.tenant.annotations.map(({ text, to, link, group }) => [text, to, link, group]);
  expect(annotations).toHaveLength(3);
  expect(annotations).toEqual(
    expect.arrayContaining([
      ['Launch', DAYS[0], null, null],
      ['=1+1 "quoted"\nand more', DAYS[0], null, '=Core'],
      ['Launch', DAYS[1], 'https://example.com/a,b', null],
    ]),
  );
  const [, tidyDates] = read.repositories;
  expect(read.tenant.annotations.find(({ link }) => link)?.repositories).toEqual([tidyDates?.githubId]);
  expect(read.tenant.groupRepositories).toEqual([
    { githubId: burrow?.githubId, group: '=Core' },
    { githubId: tidyDates?.githubId, group: '=Core' },
  ]);
  expect(JSON.parse(read.tenant.dashboards[0]?.document ?? '').name).toBe('Ours');
});

test('no address, token or secret is in an export', async () => {
  const { files } = await exportFiles(sourceOf(ada, tenantId));
  const text = [...files.values()].map((bytes) => Buffer.from(bytes).toString()).join('\n');
  for (const secret of ['@example.com', DEMO_TOKENS.octocat, 'tokenSealed'])
    expect(text).not.toContain(secret);
});

test('who sees some repositories exports those', async () => {
  const { files } = await exportFiles(sourceOf(limited, tenantId));
  const read = await readFiles(files);
  expect(read.repositories.map(({ name }) => name)).toEqual(['burrow']);
  expect(read.tenant.annotations.map(({ text }) => text).sort()).toEqual([
    '=1+1 "quoted"\nand more',
    'Launch',
  ]);
  expect([read.tenant.groups, read.tenant.imports]).toEqual([[], []]);
  expect(Buffer.from(files.get('rules.csv') ?? '').toString()).not.toContain('none-');
  const text = Buffer.from(files.get('referrers.csv') ?? '').toString();
  expect(text).toContain('/burrow,');
  expect(text).not.toContain('/tidy-dates,');
});

test('only members export, and an export is logged once', async () => {
  const { status, body } = await installation.as('stranger@example.com')('GET', `/exports/${tenantId}/paths`);
  expect([status, body.error.code]).toEqual([404, 'tenant_not_found']);
  const before = (await ada('GET', `/audit/${tenantId}?area=exports`)).body.events.length;
  await exportFiles(sourceOf(ada, tenantId));
  const { events } = (await ada('GET', `/audit/${tenantId}?area=exports`)).body;
  expect(events.length).toBe(before + 1);
  expect(events[0].subject).toContain(`export-${tenantId}.zip`);
});

test('unknown tables and cursors are refused', async () => {
  const codeOf = async (path: string) => (await ada('GET', `/exports/${tenantId}/${path}`)).body.error?.code;
  expect(await codeOf('members')).toBe('invalid_input');
  expect(await codeOf('paths?cursor=x')).toBe('invalid_input');
  const cursor = Buffer.from(JSON.stringify([1, 'yesterday'])).toString('base64url');
  expect(await codeOf(`paths?cursor=${cursor}`)).toBe('invalid_input');
  expect(await codeOf('groups?cursor=WzFd')).toBeUndefined();
});

test('npm run export writes the same file', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'export-test-'));
  const run = promisify(execFile);
  const file = path.join(folder, 'traffic.zip');
  const command = [path.join(import.meta.dirname, '../dist/local/export.js'), String(tenantId), file];
  const api = `${installation.url}/api/v1/web/guest/traffic`;
  const TRAFFIC_KEY = await installation.identity.issueToken('ada@example.com');
  try {
    const env = { ...process.env, TRAFFIC_KEY };
    const { stdout } = await run(process.execPath, [...command, '--api', api], { env });
    expect(stdout).toMatch(/traffic\.zip is complete: [\d,]+ rows, \d+\.\d MB\.\n$/);
    const files = filesOf(await readFile(file));
    const { files: others } = await exportFiles(sourceOf(ada, tenantId));
    for (const table of ['traffic-days.csv', 'paths.csv', 'annotations.csv'])
      expect([table, files.get(table)]).toEqual([table, others.get(table)]);
    const refused = run(process.execPath, [...command, '--api', api], { env: { ...env, TRAFFIC_KEY: 'x' } });
    await expect(refused).rejects.toThrow(/answered 401/);
    expect(await readdir(folder)).toEqual(['traffic.zip']);
  } finally {
    await rm(folder, { recursive: true });
  }
});
