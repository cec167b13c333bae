import * as z from 'zod';
import { csv, json } from '../lib/answer.ts';
import type { Overview, RepositoryStats, TrafficTable } from '../lib/answers/stats.ts';
import { type Call, createApp, serve } from '../lib/app.ts';
import { requireAccess } from '../lib/caller.ts';
import { toCsv } from '../lib/csv.ts';
import { isDay } from '../lib/day.ts';
import { bearsDataToken, requireDataAccess } from '../lib/identity/data-token.ts';
import { requireRepositoryRow } from '../lib/repositories/repository.ts';
import { parseId, parseQuery, toId } from '../lib/request.ts';
import { bucketDays } from '../lib/stats/buckets.ts';
import { readOverview, toOverviewCsv } from '../lib/stats/overview.ts';
import { readFigures, readRepositoryTraffic } from '../lib/stats/repository.ts';
import { toExtraCsv } from '../lib/stats/repository-csv.ts';
import { readRepositorySums, readSteps, readTrafficSums } from '../lib/stats/sums.ts';
import { readPageSize, readTable, requireWhole } from '../lib/stats/table.ts';

/** Before anything that was collected or imported, and late enough for the calendars of the databases. */
const EARLIEST = '1970-01-01';

const day = z
  .string()
  .refine(isDay, 'Give a day that exists, as YYYY-MM-DD.')
  .refine((text) => text >= EARLIEST, `Give a day from ${EARLIEST} on.`);

/** Either a named range ending today, or from and to (both included). Without any: 30 days. */
const span = {
  range: z.enum(['7', '14', '30', '90', '365', 'all']).optional(),
  from: day.optional(),
  to: day.optional(),
  /** Without it: days up to 92 days, weeks up to two years, then months. */
  by: z.enum(['day', 'week', 'month']).optional(),
  format: z.enum(['json', 'csv']).default('json'),
};

type Span = { range?: unknown; from?: unknown; to?: unknown };
const isOneSpan = ({ range, from, to }: Span) =>
  range === undefined || (from === undefined && to === undefined);
const ONE_SPAN = 'Give either range, or from and to.';

export const OverviewQuery = z
  .strictObject({
    ...span,
    q: z.string().max(100).optional(),
    sort: z
      .enum(['name', 'viewCount', 'viewUniques', 'cloneCount', 'cloneUniques', 'change', 'stars'])
      .default('viewCount'),
    order: z.enum(['asc', 'desc']).optional(),
    page: z.coerce.number().int().min(1).max(10_000).default(1),
    size: z.coerce.number().int().min(1).max(100).default(50),
  })
  .refine(isOneSpan, ONE_SPAN);

export const RepositoryQuery = z
  .strictObject({
    ...span,
    /** What a CSV file holds: `stars` are the days, weeks or months of all years, whatever the range. */
    of: z.enum(['traffic', 'stars', 'downloads', 'assets', 'workflow-runs']).default('traffic'),
  })
  .refine(isOneSpan, ONE_SPAN);

export const TableQuery = z
  .strictObject({
    ...span,
    q: z.string().max(100).optional(),
    /** Without it: the first page; a CSV file must then hold all rows. */
    page: z.coerce.number().int().min(1).max(10_000).optional(),
    /** Rows of a page; of CSV as many as fit, at most 10,000, and `x-total-count` tells all. */
    size: z.coerce.number().int().min(1).max(1000).default(100),
    /** Ids, separated by commas: only these repositories. */
    repositories: z
      .string()
      .regex(/^[1-9]\d{0,9}(,[1-9]\d{0,9}){0,999}$/, 'Give ids of repositories, separated by commas.')
      .optional(),
    /** Of CSV: `seed` are the first eight columns only, of which more rows fit into an answer. */
    columns: z.enum(['all', 'seed']).default('all'),
    /**
     * As CSV only: `repositories` is one row per bucket, of all repositories together; `days` one per repository, of the
     * whole range.
     */
    sum: z.enum(['repositories', 'days']).optional(),
    /**
     * As CSV only: the rows are days up to 92 days, weeks up to two years, then months; of so many repositories with most
     * views and as many with most clones, and one of all others together, which has no name.
     */
    top: z.coerce.number().int().min(1).max(15).optional(),
    /** With `top`: no row is shorter. */
    least: z.literal('week').optional(),
  })
  .refine(isOneSpan, ONE_SPAN)
  .refine(({ sum, top, format }) => format === 'csv' || !(sum || top), 'sum and top are for format=csv.')
  .refine(({ sum, by, top }) => top === undefined || !(sum || by), 'Give top without sum and by.')
  .refine(({ top, least }) => top !== undefined || least === undefined, 'least is for top.');

const CSV_ROWS = 10_000;

const app = createApp();

/** The same for what a data token reads too. */
async function requireTableAccess(c: Call) {
  const { db, config, clock } = c.env;
  if (!bearsDataToken(c.req.raw)) return requireAccess(c, 'seeTraffic');
  const now = clock();
  const tenantId = toId(c.req.param('tenantId'));
  return { db, access: await requireDataAccess(db, config.tokenKey, c.req.raw, tenantId, now), now };
}

app.get('/:tenantId', async (c) => {
  const { db, access, now } = await requireAccess(c, 'seeTraffic');
  const { format, ...query } = parseQuery(c.req.raw, OverviewQuery);
  if (format === 'csv') return csv(`traffic-${access.tenantId}`, await toOverviewCsv(db, access, query, now));
  return json<Overview>(await readOverview(db, access, query, now));
});

/** The columns of the daily table of https://github.com/IBM-Cloud/github-traffic-stats, and what that did not know. */
const SEED = ['RID', 'ORGNAME', 'REPONAME', 'TDATE', 'VIEWCOUNT', 'VUNIQUES', 'CLONECOUNT', 'CUNIQUES'];
const TABLE = [...SEED, 'STATE', 'UNIQUESEXACT', 'FIRSTDATE', 'LASTDATE'];
/** Of a row's columns without the repository's name, at most. */
const BYTES = { seed: 70, all: 112, step: 20 };

app.get('/:tenantId/table', async (c) => {
  const { db, access, now } = await requireTableAccess(c);
  const { format, page, sum, top, least, columns, ...given } = parseQuery(c.req.raw, TableQuery);
  const { repositories: ids, ...request } = given;
  const query = { ...request, repositories: ids?.split(',').map(Number) };
  if (sum === 'repositories') {
    const { range, rows } = await readTrafficSums(db, access, query, now);
    const cells = rows.map((row) => [
      null,
      null,
      null,
      row.date,
      row.viewCount,
      row.viewUniques,
      row.cloneCount,
      row.cloneUniques,
    ]);
    return csv(`traffic-${access.tenantId}-${range.by}-sums`, toCsv(SEED, cells), rows.length);
  }
  if (sum || top) {
    const { rows } = top
      ? await readSteps(db, access, { ...query, by: undefined, top, least }, now)
      : await readRepositorySums(db, access, query, now);
    const size = await readPageSize(db, access, BYTES.seed + BYTES.step, CSV_ROWS);
    const shown = rows.slice((page ? page - 1 : 0) * size).slice(0, size);
    if (page === undefined) requireWhole({ rows: shown, page: { size, total: rows.length } });
    const cells = shown.map((row) => [
      row.repositoryId,
      row.owner,
      row.name,
      row.date,
      row.viewCount,
      row.viewUniques,
      row.cloneCount,
      row.cloneUniques,
      row.step,
      row.end,
    ]);
    return csv(`traffic-${access.tenantId}-sums`, toCsv([...SEED, 'STEP', 'TEND'], cells), rows.length);
  }
  if (format === 'json') {
    const table = await readTable(db, access, { ...query, page: page ?? 1 }, now);
    const rows = table.rows.map(({ owner: _, name: __, ...row }) => row);
    return json<TrafficTable>({ ...table, rows });
  }
  const size = page === undefined ? CSV_ROWS : await readPageSize(db, access, BYTES[columns], CSV_ROWS);
  const table = await readTable(db, access, { ...query, page: page ?? 1, size }, now);
  if (page === undefined) requireWhole(table);
  const cells = table.rows.map((row) => [
    row.repositoryId,
    row.owner,
    row.name,
    row.date,
    row.viewCount,
    row.viewUniques,
    row.cloneCount,
    row.cloneUniques,
    ...(columns === 'all'
      ? [row.state, String(row.uniquesExact), ...Object.values(bucketDays(row.date, table.range))]
      : []),
  ]);
  const text = toCsv(columns === 'all' ? TABLE : SEED, cells);
  return csv(`traffic-${access.tenantId}-${table.range.by}`, text, table.page.total);
});

const FIGURES = ['viewCount', 'viewUniques', 'cloneCount', 'cloneUniques', 'state'] as const;

app.get('/:tenantId/:repositoryId', async (c) => {
  const { db, access, now } = await requireAccess(c, 'seeTraffic');
  const repositoryId = parseId(c.req.param('repositoryId'), 'repository');
  const { format, of, ...query } = parseQuery(c.req.raw, RepositoryQuery);
  if (format === 'json')
    return json<RepositoryStats>(await readRepositoryTraffic(db, access, repositoryId, query, now));
  const row = await requireRepositoryRow(db, access, repositoryId);
  if (of !== 'traffic') {
    const text = await toExtraCsv[of]({ db, row, query, now });
    return csv(`${of}-${access.tenantId}-${repositoryId}`, text);
  }
  const { range, buckets, series } = await readFigures(db, row, query, now);
  const rows = buckets.map((bucket, place) => [
    bucket,
    ...FIGURES.map((column) => series[column][place] ?? null),
    String(series.uniquesExact[place]),
    ...Object.values(bucketDays(bucket, range)),
  ]);
  const header = ['date', ...FIGURES, 'uniquesExact', 'firstDate', 'lastDate'];
  return csv(`traffic-${access.tenantId}-${repositoryId}`, toCsv(header, rows));
});

export const main = serve(app);
