import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';

/**
 * When a process started, in the system's own format. Together with the process id it identifies one process, even after
 * the id was reused. Null: there is no such process, or it is a zombie, as in containers without an init.
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

/** Whether `file` is a lock whose process is gone. False for a missing file, or one that is no lock. */
export function isAbandoned(file: string): boolean {
  return holderOf(file) === 'gone';
}

/** Whether a running process holds the lock `file`. */
export function isHeld(file: string): boolean {
  return holderOf(file) === 'alive';
}

/**
 * Takes the lock `file`, in an existing folder, for this process. Returns a function that releases it, or null if a
 * running process (maybe this one) holds it. The lock of a killed process is free.
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
