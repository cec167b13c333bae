import * as z from 'zod';
import { serveJob } from '../lib/app.ts';
import { openFiles } from '../lib/files.ts';
import { MAX_ID, parseValue } from '../lib/request.ts';
import { publishShares } from '../lib/shares.ts';

const Arguments = z.object({
  /** Only this tenant's shares; without it, those of all. */
  tenantId: z.int().positive().max(MAX_ID).optional(),
});

/** Begin no share with less time left than this. */
const RESERVE_MS = 60_000;

/**
 * Writes the files of shares again: after a collection, when somebody may see less than before, and by an hourly alarm, which
 * repairs what was missed. What a share may show depends on its maker's roles, so it runs as `web`.
 */
export const main = serveJob(
  async ({ dbFor, config, secrets, clock, activation }) => {
    if (config.files === null) return { written: 0, failed: 0, removed: 0, complete: true };
    const { tenantId } = parseValue(activation.parameters, Arguments);
    const db = dbFor(tenantId === undefined ? 'all tenants' : { tenants: [tenantId] });
    const isTime = () => activation.deadline.getTime() - Date.now() > RESERVE_MS;
    const publishing = { db, files: openFiles(config.files), secrets, now: clock() };
    return { ...(await publishShares(publishing, { tenantId, isTime })) };
  },
  { as: 'web' },
);
