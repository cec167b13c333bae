import { readFileSync } from 'node:fs';

/** The most memory that a process had, in MB. */
export function peakMemoryOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
}

/** The same of the largest container that this process has started. */
export function peakMemory(): number {
  const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8')
    .trim()
    .split(' ');
  const containers = children.filter((pid) =>
    readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('runner.cjs'),
  );
  return Math.max(...containers.map((pid) => peakMemoryOf(Number(pid))));
}
