import type { Activations } from '../lib/activations.ts';
import { Failure } from '../lib/failure.ts';

/** The namespace's limits, and the longest an activation may run, in milliseconds. */
export interface RehearsalLimits {
  invocationsPerMinute: number;
  concurrentInvocations: number;
  timeout: number;
}

/** What an action receives. */
export interface RehearsedActivation {
  args: Record<string, unknown>;
  /** Milliseconds until it is stopped. */
  timeLeft: () => number;
}

export interface RehearsedCall {
  action: string;
  /** Epoch milliseconds; `ended` is undefined while it runs. */
  begun: number;
  ended?: number;
}

/** An OpenWhisk namespace with a simulated clock: hours pass as fast as the actions' work allows. */
export interface Rehearsal {
  activations: Activations;
  /** Epoch milliseconds. */
  time: () => number;
  wait: (milliseconds: number) => Promise<void>;
  /** Runs another task on the same clock. */
  run: (task: () => Promise<unknown>) => void;
  /** Resolves when nothing runs and nothing waits. Throws what a task threw. */
  settled: () => Promise<void>;
  /** Every activation, in the order of their starts. */
  calls: RehearsedCall[];
  /** How many starts were refused. */
  refusals: () => number;
}

const MINUTE_MS = 60_000;

/** Time that moves on only when every task waits for it. */
function openVirtualTime(start: Date) {
  const sleepers: { at: number; wake: () => void }[] = [];
  const waiting: (() => void)[] = [];
  const errors: unknown[] = [];
  let now = start.getTime();
  let busy = 0;

  function release(): void {
    busy -= 1;
    if (busy > 0) return;
    const next = sleepers.shift();
    if (!next) return void waiting.splice(0).map((resolve) => resolve());
    now = next.at;
    busy += 1;
    next.wake();
  }
  return {
    time: () => now,
    wait: (milliseconds: number) =>
      new Promise<void>((wake) => {
        const at = now + milliseconds;
        const place = sleepers.findIndex((other) => other.at > at);
        sleepers.splice(place < 0 ? sleepers.length : place, 0, { at, wake });
        release();
      }),
    run(task: () => Promise<unknown>) {
      busy += 1;
      task()
        .catch((error: unknown) => errors.push(error))
        .finally(release);
    },
    async settled() {
      if (busy > 0) await new Promise<void>((resolve) => waiting.push(resolve));
      if (errors.length > 0) throw errors[0];
    },
  };
}

/**
 * Opens a namespace whose actions are functions. Like the platform, it counts starts, refused ones included, by calendar
 * minute, and refuses those above the limit.
 */
export function openRehearsal(
  start: Date,
  limits: RehearsalLimits,
  actions: Record<string, (activation: RehearsedActivation) => Promise<unknown>>,
): Rehearsal {
  const clock = openVirtualTime(start);
  const calls: RehearsedCall[] = [];
  let minute = { number: 0, starts: 0 };
  let concurrency = 0;
  let refused = 0;

  function requireRoom(): void {
    const number = Math.floor(clock.time() / MINUTE_MS);
    if (number !== minute.number) minute = { number, starts: 0 };
    minute.starts += 1;
    if (minute.starts <= limits.invocationsPerMinute && concurrency < limits.concurrentInvocations) return;
    refused += 1;
    throw new Failure('start_failed', 'Too many activations.', { tooMany: true });
  }
  return {
    ...clock,
    calls,
    refusals: () => refused,
    activations: {
      start: async (action, args) => {
        requireRoom();
        const call: RehearsedCall = { action, begun: clock.time() };
        calls.push(call);
        concurrency += 1;
        const deadline = clock.time() + limits.timeout;
        clock.run(async () => {
          try {
            await actions[action]?.({ args, timeLeft: () => deadline - clock.time() });
          } finally {
            concurrency -= 1;
            call.ended = clock.time();
          }
        });
      },
    },
  };
}
