// Plain JavaScript, because build.mjs asks too, before there is anything built.
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';

/**
 * When a process began, in whatever unit the system tells it; null when there is no such process. Together with the
 * process id it names one process, also after the id was given to another.
 * @param {number} pid
 */
function beginningOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    if (process.platform === 'linux') return null;
    return spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).stdout?.trim() || null;
  }
}

/**
 * The process id of the living process that holds the lock `file`, or null: a lock of a process that was killed is
 * nobody's.
 * @param {string} file
 * @returns {number | null}
 */
export function lockHolder(file) {
  try {
    const { pid, began } = JSON.parse(readFileSync(file, 'utf8'));
    return began && beginningOf(pid) === began ? pid : null;
  } catch {
    return null;
  }
}

/**
 * Takes the lock `file` for this process; its folder must exist.
 * @param {string} file
 * @returns {(() => void) | null} gives the lock back; null when a living process (maybe this one) holds it
 */
export function takeLock(file) {
  if (lockHolder(file) !== null) return null;
  rmSync(file, { force: true });
  const lock = JSON.stringify({ pid: process.pid, began: beginningOf(process.pid) });
  try {
    writeFileSync(file, lock, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return null;
    throw error;
  }
  return () => rmSync(file, { force: true });
}
