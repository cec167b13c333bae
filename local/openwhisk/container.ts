import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import path from 'node:path';
import type { ActionLimits } from './entities.ts';
import type { Output } from './output.ts';
import { collectOutput } from './output.ts';
import type { FromContainer, RuntimeReply, ToContainer } from './protocol.ts';

/** How a call to the container ended. */
export type ContainerReply =
  | { kind: 'reply'; status: number; body: string; logs: string[] }
  | { kind: 'timeout' | 'memory' | 'exit'; logs: string[] };

export interface Container {
  /** The process's id. */
  pid: number;
  /** Sends one message and waits for the answer. Kills the process on timeout. */
  call(message: ToContainer): Promise<ContainerReply>;
  alive(): boolean;
  /** Kills the process and waits until it is gone. */
  stop(): Promise<void>;
}

export interface ContainerOptions {
  /** Folder with runner.cjs and the packages of the image. */
  image: string;
  limits: ActionLimits;
  env: Record<string, string>;
  /** The clock of the log lines. */
  clock: () => Date;
}

type End = 'exit' | 'memory';

interface State {
  child: ChildProcess;
  timeout: number;
  output: Output;
  ended: Promise<End>;
  alive: boolean;
}

/** The share of a container's memory for V8's old generation. The rest is for code, buffers and young objects. */
const HEAP_SHARE = 0.8;
/** The exit code a shell reports for SIGABRT, with which V8 ends a process whose heap is full. */
const ABORTED = 134;

/** Starts a container's process, and waits until it can take messages or has died. */
export async function startContainer({ image, limits, env, clock }: ContainerOptions): Promise<Container> {
  const child = fork(path.join(image, 'runner.cjs'), [], {
    cwd: image,
    env,
    execArgv: ['--expose-gc', `--max-old-space-size=${Math.floor(limits.memory * HEAP_SHARE)}`],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const output = collectOutput(child, limits.logs, clock);
  const state: State = { child, timeout: limits.timeout, output, ended: endOf(child), alive: true };
  void state.ended.then(() => {
    state.alive = false;
  });
  await Promise.race([new Promise((resolve) => child.once('message', resolve)), state.ended]);
  return {
    pid: child.pid ?? 0,
    call: (message) => call(state, message),
    alive: () => state.alive,
    stop: () => stop(state),
  };
}

function endOf(child: ChildProcess): Promise<End> {
  return new Promise((resolve) => {
    child.on('error', () => resolve('exit'));
    child.once('exit', (code, signal) =>
      resolve(code === ABORTED || signal === 'SIGABRT' ? 'memory' : 'exit'),
    );
  });
}

async function call(state: State, message: ToContainer): Promise<ContainerReply> {
  const { child, output, ended } = state;
  const timer = startTimer(state.timeout);
  const first = await Promise.race([replyOf(child, message), ended, timer.over]);
  timer.cancel();
  if (typeof first === 'string') {
    if (first === 'timeout') await stop(state);
    return { kind: first, logs: await output.rest() };
  }
  // The output of a successful start belongs to the first activation.
  const isLoaded = message.type === 'init' && first.status === 200;
  const logs = isLoaded ? [] : await output.untilSentinel();
  return { kind: 'reply', status: first.status, body: first.body, logs };
}

function replyOf(child: ChildProcess, message: ToContainer): Promise<RuntimeReply> {
  return new Promise((resolve) => {
    child.once('message', (answer: FromContainer) => {
      if (answer.type === 'reply') resolve(answer);
    });
    child.send(message, () => undefined);
  });
}

function startTimer(milliseconds: number) {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<'timeout'>((resolve) => {
    timer = setTimeout(() => resolve('timeout'), milliseconds);
  });
  return { over, cancel: () => clearTimeout(timer) };
}

async function stop({ child, ended }: State): Promise<void> {
  child.kill('SIGKILL');
  await ended;
}
