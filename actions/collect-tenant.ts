import { setTimeout as wait } from 'node:timers/promises';
import * as z from 'zod';
import { openActivations, withRetries } from '../lib/activations.ts';
import { serveJob } from '../lib/app.ts';
import { collectTenant } from '../lib/collector.ts';
import { createRunRateLimiter, type RunRateLimiter } from '../lib/github-limits/run-rate-limiter.ts';
import { MAX_ID, parseValue } from '../lib/request.ts';
import { startPublication } from '../lib/shares/start.ts';
import { openTenantGitHub } from '../lib/tenants/github.ts';

const Arguments = z.object({
  tenantId: z.int().positive().max(MAX_ID),
  runId: z.int().positive().max(MAX_ID),
});

/** GitHub must answer this long before the activation ends. */
const RESERVE_MS = 8_000;
/** Stop trying to start the next activation this long before the end. */
const STOP_MS = 3_000;

/** Works through a run that `collect` or a person started. Continues in a fresh activation when its time is up. */
export const main = serveJob(async ({ db: dbOfAll, ...others }) => {
  const { clock, activation, dbFor } = others;
  const run = parseValue(activation.parameters, Arguments);
  const db = dbFor({ tenants: [run.tenantId] });
  const services = { ...others, db };
  const timeLeft = () => activation.deadline.getTime() - Date.now();
  let saveTokenExpiry = async () => {};
  let rateLimiter: RunRateLimiter | undefined;
  const openGitHub = async (tenantId: number) => {
    const deadline = new Date(clock().getTime() + Math.min(timeLeft() - RESERVE_MS, 3_600_000));
    const toRateLimiter = (fingerprint: string) => {
      // No tenant owns a token's use, so these many statements need not say whose rows they may see.
      const open = { db: dbFor('nothing'), fingerprint, timeLeft: () => timeLeft() - RESERVE_MS };
      rateLimiter = createRunRateLimiter(open);
      return rateLimiter;
    };
    const opened = await openTenantGitHub(services, tenantId, deadline, toRateLimiter);
    saveTokenExpiry = opened.saveTokenExpiry;
    return opened;
  };
  const activations = withRetries(openActivations(services.config.openwhisk), {
    timeLeft: () => timeLeft() - STOP_MS,
    wait,
  });
  try {
    const collected = await collectTenant({ db, dbOfAll, clock, openGitHub, timeLeft, activations }, run);
    await saveTokenExpiry();
    if (!collected.handedOver) await startPublication({ db, activations }, run.tenantId);
    return { ...collected };
  } finally {
    await rateLimiter?.release();
  }
});
