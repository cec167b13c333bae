import * as z from 'zod';
import type { TenantAccess } from '../lib/access.ts';
import { type Answer, csv, json } from '../lib/answer.ts';
import type { RepositoryDay, TenantDay } from '../lib/answers/day.ts';
import type {
  BeforeAfter,
  Overview,
  RepositoryStats,
  TrafficColumns,
  TrafficSeries,
  TrafficTable,
} from '../lib/answers/stats.ts';
import type { WidgetsAnswer } from '../lib/answers/widgets.ts';
import { type Call, createApp, serve } from '../lib/app.ts';
import { type Actor, recordExport } from '../lib/audit.ts';
import { requireAccess, requireAddressAccess } from '../lib/caller.ts';
import { readWidgets } from '../lib/dashboards/figures.ts';
import { MAX_WIDGETS } from '../lib/dashboards/gallery.ts';
import { FiguresSettings } from '../lib/dashboards/gallery-schema.ts';
import type { Db } from '../lib/db/database.ts';
import { dayField, groupParameter } from '../lib/fields.ts';
import { inGroup, listGroupChoices } from '../lib/groups.ts';
import { bearsDataToken, requireDataAccess } from '../lib/identity/data-token.ts';
import { refuseKeyInAddress } from '../lib/keys/use.ts';
import { requireRepositoryRow } from '../lib/repositories/repository.ts';
import { MAX_ID, parseBody, parseId, parseQuery, parseValue, toId } from '../lib/request.ts';
import { readBeforeAfter } from '../lib/stats/before-after.ts';
import { SIDE_DAYS } from '../lib/stats/before-after-days.ts';
import { readRepositoryDay, readTenantDay } from '../lib/stats/day.ts';
import { readOverview, toOverviewCsv } from '../lib/stats/overview.ts';
import { RANGES } from '../lib/stats/range-names.ts';
import { readRange, readRepositoryTraffic } from '../lib/stats/repository.ts';
import { toRepositoryCsv } from '../lib/stats/repository-csv.ts';
import { MAX_SERIES, readSeries } from '../lib/stats/series.ts';
import { readTable, toColumns } from '../lib/stats/table.ts';
import {
  spanName,
  type TableCsv,
  toRepositorySumsCsv,
  toStepsCsv,
  toTableCsv,
  toTrafficSumsCsv,
} from '../lib/stats/table-csv.ts';
import { METRICS } from '../lib/traffic/figures.ts';

/** Either a named range, or from and to (both included). Default: 30 days. */
const span = {
  range: z.enum(RANGES).optional(),
  from: dayField.optional(),
  to: dayField.optional(),
  /** Default: days for up to 92 days, weeks for up to two years, then months. */
  by: z.enum(['day', 'week', 'month']).optional(),
  format: z.enum(['json', 'csv']).default('json'),
};

/**
 * What the range is compared with: by default the period before, `year`: the same weekdays a year earlier, a day: the span as
 * long from that day on, `none`: nothing.
 */
const compare = z.union([z.enum(['year', 'none']), dayField]).optional();

type Span = { range?: unknown; from?: unknown; to?: unknown };
const isOneSpan = ({ range, from, to }: Span) =>
  range === undefined || (from === undefined && to === undefined);
const ONE_SPAN = 'Give either range, or from and to.';

export const OverviewQuery = z
  .strictObject({
    ...span,
    group: groupParameter,
    compare,
    q: z.string().max(100).optional(),
    sort: z.enum(['name', ...METRICS, 'change', 'stars']).default('viewCount'),
    order: z.enum(['asc', 'desc']).optional(),
    page: z.coerce.number().int().min(1).max(10_000).default(1),
    size: z.coerce.number().int().min(1).max(100).default(50),
  })
  .refine(isOneSpan, ONE_SPAN);

export const RepositoryQuery = z
  .strictObject({
    ...span,
    compare,
    /** What the CSV file holds. `stars` covers the whole history, whatever the range. */
    of: z
      .enum(['traffic', 'referrers', 'paths', 'stars', 'downloads', 'assets', 'workflow-runs'])
      .default('traffic'),
  })
  .refine(isOneSpan, ONE_SPAN);

const REPOSITORIES = new RegExp(`^[1-9]\\d{0,8}(,[1-9]\\d{0,8}){0,${MAX_SERIES - 1}}$`);

export const SeriesQuery = z
  .strictObject({
    range: span.range,
    from: span.from,
    to: span.to,
    by: span.by,
    group: groupParameter,
    /** Ids, separated by commas, in the order of the answer. */
    repositories: z
      .string()
      .regex(REPOSITORIES, `Give the ids of at most ${MAX_SERIES} repositories, separated by commas.`)
      .optional(),
    /** Instead of ids: this many repositories with the largest sum of `metric` in the range. */
    top: z.coerce.number().int().min(1).max(MAX_SERIES).optional(),
    metric: z.enum(METRICS).default('viewCount'),
    compare,
  })
  .refine(isOneSpan, ONE_SPAN)
  .refine(
    ({ repositories, top }) => (repositories === undefined) !== (top === undefined),
    'Give either repositories or top.',
  );

const repositoryIds = z
  .string()
  .regex(/^[1-9]\d{0,9}(,[1-9]\d{0,9}){0,999}$/, 'Give ids of repositories, separated by commas.');

export const TableQuery = z
  .strictObject({
    ...span,
    /** `columns` is JSON that has the name of each column once. */
    format: z.enum(['json', 'csv', 'columns']).default('json'),
    group: groupParameter,
    q: z.string().max(100).optional(),
    /**
     * The `nextCursor` of the page before, for CSV its header `x-next-cursor`; empty: the first page. Without it, a CSV file
     * must hold all rows.
     */
    cursor: z.string().max(1000).optional(),
    /** Rows per page. A CSV page holds as many as fit, at most 10,000; `x-total-count` of the first gives the total. */
    size: z.coerce.number().int().min(1).max(1000).default(100),
    /** Ids, separated by commas: only these repositories. */
    repositories: repositoryIds.optional(),
    /** CSV only. `seed` gives the eight columns of the system that this one re-creates, so more rows fit into an answer. */
    columns: z.enum(['all', 'seed']).default('all'),
    /**
     * CSV only. `repositories` sums all repositories into one row per bucket; `days` sums the whole range into one row per
     * repository.
     */
    sum: z.enum(['repositories', 'days']).optional(),
    /**
     * CSV only. Names this many repositories with most views and as many with most clones, and sums all others into a row
     * without a name. Rows are days for up to 92 days, weeks for up to two years, then months.
     */
    top: z.coerce.number().int().min(1).max(15).optional(),
    /** With `top`: the shortest bucket. */
    least: z.literal('week').optional(),
  })
  .refine(isOneSpan, ONE_SPAN)
  .refine(({ sum, top, format }) => format === 'csv' || !(sum || top), 'sum and top are for format=csv.')
  .refine(({ sum, by, top }) => top === undefined || !(sum || by), 'Give top without sum and by.')
  .refine(({ top, least }) => top !== undefined || least === undefined, 'least is for top.');

export const SpreadsheetQuery = z
  .strictObject({
    /** A key with the scope `spreadsheet`. */
    key: z.string().max(100).optional(),
    range: span.range,
    from: span.from,
    to: span.to,
    by: span.by,
    group: groupParameter,
    q: z.string().max(100).optional(),
    /** Ids, separated by commas: only these repositories. */
    repositories: repositoryIds.optional(),
    /** As in the table: one row per bucket for all repositories together, or one row per repository for the whole range. */
    sum: z.enum(['repositories', 'days']).optional(),
  })
  .refine(isOneSpan, ONE_SPAN);

export const TenantDayQuery = z.strictObject({
  group: groupParameter,
  /** The figure that decides which repositories made the day. */
  metric: z.enum(METRICS).default('viewCount'),
});

export const BeforeAfterQuery = z
  .strictObject({
    /** The day of the event, or the first of a span. */
    date: dayField,
    /** The last day of a span. */
    to: dayField.optional(),
    /** Only this repository. */
    repository: z.coerce.number().int().min(1).max(MAX_ID).optional(),
    group: groupParameter,
    /** The days of each side, if as many are final. */
    days: z.coerce
      .number()
      .pipe(z.union(SIDE_DAYS.map((days) => z.literal(days))))
      .default(7),
  })
  .refine(({ date, to = date }) => date <= to, 'to: Give a day from date on.')
  .refine(
    ({ repository, group }) => repository === undefined || group === undefined,
    'Give repository or group.',
  );

/** Of repositories that you pick on a dashboard. */
const MAX_PICKED = 1000;

/** What a dashboard shows, and what its widgets are set to: those that are set to the same as the dashboard follow it. */
export const WidgetsRequest = z
  .strictObject({
    range: span.range,
    from: span.from,
    to: span.to,
    compare,
    group: z.int().min(1).max(MAX_ID).optional(),
    /** Only these. */
    repositories: z.array(z.int().min(1).max(MAX_ID)).min(1).max(MAX_PICKED).optional(),
    widgets: z.array(FiguresSettings).max(MAX_WIDGETS),
  })
  .refine(isOneSpan, ONE_SPAN);
export type WidgetsRequest = z.infer<typeof WidgetsRequest>;

const app = createApp();

/** The same for routes that also accept a data token. */
async function requireTableAccess(c: Call) {
  const { dbFor, config, clock } = c.env;
  if (!bearsDataToken(c.req.raw)) return requireAccess(c, 'seeTraffic');
  const now = clock();
  await refuseKeyInAddress(dbFor, c.req.raw, now);
  const tenantId = toId(c.req.param('tenantId'));
  const db = dbFor({ tenants: tenantId === undefined ? [] : [tenantId] });
  const access = await requireDataAccess(db, config.tokenKey, c.req.raw, tenantId, now);
  return { db, access, now, by: null };
}

/** Logs who downloads the file, once for all of its pages. A data token's reads are the dashboard's, not a download. */
async function toFile(
  c: Call,
  { db, access, by }: { db: Db; access: TenantAccess; by: Actor | null },
  { name, text, ...part }: Pick<TableCsv, 'name' | 'text'> & Partial<TableCsv>,
): Promise<Answer> {
  if (by) await recordExport(db, by, { tenantId: access.tenantId, name, request: c.req.raw });
  return csv(name, text, part);
}

app.get('/:tenantId', async (c) => {
  const reader = await requireAccess(c, 'seeTraffic');
  const { db, now } = reader;
  const { format, group: groupId, ...query } = parseQuery(c.req.raw, OverviewQuery);
  const access = await inGroup(db, reader.access, groupId);
  if (format === 'csv') {
    const { text, range } = await toOverviewCsv(db, access, query, now);
    return toFile(c, reader, { name: `traffic-${access.tenantId}-${spanName(range)}`, text });
  }
  const overview = await readOverview(db, access, query, now);
  return json<Overview>({ ...overview, groups: await listGroupChoices(db, reader.access) });
});

app.get('/:tenantId/table', async (c) => {
  const reader = await requireTableAccess(c);
  const { db, now } = reader;
  const { format, cursor, sum, top, least, columns, ...given } = parseQuery(c.req.raw, TableQuery);
  const { repositories: ids, group: groupId, ...request } = given;
  const access = await inGroup(db, reader.access, groupId);
  const scope = { ...request, repositories: ids?.split(',').map(Number) };
  const toAnswer = (file: TableCsv) => toFile(c, reader, file);
  if (sum === 'repositories') return toAnswer(await toTrafficSumsCsv(db, access, scope, now));
  if (top) {
    const steps = { ...scope, by: undefined, top, least, cursor };
    return toAnswer(await toStepsCsv(db, access, steps, now));
  }
  if (sum) return toAnswer(await toRepositorySumsCsv(db, access, { ...scope, cursor }, now));
  if (format === 'csv') return toAnswer(await toTableCsv(db, access, { ...scope, cursor, columns }, now));
  const table = await readTable(db, access, { ...scope, cursor }, now);
  return format === 'columns' ? json<TrafficColumns>(toColumns(table)) : json<TrafficTable>(table);
});

/** A spreadsheet reads it again every hour, so it is not logged as a download: the list of keys says when it was last read. */
app.get('/:tenantId/table.csv', async (c) => {
  const { db, access: all, now } = await requireAddressAccess(c, 'spreadsheet');
  const { key: _, group, repositories: ids, sum, ...given } = parseQuery(c.req.raw, SpreadsheetQuery);
  const access = await inGroup(db, all, group);
  const scope = { ...given, repositories: ids?.split(',').map(Number) };
  if (sum === 'repositories') return toCsvFile(await toTrafficSumsCsv(db, access, scope, now));
  if (sum) return toCsvFile(await toRepositorySumsCsv(db, access, scope, now));
  return toCsvFile(await toTableCsv(db, access, { ...scope, columns: 'all' }, now));
});

const toCsvFile = ({ name, text }: TableCsv) => csv(name, text);

app.get('/:tenantId/days/:date', async (c) => {
  const reader = await requireAccess(c, 'seeTraffic');
  const { db, now } = reader;
  const date = parseValue(c.req.param('date'), dayField);
  const { group: groupId, metric } = parseQuery(c.req.raw, TenantDayQuery);
  const access = await inGroup(db, reader.access, groupId);
  return json<TenantDay>(await readTenantDay(db, access, { date, metric }, now));
});

app.get('/:tenantId/:repositoryId/days/:date', async (c) => {
  const { db, access, now } = await requireAccess(c, 'seeTraffic');
  const repositoryId = parseId(c.req.param('repositoryId'), 'repository');
  const date = parseValue(c.req.param('date'), dayField);
  parseQuery(c.req.raw, z.strictObject({}));
  return json<RepositoryDay>(await readRepositoryDay(db, access, { repositoryId, date }, now));
});

app.get('/:tenantId/series', async (c) => {
  const { db, access, now } = await requireAccess(c, 'seeTraffic');
  const { repositories, group, ...request } = parseQuery(c.req.raw, SeriesQuery);
  const ids = repositories?.split(',').map(Number);
  const scope = await inGroup(db, access, group);
  return json<TrafficSeries>(await readSeries(db, scope, { ...request, repositories: ids }, now));
});

app.get('/:tenantId/before-after', async (c) => {
  const { db, access, now } = await requireAccess(c, 'seeTraffic');
  const { group: groupId, repository, date, to = date, days } = parseQuery(c.req.raw, BeforeAfterQuery);
  if (repository !== undefined) await requireRepositoryRow(db, access, repository);
  const scope: TenantAccess =
    repository === undefined
      ? await inGroup(db, access, groupId)
      : { tenantId: access.tenantId, repositoryIds: [repository] };
  return json<BeforeAfter>(await readBeforeAfter(db, scope, { date, to, days }, now));
});

/** It reads, though it is a POST: what widgets are set to may be too long for an address. */
app.post('/:tenantId/widgets', async (c) => {
  const { db, access, now } = await requireAccess(c, 'seeTraffic');
  const request = await parseBody(c.req.raw, WidgetsRequest);
  return json<WidgetsAnswer>(await readWidgets(db, access, request, now));
});

app.get('/:tenantId/:repositoryId', async (c) => {
  const reader = await requireAccess(c, 'seeTraffic');
  const { db, access, now } = reader;
  const repositoryId = parseId(c.req.param('repositoryId'), 'repository');
  const { format, of, ...query } = parseQuery(c.req.raw, RepositoryQuery);
  if (format === 'json')
    return json<RepositoryStats>(await readRepositoryTraffic(db, access, repositoryId, query, now));
  const row = await requireRepositoryRow(db, access, repositoryId);
  const text = await toRepositoryCsv[of]({ db, row, query, now });
  // The file of stars has their whole history.
  const span = of === 'stars' ? '' : `-${spanName(await readRange(db, row, query, now))}`;
  return toFile(c, reader, { name: `${of}-${access.tenantId}-${repositoryId}${span}`, text });
});

export const main = serve(app);
