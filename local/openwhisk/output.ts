import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import { SENTINEL } from './protocol.ts';

const STREAMS = ['stdout', 'stderr'] as const;
/** How long an activation's record waits for an end mark that its action may have prevented. */
const SENTINEL_WAIT = 500;
const MAX_LOG_BYTES = 10 * 1024 * 1024;

export interface Output {
  /** Lines since the last call, up to the end mark on both streams. */
  untilSentinel(): Promise<string[]>;
  /** Everything that is left once the process has ended. */
  rest(): Promise<string[]>;
}

/** Collects what a container prints as an activation's log lines: `<time> stdout: <text>`. */
export function collectOutput(child: ChildProcess, clock: () => Date): Output {
  let lines: string[] = [];
  let bytes = 0;
  const marks = { stdout: 0, stderr: 0 };
  let notify: () => void = () => undefined;

  function add(stream: (typeof STREAMS)[number], text: string): void {
    if (text.endsWith(SENTINEL)) {
      if (text !== SENTINEL) add(stream, text.slice(0, -SENTINEL.length));
      marks[stream] += 1;
      notify();
      return;
    }
    if (bytes > MAX_LOG_BYTES) return;
    bytes += text.length;
    lines.push(
      bytes > MAX_LOG_BYTES
        ? `${logTime(clock())} stderr: Logs were truncated because the total bytes size exceeds the limit of ${MAX_LOG_BYTES} bytes.`
        : `${logTime(clock())} ${stream}: ${text}`,
    );
  }

  const ended = Promise.all(STREAMS.map((stream) => readLines(child[stream], (text) => add(stream, text))));

  function take(): string[] {
    const taken = lines;
    lines = [];
    bytes = 0;
    return taken;
  }

  async function untilSentinel(): Promise<string[]> {
    const both = () => marks.stdout > 0 && marks.stderr > 0;
    if (!both()) {
      const marked = new Promise<void>((resolve) => {
        notify = () => both() && resolve();
      });
      await Promise.race([marked, ended, wait(SENTINEL_WAIT)]);
    }
    marks.stdout = 0;
    marks.stderr = 0;
    return take();
  }

  async function rest(): Promise<string[]> {
    await Promise.race([ended, wait(SENTINEL_WAIT)]);
    return take();
  }

  return { untilSentinel, rest };
}

function readLines(stream: Readable | null, onLine: (text: string) => void): Promise<void> {
  if (!stream) return Promise.resolve();
  let partial = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    const parts = (partial + chunk).split('\n');
    partial = parts.pop() ?? '';
    for (const part of parts) onLine(part);
  });
  return new Promise((resolve) => {
    stream.on('close', () => {
      if (partial !== '') onLine(partial);
      resolve();
    });
  });
}

/** The platform stamps log lines in nanoseconds. */
function logTime(at: Date): string {
  return at.toISOString().replace('Z', '000000Z');
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds).unref();
  });
}
