import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Readable } from 'node:stream';
import { requireBuild } from '../on-demand.ts';

/** `npm start` as a process of its own. */
export interface Started {
  child: ChildProcessByStdio<null, Readable, Readable>;
  /** What it has written so far: standard output and standard error. */
  output: () => string;
  /** The JSON lines of its log so far. */
  lines: () => Record<string, unknown>[];
  /** Sends the signal and returns the exit code, and the milliseconds that it took. */
  stop: (signal?: NodeJS.Signals) => Promise<{ code: number | null; took: number }>;
}

/** A port of this machine that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}

/** Starts it, and waits until it is ready. `prefix` is a command that runs it. */
export async function startProduct(
  environment: Record<string, string>,
  prefix: string[] = [],
): Promise<Started> {
  await requireBuild();
  const [command = '', ...args] = [...prefix, process.execPath, 'dist/local/start.js'];
  const child = spawn(command, args, {
    env: { ...process.env, DATABASE_URL: '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', () => output.includes('Ready at') && resolve());
    child.once('exit', (code) => reject(new Error(`ended with ${code}: ${output}`)));
  });
  return {
    child,
    output: () => output,
    lines: () =>
      output
        .split('\n')
        .filter((line) => line.startsWith('{') && line.endsWith('}'))
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    async stop(signal = 'SIGTERM') {
      if (child.exitCode !== null || child.signalCode !== null) return { code: child.exitCode, took: 0 };
      const begun = performance.now();
      child.kill(signal);
      const [code] = (await once(child, 'exit')) as [number | null];
      return { code, took: performance.now() - begun };
    },
  };
}
