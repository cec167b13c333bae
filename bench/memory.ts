import { readdirSync, readFileSync } from 'node:fs';

/** The most memory that a process had, in MB. */
export function peakMemoryOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
}

/** How many milliseconds a process's threads have had of the processor. */
export function processorTimeOf(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`);
  const nanoseconds = threads.map((thread) => {
    const [running = '0'] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ');
    return Number(running);
  });
  return nanoseconds.reduce((sum, one) => sum + one, 0) / 1e6;
}

/** The most memory that the largest container which this process has started had, in MB. */
export function peakMemory(): number {
  const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8')
    .trim()
    .split(' ');
  const containers = children.filter((pid) =>
    readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('runner.cjs'),
  );
  return Math.max(...containers.map((pid) => peakMemoryOf(Number(pid))));
}

const readProcess = (pid: number, file: string) => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
};

/** Whether this process started it, itself or by others. Other browsers may run on the machine. */
function isOurs(pid: number): boolean {
  const [, parent = '0'] = /^PPid:\s+(\d+)/m.exec(readProcess(pid, 'status')) ?? [];
  return Number(parent) > 1 && (Number(parent) === process.pid || isOurs(Number(parent)));
}

/**
 * The most memory that a process of our Chromium has taken so far, in MB: of the largest page (`renderer`), or of the browser itself,
 * which holds what pages save.
 */
export function peakOfBrowser(part: 'renderer' | 'browser'): number {
  const isPart = (command: string) =>
    part === 'renderer' ? command.includes('--type=renderer') : !command.includes('--type=');
  const peaks = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      const command = readProcess(pid, 'cmdline');
      return command.includes('chrom') && isPart(command) && isOurs(pid);
    })
    .map((pid) => Number(/^VmHWM:\s+(\d+)/m.exec(readProcess(pid, 'status'))?.[1] ?? 0) / 1000);
  return Math.max(0, ...peaks);
}
