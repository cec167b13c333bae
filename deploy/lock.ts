import { hostname, userInfo } from 'node:os';
import type { Platform } from './platform.ts';

/** Who deploys: the process of deploy.sh. */
export interface Holder {
  host: string;
  user: string;
  pid: number;
  /** An instant, ISO 8601. */
  since: string;
}

/** A trigger without rules. Only one of two deployments can create it, if neither overwrites it. */
const PATH = 'triggers/traffic-deployment';
const ANNOTATION = 'deployment';
const STALE_MILLISECONDS = 3_600_000;

/** The deployment that is running or was killed; null: none. */
export async function readHolder(platform: Platform): Promise<Holder | null> {
  const trigger = await platform.get(PATH);
  const holder = trigger?.annotations?.find(({ key }) => key === ANNOTATION)?.value;
  return (holder as Holder | undefined) ?? null;
}

/** Keeps out other deployments of this namespace from any machine. Throws a sentence if one is running. */
export async function takeDeploymentLock(platform: Platform, pid: number, now: Date): Promise<void> {
  const holder: Holder = { host: hostname(), user: userInfo().username, pid, since: now.toISOString() };
  const entity = { annotations: [{ key: ANNOTATION, value: holder }] };
  if (await platform.put(PATH, entity)) return;
  const other = await readHolder(platform);
  if (other && !isGone(other, now))
    throw new Error(
      `${other.user} on ${other.host} has been deploying to this namespace since ${other.since}. Wait until it has ended; if it was killed, remove its mark: wsk trigger delete traffic-deployment`,
    );
  await platform.remove(PATH);
  if (!(await platform.put(PATH, entity)))
    throw new Error('Another deployment has just started. Wait until it has ended.');
}

/** Releases the lock that this process took. */
export async function releaseDeploymentLock(platform: Platform, pid: number): Promise<void> {
  const holder = await readHolder(platform);
  if (holder?.host === hostname() && holder.pid === pid) await platform.remove(PATH);
}

function isGone({ host, pid, since }: Holder, now: Date): boolean {
  if (now.getTime() - Date.parse(since) > STALE_MILLISECONDS) return true;
  return host === hostname() && !isAlive(pid);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
