import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import path from 'node:path';
import { collectOutput } from './output.ts';
import type { FromContainer, RuntimeReply, ToContainer } from './protocol.ts';

/** How a call to the container ended. */
export type ContainerReply =
  | { kind: 'reply'; status: number; body: string; logs: string[] }
  | { kind: 'timeout'; logs: string[] }
  | { kind: 'memory'; logs: string[] }
  | { kind: 'exit'; logs: string[] };

export interface Container {
  /** Sends one message and waits for its answer; kills the process after `timeout` ms. */
  call(message: ToContainer, timeout: number): Promise<ContainerReply>;
  alive(): boolean;
  /** Kills the process and waits until it is gone. */
  stop(): Promise<void>;
}

export interface ContainerOptions {
  /** Folder with runner.cjs and the packages of the image. */
  image: string;
  memoryMegabytes: number;
  env: Record<string, string>;
  /** Time for the log lines. */
  clock: () => Date;
}

/** Part of a container's memory that V8's old generation may take; the rest is code, buffers and young objects. */
const HEAP_SHARE = 0.8;

/** Starts the process of a container and waits until it can take messages. */
export async function startContainer(options: ContainerOptions): Promise<Container> {
  const heap = Math.max(32, Math.floor(options.memoryMegabytes * HEAP_SHARE));
  const child = fork(path.join(options.image, 'runner.cjs'), [], {
    cwd: options.image,
    env: options.env,
    execArgv: ['--expose-gc', `--max-old-space-size=${heap}`],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const container = attach(child, options.clock);
  await new Promise<void>((resolve) => {
    child.once('message', () => resolve());
    child.once('exit', () => resolve());
  });
  return container;
}

function attach(child: ChildProcess, clock: () => Date): Container {
  const output = collectOutput(child, clock);
  const gone = new Promise<ContainerReply['kind']>((resolve) => {
    child.once('error', () => resolve('exit'));
    child.once('exit', (code, signal) => resolve(code === 134 || signal === 'SIGABRT' ? 'memory' : 'exit'));
  });
  let dead = false;
  void gone.then(() => {
    dead = true;
  });

  async function call(message: ToContainer, timeout: number): Promise<ContainerReply> {
    const replied = new Promise<RuntimeReply>((resolve) => {
      child.on('message', function listen(answer: FromContainer) {
        if (answer.type !== 'reply') return;
        child.off('message', listen);
        resolve(answer);
      });
    });
    child.send(message, () => undefined);
    const timer = deadline(timeout);
    const first = await Promise.race([replied, gone, timer.expired]);
    timer.cancel();
    if (typeof first === 'object') return settled(first, message.type);
    if (first === 'timeout') await stop();
    return { kind: first === 'reply' ? 'exit' : first, logs: await output.rest() };
  }

  async function settled(answer: RuntimeReply, type: ToContainer['type']): Promise<ContainerReply> {
    // A successful start leaves its output to the first activation.
    const logs = type === 'init' && answer.status === 200 ? [] : await output.untilSentinel();
    return { kind: 'reply', status: answer.status, body: answer.body, logs };
  }

  async function stop(): Promise<void> {
    child.kill('SIGKILL');
    await gone;
  }

  return { call, stop, alive: () => !dead };
}

function deadline(timeout: number) {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<'timeout'>((resolve) => {
    timer = setTimeout(() => resolve('timeout'), timeout);
  });
  return { expired, cancel: () => clearTimeout(timer) };
}
