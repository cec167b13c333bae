import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import { SENTINEL } from './protocol.ts';

type StreamName = 'stdout' | 'stderr';

/** Milliseconds to wait for an end mark, which the action may have suppressed. */
const SENTINEL_WAIT = 500;
const MEGABYTE = 1024 * 1024;

/** A container's output, as log lines of its activations: `<time> stdout: <text>`. */
export interface Output {
  /** Lines since the last call, up to the end mark on both streams. */
  untilSentinel(): Promise<string[]>;
  /** The remaining lines, once the process has ended. */
  rest(): Promise<string[]>;
}

interface State {
  clock: () => Date;
  limit: number;
  lines: string[];
  bytes: number;
  marks: Record<StreamName, boolean>;
  onMark: () => void;
  ended: Promise<unknown>;
}

export function collectOutput(child: ChildProcess, logMegabytes: number, clock: () => Date): Output {
  const state: State = {
    clock,
    limit: logMegabytes * MEGABYTE,
    lines: [],
    bytes: 0,
    marks: { stdout: false, stderr: false },
    onMark: () => undefined,
    ended: Promise.resolve(),
  };
  state.ended = Promise.all([
    readLines(child.stdout, (text) => receive(state, 'stdout', text)),
    readLines(child.stderr, (text) => receive(state, 'stderr', text)),
  ]);
  return {
    untilSentinel: () => untilSentinel(state),
    rest: async () => {
      await Promise.race([state.ended, wait(SENTINEL_WAIT)]);
      return take(state);
    },
  };
}

function receive(state: State, stream: StreamName, text: string): void {
  if (!text.endsWith(SENTINEL)) {
    keep(state, stream, text);
    return;
  }
  // Text without a line break at its end precedes the mark on the same line.
  if (text !== SENTINEL) keep(state, stream, text.slice(0, -SENTINEL.length));
  state.marks[stream] = true;
  state.onMark();
}

function keep(state: State, stream: StreamName, text: string): void {
  if (state.bytes > state.limit) return;
  state.bytes += Buffer.byteLength(text);
  const isOver = state.bytes > state.limit;
  const truncated = `Logs were truncated because the total bytes size exceeds the limit of ${state.limit} bytes.`;
  state.lines.push(`${logTime(state.clock())} ${isOver ? `stderr: ${truncated}` : `${stream}: ${text}`}`);
}

async function untilSentinel(state: State): Promise<string[]> {
  const marked = new Promise<void>((resolve) => {
    state.onMark = () => {
      if (state.marks.stdout && state.marks.stderr) resolve();
    };
    state.onMark();
  });
  await Promise.race([marked, state.ended, wait(SENTINEL_WAIT)]);
  state.marks = { stdout: false, stderr: false };
  return take(state);
}

function take(state: State): string[] {
  const { lines } = state;
  state.lines = [];
  state.bytes = 0;
  return lines;
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

/** The platform's timestamps have nanoseconds. */
function logTime(at: Date): string {
  return at.toISOString().replace('Z', '000000Z');
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds).unref();
  });
}
