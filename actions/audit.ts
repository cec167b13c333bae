import * as z from 'zod';
import { type Answer, csv, json } from '../lib/answer.ts';
import type { AuditLog } from '../lib/answers/audit.ts';
import { type Call, createApp, serve } from '../lib/app.ts';
import { type Actor, AUDIT_AREAS, listAudit, recordExport, toAuditCsv } from '../lib/audit.ts';
import { requireAccess, requireSystemRight } from '../lib/caller.ts';
import type { Db } from '../lib/db/database.ts';
import { dayField } from '../lib/fields.ts';
import { parseQuery } from '../lib/request.ts';

export const AuditQuery = z.strictObject({
  /** `deletions` are of all areas. */
  area: z.enum(AUDIT_AREAS).optional(),
  /** A part of who did it, or of the name of what was changed. */
  q: z.string().max(100).optional(),
  /** The first and the last UTC day. */
  from: dayField.optional(),
  to: dayField.optional(),
  /**
   * The `nextCursor` of the page before, for CSV its header `x-next-cursor`; empty: the first page. Without it, a CSV file
   * must hold all entries.
   */
  cursor: z.string().max(100).optional(),
  /** Entries per page. A CSV page holds as many as fit; `x-total-count` of the first gives the total. */
  limit: z.coerce.number().int().min(1).max(200).default(50),
  format: z.enum(['json', 'csv']).default('json'),
});

const app = createApp();

app.get('/', async (c) => toAnswer(c, { ...(await requireSystemRight(c, 'seeAllAudit')), tenantId: null }));

app.get('/:tenantId', async (c) => toAnswer(c, await requireAccess(c, 'seeAudit')));

async function toAnswer(c: Call, reader: { db: Db; tenantId: number | null; by: Actor }): Promise<Answer> {
  const { db, tenantId, by } = reader;
  const { format, limit, ...query } = parseQuery(c.req.raw, AuditQuery);
  if (format === 'json') return json<AuditLog>(await listAudit(db, tenantId, query, limit));
  const name = `audit-${tenantId ?? 'all'}`;
  const { text, ...part } = await toAuditCsv(db, tenantId, query);
  await recordExport(db, by, { tenantId, name, request: c.req.raw });
  return csv(name, text, part);
}

export const main = serve(app);
