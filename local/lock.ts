import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';

/**
 * When a process began, in whatever words the system tells it; null when there is no such process, or only a dead one
 * that nobody waited for, as containers without an init have them. Together with the process id it names one process,
 * also after the id was given to another.
 */
function beginningOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? null : (fields[19] ?? null);
  } catch {
    if (process.platform === 'linux') return null;
    return spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).stdout?.trim() || null;
  }
}

type Holder = 'alive' | 'gone' | 'unknown';

function holderOf(file: string): Holder {
  try {
    const { pid, began } = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof began !== 'string') return 'unknown';
    return beginningOf(pid) === began ? 'alive' : 'gone';
  } catch {
    return 'unknown';
  }
}

/** True of a lock whose process is known to be gone; false of a file that is not there or no lock. */
export function isAbandoned(file: string): boolean {
  return holderOf(file) === 'gone';
}

/**
 * Takes the lock `file`, in a folder that exists, for this process. Returns what gives it back, or null when a living
 * process (maybe this one) holds it: the lock of a process that was killed is nobody's.
 */
export function takeLock(file: string): (() => void) | null {
  if (holderOf(file) === 'alive') return null;
  rmSync(file, { force: true });
  const lock = JSON.stringify({ pid: process.pid, began: beginningOf(process.pid) });
  try {
    writeFileSync(file, lock, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return null;
    throw error;
  }
  return () => rmSync(file, { force: true });
}
