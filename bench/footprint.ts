import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { DEMO_TOKENS, DEMO_USERS } from '../local/demo/github.ts';
import { openChromium } from '../test/e2e/chromium.ts';
import { fillDays } from './installation.ts';
import { signIn } from './page.ts';
import { printTable, round } from './table.ts';

const MAX_MB = 180;
const MAX_IDLE_MB = 90;
const MAX_PROCESSES = 6;
const MAX_START_S = 3;
const DAYS = 365;
/** The longest that an installation nobody uses may take to shrink. */
const IDLE_MS = 150_000;
/** It is idle once it has not shrunk by a megabyte for this long. */
const STEADY_MS = 30_000;
const ADMINISTRATOR = 'ada@example.com';
const READY = /Ready at (\S+)/;

const PAGES = [
  '/',
  '/t/1',
  '/t/1/repositories',
  '/t/1/r/1',
  '/t/1/r/1?tab=referrers',
  '/t/1/dashboards',
  '/t/1/dashboards/portfolio',
  '/t/1/dashboards/portfolio/edit',
  '/t/1/runs',
  '/t/1/runs/1',
  '/t/1/members',
  '/t/1/notifications',
  '/t/1/audit',
  '/admin/tenants',
  '/admin/servers',
  '/admin/roles',
  '/admin/log',
  '/admin/audit',
  '/me',
];

interface Footprint {
  pid: number;
  what: string;
  /** Megabytes: its own memory, and its share of what it has in common with others. */
  pss: number;
}

/** A process and all that it started. */
function treeOf(pid: number): number[] {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').trim().split(' '),
  );
  return [pid, ...children.filter((child) => child !== '').flatMap((child) => treeOf(Number(child)))];
}

function nameOf(pid: number): string {
  const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  if (command.includes('runner.cjs')) return 'container';
  if (command.includes('start.js')) return 'main process';
  if (/^postgres: \w+ traffic /.test(command)) return 'postgres: connection';
  return /^(postgres: [a-z ]+?)( \d+)?\s*$/.exec(command)?.[1] ?? 'postgres';
}

/** Proportional set sizes, as the kernel counts them: https://docs.kernel.org/filesystems/proc.html */
function measure(pid: number): Footprint[] {
  return treeOf(pid).map((one) => {
    const rollup = readFileSync(`/proc/${one}/smaps_rollup`, 'utf8');
    return { pid: one, what: nameOf(one), pss: Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1]) / 1024 };
  });
}

const sum = (footprint: Footprint[]) => footprint.reduce((total, { pss }) => total + pss, 0);
const isPostgres = ({ what }: Footprint) => what.startsWith('postgres');

interface Running {
  child: ChildProcess;
  url: string;
  /** What it printed. */
  output: string;
  /** Seconds until it was ready. */
  seconds: number;
}

async function start(node: string, dataDir: string): Promise<Running> {
  const begun = performance.now();
  const child = spawn(node, ['--single-threaded', 'dist/local/start.js'], {
    env: { PATH: process.env.PATH, DATA_DIR: dataDir, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  for await (const chunk of child.stdout ?? []) {
    output += chunk;
    const url = READY.exec(output)?.[1];
    if (url) return { child, url, output, seconds: (performance.now() - begun) / 1000 };
  }
  throw new Error(`npm start ended: ${output}`);
}

async function stop({ child }: Running): Promise<void> {
  child.kill('SIGTERM');
  await once(child, 'exit');
}

/** One tenant with ten repositories and a year of days. */
async function fill({ url, output }: Running, dataDir: string): Promise<void> {
  const read = (name: string) => readFileSync(path.join(dataDir, name), 'utf8').trim();
  const token = execFileSync('node', ['dist/local/token.js', ADMINISTRATOR], {
    env: { ...process.env, DATA_DIR: dataDir },
    encoding: 'utf8',
  }).trim();
  const answer = await fetch(`${url}/api/v1/web/guest/traffic/init`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      secret: /#init=(\S+)/.exec(output)?.[1],
      displayName: 'Benchmark',
      tenantName: 'Benchmark',
      server: { kind: 'demo' },
      githubUser: DEMO_USERS.octocat,
      githubToken: DEMO_TOKENS.octocat,
    }),
  });
  if (!answer.ok) throw new Error(`The installation was not set up: ${await answer.text()}`);
  const [, , , port] = read('postgres/cluster/postmaster.pid').split('\n');
  const database = `postgres://traffic:${read('postgres/password')}@127.0.0.1:${port}/traffic`;
  const today = new Date().toISOString().slice(0, 10);
  await fillDays(database, { tenantId: 1, repositories: 10, days: DAYS, today });
}

async function openPages(page: Page, url: string): Promise<void> {
  await signIn(page, url);
  for (const one of PAGES) {
    await page.goto(`${url}${one}`);
    await page.waitForLoadState('networkidle');
  }
}

/** Waits until it shrinks no more, or gives up. */
async function untilIdle(pid: number): Promise<Footprint[]> {
  const deadline = Date.now() + IDLE_MS;
  for (;;) {
    const before = measure(pid);
    await sleep(STEADY_MS);
    const after = measure(pid);
    if (sum(after) > sum(before) - 1 || Date.now() > deadline) return after;
  }
}

function printProcesses(heading: string, footprint: Footprint[]): void {
  const names = [...new Set(footprint.map(({ what }) => what))];
  printTable(
    heading,
    ['process', 'processes', 'PSS, MB'],
    names.map((name) => {
      const those = footprint.filter(({ what }) => what === name);
      return [name, those.length, round(sum(those))];
    }),
  );
}

/**
 * The memory and processes of `npm start` before anybody uses it, after every page was opened once, and when nobody uses it any
 * more; how long it takes until it is ready. It runs a copy of Node: memory that is shared with other programs of the machine counts in full.
 */
export async function benchFootprint(): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'traffic-footprint-'));
  const dataDir = path.join(folder, 'data');
  const node = path.join(folder, 'node');
  copyFileSync(process.execPath, node);
  const first = await start(node, dataDir);
  try {
    await fill(first, dataDir);
  } finally {
    await stop(first);
  }
  const running = await start(node, dataDir);
  const { pid = 0 } = running.child;
  try {
    const unused = await untilIdle(pid);
    const browser = await openChromium();
    await openPages(await browser.newPage(), running.url);
    const used = measure(pid);
    await browser.close();
    const idle = await untilIdle(pid);
    printProcesses('before anybody uses it', unused);
    printProcesses('after every page was opened once', used);
    printProcesses('when nobody uses it any more', idle);
    const own = used.filter((one) => !isPostgres(one));
    printTable(
      'footprint: npm start, 10 repositories × 1 year',
      ['', 'measured', 'at most'],
      [
        ['PSS before anybody uses it, MB', round(sum(unused)), MAX_IDLE_MB],
        ['PSS after every page was opened once, MB', round(sum(used)), MAX_MB],
        ['processes then, besides those of PostgreSQL', own.length, MAX_PROCESSES],
        ['PSS when nobody uses it any more, MB', round(sum(idle)), MAX_IDLE_MB],
        ['ready after, s, with an existing folder', round(running.seconds, 2), MAX_START_S],
        ['ready after, s, with an empty folder', round(first.seconds, 2), '–'],
      ],
    );
  } finally {
    await stop(running);
    rmSync(folder, { recursive: true, force: true });
  }
}
