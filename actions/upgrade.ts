import * as z from 'zod';
import { serveJob } from '../lib/app.ts';
import { MAX_ID, parseValue } from '../lib/request.ts';
import { upgradeInstallation } from '../lib/upgrade.ts';

const Parameters = z.object({ after: z.int().min(0).max(MAX_ID).default(0) });

/** Stop correcting stored days this long before the activation ends. */
const RESERVE_MS = 60_000;

/**
 * Not a web action: `deploy.sh` starts it with the namespace's key. If the answer's `traffic.next` is not null, call it
 * again with that as `after`.
 */
export const main = serveJob(
  async (services) => {
    const { activation } = services;
    const { after } = parseValue(activation.parameters, Parameters);
    const isTime = () => activation.deadline.getTime() - Date.now() > RESERVE_MS;
    return { ...(await upgradeInstallation({ ...services, isTime }, after)) };
  },
  { as: 'owner' },
);
