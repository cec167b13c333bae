import * as z from 'zod';
import { json } from '../lib/answer.ts';
import type { ExportPart, ExportPlan } from '../lib/answers/exports.ts';
import { createApp, serve } from '../lib/app.ts';
import { recordExport } from '../lib/audit.ts';
import { requireAccess } from '../lib/caller.ts';
import { EXPORT_TABLE_NAMES } from '../lib/exports/format.ts';
import { planExport, readExportPart } from '../lib/exports.ts';
import { parseQuery, parseValue } from '../lib/request.ts';

export const ExportPartQuery = z.strictObject({
  /** The `nextCursor` of the part before; empty for the first. */
  cursor: z.string().max(1000).optional(),
});

const path = z.object({ table: z.enum(EXPORT_TABLE_NAMES) });

const app = createApp();

app.get('/:tenantId', async (c) => {
  const { db, access, now } = await requireAccess(c, 'seeTraffic');
  return json<ExportPlan>(await planExport(db, access, now));
});

app.get('/:tenantId/:table', async (c) => {
  const { db, access, tenantId, by } = await requireAccess(c, 'seeTraffic');
  const { table } = parseValue({ table: c.req.param('table') }, path);
  const { cursor } = parseQuery(c.req.raw, ExportPartQuery);
  const isFirst = table === EXPORT_TABLE_NAMES[0] && !cursor;
  const download = { tenantId, name: `export-${tenantId}.zip`, request: c.req.raw, isLaterPart: !isFirst };
  await recordExport(db, by, download);
  return json<ExportPart>(await readExportPart(db, access, { table, cursor }));
});

export const main = serve(app);
