import { createPersonRateLimiter } from '../github-limits/person-rate-limiter.ts';
import type { AppServices } from '../server-app.ts';
import { openTenantGitHub, type TenantGitHub } from './github.ts';

/** GitHub must answer this long before the activation ends. */
const RESERVE_MS = 10_000;
const MAX_MS = 50_000;
/** How long a call may take at GitHub, besides waiting for its limits. */
const ASKING_MS = 10_000;

/**
 * Opens GitHub with the tenant's token or installation for a person who waits: their requests go before those of runs. Throws
 * what `openTenantGitHub` throws.
 */
export async function openGitHubForPerson(
  services: AppServices & { activation: { deadline: Date } },
  tenantId: number,
): Promise<TenantGitHub> {
  const { activation, clock, db } = services;
  const timeLeft = Math.min(activation.deadline.getTime() - Date.now() - RESERVE_MS, MAX_MS);
  const deadline = new Date(clock().getTime() + timeLeft);
  const maxWait = Math.max(0, timeLeft - ASKING_MS);
  const toRateLimiter = (fingerprint: string) => createPersonRateLimiter({ db, fingerprint, maxWait });
  return openTenantGitHub(services, tenantId, deadline, toRateLimiter);
}
