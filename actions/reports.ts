import * as z from 'zod';
import { type Answer, json } from '../lib/answer.ts';
import type { Report } from '../lib/answers/reports.ts';
import { createApp, serve } from '../lib/app.ts';
import { recordExport } from '../lib/audit.ts';
import { requireAccess } from '../lib/caller.ts';
import { groupParameter } from '../lib/fields.ts';
import { isOnePeriod, ONE_PERIOD, periodFields, toPeriod } from '../lib/reports/asked.ts';
import { toHtmlFile } from '../lib/reports/html.ts';
import { toMarkdown } from '../lib/reports/markdown.ts';
import { readReport } from '../lib/reports/report.ts';
import { parseQuery } from '../lib/request.ts';
import { getTenant } from '../lib/tenants/tenant.ts';

/** A month or week, or `from` and `to`, both included. Default: the newest month that has ended. */
export const ReportRequest = z
  .strictObject({
    ...periodFields,
    group: groupParameter,
    /** `markdown` and `html` are files; the HTML needs nothing else. */
    as: z.enum(['json', 'markdown', 'html']).default('json'),
  })
  .refine(isOnePeriod, ONE_PERIOD);

const app = createApp();

/** How each file is made, and what it is. */
const FILES = {
  markdown: { write: toMarkdown, extension: 'md', type: 'text/markdown; charset=utf-8' },
  html: { write: toHtmlFile, extension: 'html', type: 'text/html; charset=utf-8' },
} as const;

app.get('/:tenantId', async (c) => {
  const { db, access, tenantId, now, by } = await requireAccess(c, 'seeTraffic');
  const { group = null, as, ...asked } = parseQuery(c.req.raw, ReportRequest);
  const { name } = await getTenant(db, tenantId);
  const subject = { tenant: { tenantId, name }, groupId: group, access };
  const report = await readReport(db, subject, toPeriod(asked, now), now);
  if (as === 'json') return json<Report>(report);
  const { write, extension, type } = FILES[as];
  const { key, from, to } = report.period;
  const file = `report-${tenantId}-${key ?? `${from}-${to}`}.${extension}`;
  await recordExport(db, by, { tenantId, name: file, request: c.req.raw });
  return toFile({ file, type, body: write(report, { pagesUrl: c.env.config.pagesUrl }) });
});

/** Browsers save it, and do not show it as a page of the API. */
function toFile({ file, type, body }: { file: string; type: string; body: string }): Answer {
  const headers = { 'content-type': type, 'content-disposition': `attachment; filename="${file}"` };
  return { status: 200, headers, body };
}

export const main = serve(app);
