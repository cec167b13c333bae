import * as z from 'zod';
import { createApp, serve } from '../lib/app.ts';
import { requireAddressAccess } from '../lib/caller.ts';
import { readTenantFeed, toFeedAnswer } from '../lib/feeds.ts';
import { parseQuery } from '../lib/request.ts';

export const FeedQuery = z.strictObject({
  /** A key with the scope `feed`. */
  key: z.string().max(100).optional(),
});

const app = createApp();

app.get('/:tenantId', async (c) => {
  const { db, access, key, now } = await requireAddressAccess(c, 'feed');
  parseQuery(c.req.raw, FeedQuery);
  const { pagesUrl, issuer } = c.env.config;
  const atom = await readTenantFeed(db, { access, key, pagesUrl, issuer }, now);
  return toFeedAnswer(atom, c.req.raw);
});

export const main = serve(app);
