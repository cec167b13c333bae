import { type ChildProcessByStdio, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import pg from 'pg';
import { expect, vi } from 'vitest';

export type Child = ChildProcessByStdio<null, Readable, Readable>;
export type Environment = Record<string, string>;

export interface Started {
  child: Child;
  /** What it wrote up to "Ready". */
  output: string;
  url: string;
  /** It and everything it started. */
  pids: number[];
}

export const cleanUps: (() => unknown)[] = [];

/** Undoes what a test did outside of its folder; for `afterEach`. */
export async function cleanUp(): Promise<void> {
  for (const step of cleanUps.splice(0).reverse()) await step();
}

/** A folder that `cleanUp` removes. */
export async function newFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'start-test-'));
  cleanUps.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Starts a built program, such as `start`. */
export function launch(program: string, args: string[], environment: Environment): Child {
  const env = { ...process.env, PORT: '0', DATABASE_URL: '', ...environment };
  return spawn(process.execPath, [`dist/local/${program}.js`, ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Runs a program to its end. */
export async function run(program: string, args: string[], environment: Environment) {
  const child = launch(program, args, environment);
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  return { code, stdout, stderr };
}

/** All processes that a process has started, and theirs. */
export function descendants(pid: number): number[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
  const pairs = lines.map((line) => line.trim().split(/\s+/).map(Number));
  const children = pairs.filter(([, parent]) => parent === pid).map(([child]) => child ?? 0);
  return [...children, ...children.flatMap(descendants)];
}

/** Collects the output from now on until these words. */
export function until(child: Child, words: string): Promise<string> {
  let output = '';
  return new Promise((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      output += chunk;
      if (output.includes(words)) resolve(output);
    });
    child.once('exit', (code) => reject(new Error(`ended with ${code}: ${output}`)));
  });
}

/** `npm start`, once it is ready. */
export async function start(environment: Environment): Promise<Started> {
  const child = launch('start', [], environment);
  child.stderr.resume();
  const output = await until(child, 'Ready at');
  const url = /Ready at (\S+)/.exec(output)?.[1] ?? '';
  return { child, output, url, pids: descendants(child.pid ?? 0) };
}

/** Sends the signal, and returns the exit code once all its processes are gone. */
export async function stop(
  { child, pids }: Pick<Started, 'child' | 'pids'>,
  signal: NodeJS.Signals = 'SIGINT',
): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  child.kill(signal);
  const [code] = await once(child, 'exit');
  if (signal !== 'SIGKILL') await untilGone(pids);
  return code;
}

/** Without zombie processes. */
function isRunning(pid: number): boolean {
  try {
    return !execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).startsWith('Z');
  } catch {
    return false;
  }
}

export async function untilGone(pids: number[]): Promise<void> {
  await vi.waitFor(() => expect(pids.filter(isRunning)).toEqual([]), { timeout: 60_000, interval: 50 });
}

/** PostgreSQL's process id. */
export async function serverOf(folder: string): Promise<number> {
  return Number.parseInt(await readFile(path.join(folder, 'postgres/cluster/postmaster.pid'), 'utf8'), 10);
}

/** Asks the embedded database of a data folder. */
export async function query(
  folder: string,
  statement: string,
  { user, passwordFile } = { user: 'traffic', passwordFile: 'password' },
): Promise<unknown[]> {
  const password = await readFile(path.join(folder, 'postgres', passwordFile), 'utf8');
  const pidFile = await readFile(path.join(folder, 'postgres/cluster/postmaster.pid'), 'utf8');
  const port = pidFile.split('\n')[3];
  const client = new pg.Client({
    connectionString: `postgres://${user}:${password}@127.0.0.1:${port}/traffic`,
  });
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

/** One line with these words in it. */
export const sentence = (words: RegExp) => new RegExp(`^[^\\n]*${words.source}[^\\n]*\\.\\n$`);
