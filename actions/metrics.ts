import * as z from 'zod';
import { createApp, serve } from '../lib/app.ts';
import { requireAccess } from '../lib/caller.ts';
import { groupParameter } from '../lib/fields.ts';
import { inGroup } from '../lib/groups.ts';
import { toMetricsType } from '../lib/metrics/exposition.ts';
import { readMetrics } from '../lib/metrics.ts';
import { parseQuery } from '../lib/request.ts';

export const MetricsQuery = z.strictObject({
  group: groupParameter,
  /** A page holds 500 repositories, by name. */
  page: z.coerce.number().int().min(1).max(10_000).default(1),
});

const app = createApp();

app.get('/:tenantId', async (c) => {
  const { db, access, now } = await requireAccess(c, 'seeTraffic');
  const { group, page } = parseQuery(c.req.raw, MetricsQuery);
  const body = await readMetrics(db, await inGroup(db, access, group), page, now);
  const type = toMetricsType(c.req.raw.headers.get('accept'));
  return { status: 200, headers: { 'content-type': type }, body };
});

export const main = serve(app);
