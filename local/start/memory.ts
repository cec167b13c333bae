import { performance } from 'node:perf_hooks';
import v8 from 'node:v8';
import { runInNewContext } from 'node:vm';

// V8 makes room for young objects as if a server had nothing to share its machine with: up to 32 MB, which it keeps. This server
// mostly waits for the actions and the database. Import this module first, because growing cannot be undone. Whoever starts Node
// passes --single-threaded, which only works from the beginning: V8's own threads keep memory each.
v8.setFlagsFromString('--semi-space-growth-factor=1');
v8.setFlagsFromString('--optimize-for-size');
v8.setFlagsFromString('--expose-gc');
// V8's optimizing compiler takes megabytes. Nothing in a start runs often enough to be worth it.
v8.setFlagsFromString('--no-opt');
const collect: () => void = runInNewContext('gc');

const PERIOD_MS = 5_000;
/** A process that works less than this share of a period is idle. */
const IDLE_SHARE = 0.05;
/** V8 drops compiled code that this many collections in a row found unused. */
const COLLECTIONS = 8;

/** From now on, V8 compiles what runs often to its fastest form. */
export function optimize(): void {
  v8.setFlagsFromString('--opt');
}

/**
 * From now on, collects garbage when this process has nothing else to do. By itself, V8 waits until more memory is needed.
 */
export function collectWhenIdle(): void {
  let since = performance.eventLoopUtilization();
  let left = COLLECTIONS;
  const check = () => {
    const { utilization } = performance.eventLoopUtilization(since);
    if (utilization > IDLE_SHARE) left = COLLECTIONS;
    else if (left > 0) {
      left -= 1;
      collect();
    }
    since = performance.eventLoopUtilization();
  };
  setInterval(check, PERIOD_MS).unref();
}
