import { readFileSync } from 'node:fs';

/** What Linux counts processor time in. */
const TICK_MS = 10;

/** The children of this process whose command line contains a text. */
function childrenOf(parent: number): number[] {
  return readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8')
    .trim()
    .split(' ')
    .filter((pid) => pid !== '')
    .map(Number);
}

const commandLineOf = (pid: number) => readFileSync(`/proc/${pid}/cmdline`, 'utf8');

/** The fields of `/proc/PID/stat` after the name: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
const statOf = (pid: number) =>
  readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');

/** The processor time that a process has used, in milliseconds. */
export function processorTimeOf(pid: number): number {
  const stat = statOf(pid);
  return (Number(stat[11]) + Number(stat[12])) * TICK_MS;
}

/** The same of the PostgreSQL server that this process has started, with the processes that it started and has ended. */
export function processorTimeOfServer(): number {
  const servers = childrenOf(process.pid).filter((pid) => /\bpostgres\b/.test(commandLineOf(pid)));
  return servers.reduce((sum, server) => {
    const stat = statOf(server);
    const ended = (Number(stat[13]) + Number(stat[14])) * TICK_MS;
    const running = [server, ...childrenOf(server)].reduce((total, pid) => total + processorTimeOf(pid), 0);
    return sum + ended + running;
  }, 0);
}

/** What this process, the database server that it started and a container have used together. */
export function processorTimeWith(container: number): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000 + processorTimeOf(container) + processorTimeOfServer();
}
