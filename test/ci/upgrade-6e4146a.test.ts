import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { constants, createBrotliDecompress } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSecrets } from '../../lib/secrets.ts';
import { connect } from '../../local/backup/database.ts';
import { type Call, openTestInstallation, type TestInstallation } from '../installation.ts';

const FIXTURE = 'test/fixtures/6e4146a';

interface Expected {
  schema: number;
  repositories: [id: number, owner: string, name: string][];
  days: [id: number, day: string, ...counts: number[]][];
  dashboards: [id: string, name: string][];
  channels: [id: number, name: string][];
  roles: [email: string, role: string][];
}

let folder: string;
let installation: TestInstallation;
let expected: Expected;
let ada: Call;

async function unpack(target: string): Promise<void> {
  await mkdir(target);
  const unpacking = createBrotliDecompress({
    params: { [constants.BROTLI_DECODER_PARAM_LARGE_WINDOW]: 1 },
  });
  const tar = spawn('tar', ['-x', '--no-same-owner', '-C', target], {
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  const ended = once(tar, 'exit');
  await pipeline(createReadStream(path.join(FIXTURE, 'data.tar.br')), unpacking, tar.stdin);
  expect(await ended).toEqual([0, null]);
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'upgrade-test-'));
  const dataDir = path.join(folder, 'data');
  await unpack(dataDir);
  expected = JSON.parse(await readFile(path.join(FIXTURE, 'expected.json'), 'utf8'));
  installation = await openTestInstallation({
    dataDir,
    embedded: true,
    demo: true,
    now: '2026-11-23T09:00:00Z',
  });
  // As npm start does.
  const { response } = await installation.host.invoke('traffic/upgrade', { after: 0 });
  expect(response.result).toMatchObject({ weaknesses: [], unreadable: 0 });
  ada = installation.as('ada@example.com');
});

afterAll(async () => {
  await installation.close();
  await rm(folder, { recursive: true, force: true });
});

const read = (text: string) =>
  connect(installation.database.url, async (client) => {
    await client.query("set timezone = 'UTC'");
    return (await client.query({ text, rowMode: 'array' })).rows;
  });

test('an installation of 6e4146a keeps every number through the upgrade', async () => {
  expect(await read('select max(version) > 13 from schema_version')).toEqual([[true]]);
  const days = await read(
    `select repository_id, traffic_date::text, view_count::integer, view_uniques::integer,
      clone_count::integer, clone_uniques::integer from traffic_day order by 1, 2`,
  );
  expect(days).toEqual(expected.days);
  expect(expected.days.length).toBeGreaterThan(40);
});

test('its links work: repositories, dashboards, channels and roles have the addresses and names that they had', async () => {
  for (const [id, owner, name] of expected.repositories) {
    const days = expected.days.filter(([of]) => of === id);
    const { status, body } = await ada('GET', `/stats/1/${id}?from=${days[0]?.[1]}&to=2026-11-22`);
    expect([status, body.repository.fullName]).toEqual([200, `${owner}/${name}`]);
    expect(body.series.viewCount).toEqual(days.map(([, , views]) => views));
  }
  for (const [id, name] of expected.dashboards) {
    const { status, body } = await ada('GET', `/dashboards/1/${id}`);
    expect([status, body.name]).toEqual([200, name]);
  }
  const { body: channels } = await ada('GET', '/channels/1');
  expect(
    channels.channels.map(({ channelId, name }: { channelId: number; name: string }) => [channelId, name]),
  ).toEqual(expected.channels);
  const roles = await read(
    'select email, role from (select email, role, 1 as n from system_role union all select email, role, 2 from member) r order by n, email',
  );
  expect(roles).toEqual(expected.roles);
});

test('its tokens open, and collect the next day', async () => {
  await installation.collect();
  for (const [id] of expected.repositories) {
    const { body } = await ada('GET', `/stats/1/${id}?from=2026-11-22&to=2026-11-22`);
    const before = expected.days.find(([of, day]) => of === id && day === '2026-11-22')?.[2] ?? 0;
    // That version also stored the day that had only begun.
    expect(body.series.viewCount[0]).toBeGreaterThan(before);
  }
  const { tokenKey } = JSON.parse(await readFile(path.join(folder, 'data/installation.json'), 'utf8'));
  const [[sealed]] = (await read('select address_sealed from channel')) as [[string]];
  expect(await openSecrets(tokenKey).open(sealed)).toMatch(/^http:.*\/webhooks\/slack\/tenant-1$/);
});
