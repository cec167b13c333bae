import type { TenantAccess } from '../access.ts';
import { listAnnotationsOf } from '../annotations.ts';
import type { SharedBlock, SharedPage } from '../answers/shares.ts';
import type { Badge } from '../badges/definition.ts';
import { type BadgeSource, readBadgeSource } from '../badges/figures.ts';
import type { ChartMetric } from '../badges.ts';
import type { ChartModel } from '../charts/model.ts';
import { FIGURE_COLORS, type Traffic, trafficModel } from '../charts/traffic-model.ts';
import { readTopReferrers } from '../dashboards/referrers.ts';
import type { Db } from '../db/database.ts';
import { formatNumber } from '../number-format.ts';
import { toFullName } from '../repositories/repository.ts';
import { readPaths } from '../snapshots.ts';
import { readStarsOfEach } from '../stats/gains.ts';
import { readTogether, readTraffic } from '../stats/overview.ts';
import { listTraffic } from '../stats/overview-order.ts';
import type { RangeRequest } from '../stats/range.ts';
import { listNewestWindows, listWindowDates } from '../traffic/tables.ts';
import type { Shown } from './choices.ts';
import { type Names, openNames } from './names.ts';

/** What strangers are shown of a share: its page, and what its badges and charts are drawn from. */
export interface ShareContent {
  page: SharedPage;
  /** The figures of its badges. */
  badges: BadgeSource;
  /** What its charts are drawn from, and the charts that it shows; null without any. */
  chart: { traffic: Traffic; metrics: ChartMetric[]; subject: string | null } | null;
  /** The events of its feed, the oldest first; null: it shows no events. */
  events: SharedEvent[] | null;
}

type SharedEvent = Extract<SharedBlock, { kind: 'events' }>['events'][number];

/** What content is made of. */
export interface ContentRequest {
  /** What is shared, within what its maker may see now. */
  access: TenantAccess;
  /** Its name, which is not shown where names are hidden. */
  name: string;
  /** The maker's title; empty: the name. */
  title: string;
  subject: 'portfolio' | 'group' | 'repository' | 'dashboard';
  shown: readonly Shown[];
  range: RangeRequest;
  names: 'shown' | 'hidden';
  badges: readonly Badge[];
}

const MAX_LISTED = 25;
const WHOLE = 12;
const HALF = 6;

type Together = Awaited<ReturnType<typeof readTogether>>;
type Found = Awaited<ReturnType<typeof readTraffic>>;

/** Reads what a share of repositories shows now. Throws what `toRange` throws. */
export async function readShareContent(db: Db, request: ContentRequest, now: Date): Promise<ShareContent> {
  const { access, shown } = request;
  const names = await openNames(db, access, request.names);
  const found = await readTraffic(db, access, request.range, now);
  const together = await readTogether(db, access, found);
  const { from, to } = together.range;
  const events = shown.includes('annotations') ? await readEvents(db, access, { from, to }, names) : [];
  const charts = toCharts(together, shown, events);
  const listed = events.map(toEvent);
  const blocks: SharedBlock[] = [
    { kind: 'figures', title: '', width: WHOLE, figures: toFigures(together, shown) },
    ...charts,
    ...(request.subject === 'repository' ? [] : await readList(db, access, found, { shown, names })),
    ...(await readLists(db, request, found, names)),
  ];
  if (events.length > 0)
    blocks.push({ kind: 'events', title: 'What happened', width: WHOLE, events: listed });
  const metrics = chartMetricsOf(shown);
  const subject = request.title || (request.names === 'shown' ? request.name : null);
  return {
    page: {
      title: request.title || (request.names === 'shown' ? request.name : hiddenTitle(request.subject)),
      note: null,
      span: { from, to },
      rolling: request.range.range !== undefined,
      sections: [{ title: null, blocks: blocks.filter((block) => !isEmpty(block)) }],
    },
    badges: await readBadgeSource(
      db,
      access,
      request.badges.map(({ days }) => days),
      now,
    ),
    chart: metrics.length > 0 ? { traffic: together, metrics, subject } : null,
    events: shown.includes('annotations') ? listed : null,
  };
}

/** What a share is called where neither its maker nor a name may say it. */
export function hiddenTitle(subject: ContentRequest['subject']): string {
  return subject === 'repository' ? 'Traffic of a repository' : 'Traffic of repositories';
}

function isEmpty(block: SharedBlock): boolean {
  if (block.kind === 'figures') return block.figures.length === 0;
  return block.kind === 'list' && block.rows.length === 0;
}

type Figure = Extract<SharedBlock, { kind: 'figures' }>['figures'][number];

function toFigures({ totals, stars, downloads }: Together, shown: readonly Shown[]): Figure[] {
  const figures: Figure[] = [];
  if (shown.includes('views')) {
    figures.push({ label: 'Views', value: totals.viewCount, least: null });
    figures.push(toUniques('Visitors', totals.viewUniquesUpper, totals.viewUniquesLower));
  }
  if (shown.includes('clones')) {
    figures.push({ label: 'Clones', value: totals.cloneCount, least: null });
    figures.push(toUniques('Cloners', totals.cloneUniquesUpper, totals.cloneUniquesLower));
  }
  if (shown.includes('stars')) figures.push({ label: 'Stars', value: stars.total, least: null });
  if (shown.includes('downloads')) figures.push({ label: 'Downloads', value: downloads.total, least: null });
  return figures;
}

/** Nobody knows how many of one day's people came again on another: the sum of days is an upper bound. */
function toUniques(label: string, upper: number | null, lower: number | null): Figure {
  if (upper === lower) return { label, value: upper, least: null };
  return { label: `${label}, at most`, value: upper, least: lower };
}

type ChartBlock = Extract<SharedBlock, { kind: 'chart' }>;

/** The charts of traffic that a share shows. */
const chartMetricsOf = (shown: readonly Shown[]): ChartMetric[] => [
  ...(shown.includes('views') ? (['viewCount'] as const) : []),
  ...(shown.includes('clones') ? (['cloneCount'] as const) : []),
];

/** Stars or downloads gained over time. */
export function toGained(
  { range, buckets }: Pick<Together, 'range' | 'buckets'>,
  metric: 'stars' | 'downloads',
  values: (number | null)[],
): ChartModel {
  const label = metric === 'stars' ? 'Stars gained' : 'Downloads';
  return {
    kind: 'nested',
    range,
    buckets,
    layers: [{ label, color: FIGURE_COLORS[metric], values }],
    marks: values.map((count) => (count === null ? 'unread' : 'known')),
    unreadLabel: 'Not read',
    events: [],
  };
}

function toCharts(together: Together, shown: readonly Shown[], events: ChartModel['events']): ChartBlock[] {
  const { range, stars, downloads } = together;
  const charts = chartMetricsOf(shown).map((metric) => ({
    title: `${metric === 'viewCount' ? 'Views' : 'Clones'} by ${range.by}`,
    chart: { ...trafficModel(together, metric), events },
  }));
  if (shown.includes('stars'))
    charts.push({
      title: `Stars gained by ${range.by}`,
      chart: { ...toGained(together, 'stars', stars.series), events },
    });
  if (shown.includes('downloads'))
    charts.push({
      title: `Downloads by ${range.by}`,
      chart: { ...toGained(together, 'downloads', downloads.series), events },
    });
  const [first, ...others] = charts;
  if (!first) return [];
  const width = others.length > 1 ? HALF : WHOLE;
  return [
    { kind: 'chart', width: WHOLE, ...first },
    ...others.map((one): ChartBlock => ({ kind: 'chart', width, ...one })),
  ];
}

/** The repositories with the most views, or clones. */
async function readList(
  db: Db,
  access: TenantAccess,
  { traffic, calendar }: Found,
  { shown, names }: { shown: readonly Shown[]; names: Names },
): Promise<SharedBlock[]> {
  const columns = [
    ...(shown.includes('views') ? ['Views'] : []),
    ...(shown.includes('clones') ? ['Clones'] : []),
    ...(shown.includes('stars') ? ['New stars'] : []),
  ];
  if (columns.length === 0) return [];
  const starsOf = await readStarsOfEach(db, access, calendar.range);
  const valuesOf = ({ row, sums }: Found['traffic'][number]) => [
    ...(shown.includes('views') ? [sums.total.viewCount] : []),
    ...(shown.includes('clones') ? [sums.total.cloneCount] : []),
    ...(shown.includes('stars') ? [starsOf(row.repositoryId)] : []),
  ];
  const rows = listTraffic(traffic, { sort: 'name' })
    .map((one) => ({
      name: names.nameOf(one.row.repositoryId, toFullName(one.row)),
      color: one.row.colorIndex,
      values: valuesOf(one),
    }))
    .sort((one, other) => (other.values[0] ?? -1) - (one.values[0] ?? -1));
  const more = rows.length - MAX_LISTED;
  return [
    {
      kind: 'list',
      title: 'Repositories',
      width: WHOLE,
      columns: ['Repository', ...columns],
      rows: rows.slice(0, MAX_LISTED),
      note: more > 0 ? `And ${formatNumber(more)} more.` : null,
    },
  ];
}

async function readLists(
  db: Db,
  { access, shown, subject }: ContentRequest,
  { calendar }: Found,
  names: Names,
): Promise<SharedBlock[]> {
  const blocks: SharedBlock[] = [];
  const [repositoryId] = access.repositoryIds ?? [];
  const hasPaths = shown.includes('paths') && subject === 'repository' && repositoryId !== undefined;
  const width = shown.includes('referrers') && hasPaths ? HALF : WHOLE;
  const note = 'GitHub lists the ten largest, with their views in 14 days.';
  if (shown.includes('referrers')) {
    const referrers = await readTopReferrers(db, access, calendar, MAX_LISTED);
    const rows = referrers.map(({ referrer, peak }) => ({
      name: names.redact(referrer, 'Another site'),
      color: null,
      values: [peak],
    }));
    blocks.push({
      kind: 'list',
      title: 'Referrers',
      width,
      columns: ['Site', 'Most views in 14 days'],
      rows,
      note,
    });
  }
  if (hasPaths) {
    const paths = await readPathList(db, { tenantId: access.tenantId, repositoryId }, calendar.range);
    const rows = paths.map(({ path, peak }) => ({
      name: names.redact(path, 'A page'),
      color: null,
      values: [peak.viewCount],
    }));
    blocks.push({
      kind: 'list',
      title: 'Popular pages',
      width,
      columns: ['Page', 'Most views in 14 days'],
      rows,
      note,
    });
  }
  return blocks;
}

async function readPathList(
  db: Db,
  key: { tenantId: number; repositoryId: number },
  { from, to }: { from: string; to: string },
) {
  const [newest, previous] = await listNewestWindows(db, key, to);
  const { list } = await readPaths(db, key, {
    from,
    newest: newest?.observedDate ?? null,
    previous: previous?.observedDate ?? null,
    dates: await listWindowDates(db, key, from, to),
  });
  return list.slice(0, MAX_LISTED);
}

async function readEvents(
  db: Db,
  access: TenantAccess,
  span: { from: string; to: string },
  names: Names,
): Promise<ChartModel['events']> {
  const annotations = await listAnnotationsOf(db, access, span);
  return annotations
    .map(({ date, to, text }) => ({
      date,
      to: to === date ? null : to,
      kind: 'annotation',
      title: names.redact(text, 'A note'),
    }))
    .sort((one, other) => (one.date < other.date ? -1 : 1));
}

const toEvent = ({ date, to, title }: ChartModel['events'][number]) => ({
  date,
  to: to ?? date,
  text: title,
});
