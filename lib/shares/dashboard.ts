import type { SharedBlock, SharedPage } from '../answers/shares.ts';
import type { WidgetFigures, WidgetScope } from '../answers/widgets.ts';
import { readBadgeSource } from '../badges/figures.ts';
import type { ChartModel } from '../charts/model.ts';
import { FIGURE_COLORS, marksOf, trafficModel } from '../charts/traffic-model.ts';
import { builtInDashboards } from '../dashboards/built-in.ts';
import { DashboardDocument } from '../dashboards/document.ts';
import { readWidgets } from '../dashboards/figures.ts';
import { METRIC_NAMES, type WidgetMetric } from '../dashboards/gallery.ts';
import { daysFrom } from '../day.ts';
import type { Db } from '../db/database.ts';
import { formatNumber } from '../number-format.ts';
import { toId } from '../request.ts';
import { SUM_OF } from '../stats/totals.ts';
import { METRICS, type Metric } from '../traffic/figures.ts';
import type { Shown } from './choices.ts';
import { type ContentRequest, hiddenTitle, type ShareContent, toGained } from './content.ts';
import { type Names, openNames } from './names.ts';

type Widget = DashboardDocument['tabs'][number]['widgets'][number];
type GalleryWidget = Exclude<Widget, { spec: unknown }>;
type FiguresWidget = Exclude<GalleryWidget, { kind: 'text' }>;

/** Which choice of the share a figure belongs to. */
const SHOWN_OF: Record<WidgetMetric, Shown> = {
  viewCount: 'views',
  viewUniques: 'views',
  cloneCount: 'clones',
  cloneUniques: 'clones',
  stars: 'stars',
  downloads: 'downloads',
};

/**
 * Reads what a shared dashboard shows now: its widgets of the gallery, as figures that are drawn by the shared page's own code.
 * A Vega-Lite specification is an untrusted program that reads tables with names, so it is never part of a share.
 */
export async function readDashboardContent(
  db: Db,
  request: ContentRequest & { dashboardId: string },
  now: Date,
): Promise<ShareContent> {
  const { access, shown } = request;
  const document = await readDocument(db, access.tenantId, request.dashboardId);
  const names = await openNames(db, access, request.names);
  const sections: SharedPage['sections'] = [];
  let span: SharedPage['span'] = null;
  let isCut = false;
  for (const { title, widgets } of document.tabs) {
    const inOrder = [...widgets].sort((one, other) => one.y - other.y || one.x - other.x);
    const gallery = inOrder.filter(
      (widget): widget is GalleryWidget => !('spec' in widget) && isShown(widget, shown),
    );
    isCut ||= gallery.length < widgets.length;
    const figures = gallery.filter((widget): widget is FiguresWidget => widget.kind !== 'text');
    const answer = await readWidgets(db, access, { ...request.range, widgets: figures }, now);
    span ??= answer.scopes[0] ? { from: answer.scopes[0].range.from, to: answer.scopes[0].range.to } : null;
    const blocks = gallery.flatMap((widget): SharedBlock[] => {
      const heading = names.redact(widget.title, '');
      if (widget.kind === 'text')
        return [{ kind: 'text', title: heading, width: widget.w, text: names.redact(widget.text, '') }];
      const figure = answer.widgets[figures.indexOf(widget)];
      const block = figure && toBlock(widget, figure, answer.scopes, names);
      return block ? [{ ...block, title: heading || block.title }] : [];
    });
    sections.push({ title: document.tabs.length > 1 ? names.redact(title, '') || null : null, blocks });
  }
  const badges = await readBadgeSource(
    db,
    access,
    request.badges.map(({ days }) => days),
    now,
  );
  return {
    page: {
      title: request.title || (request.names === 'shown' ? request.name : hiddenTitle('dashboard')),
      note: isCut ? 'This shared dashboard shows only some of its widgets.' : null,
      span,
      rolling: request.range.range !== undefined,
      sections: sections.filter(({ blocks }) => blocks.length > 0),
    },
    badges,
    chart: null,
    events: null,
  };
}

async function readDocument(db: Db, tenantId: number, dashboardId: string): Promise<DashboardDocument> {
  const builtIn = Object.hasOwn(builtInDashboards, dashboardId) ? builtInDashboards[dashboardId] : undefined;
  if (builtIn) return builtIn;
  const row = await db
    .selectFrom('dashboard')
    .select('document')
    .where('tenantId', '=', tenantId)
    .where('dashboardId', '=', toId(dashboardId) ?? 0)
    .executeTakeFirst();
  const parsed = DashboardDocument.safeParse(JSON.parse(row?.document ?? '{}'));
  return parsed.success ? parsed.data : { name: '', tabs: [] };
}

function isShown(widget: GalleryWidget, shown: readonly Shown[]): boolean {
  if (widget.kind === 'text') return true;
  return shown.includes(widget.kind === 'referrers' ? 'referrers' : SHOWN_OF[widget.metric]);
}

const isTraffic = (metric: WidgetMetric): metric is Metric => METRICS.some((one) => one === metric);

/** A widget's figures as a block; undefined if there are none. */
function toBlock(
  widget: FiguresWidget,
  figures: WidgetFigures,
  scopes: readonly WidgetScope[],
  names: Names,
): SharedBlock | undefined {
  if (figures.kind === 'failed') return undefined;
  const scope = scopes[figures.scope];
  if (!scope) return undefined;
  const width = widget.w;
  const metric = 'metric' in widget ? widget.metric : 'viewCount';
  const title = METRIC_NAMES[metric];
  switch (figures.kind) {
    case 'figure':
      return { kind: 'figures', title: '', width, figures: [toFigure(scope, metric)] };
    case 'trend':
      return { kind: 'chart', title, width, chart: toTrend(scope, metric) };
    case 'comparison':
      return {
        kind: 'chart',
        title: `${title} by repository`,
        width,
        chart: {
          kind: 'line',
          range: scope.range,
          buckets: scope.buckets,
          layers: figures.lines.map(({ repositoryId, fullName, colorIndex, values }) => ({
            label: names.nameOf(repositoryId, fullName),
            color: `--series-${colorIndex + 1}`,
            values,
          })),
          marks: isTraffic(metric) ? marksOf(scope, metric) : scope.buckets.map(() => 'known'),
          events: [],
        },
      };
    case 'calendar': {
      const buckets = daysFrom(figures.from, figures.to);
      const { values, lostDays, provisionalDays, suspectDays, pendingDays } = figures;
      const counted = isTraffic(metric) ? metric : 'viewCount';
      const series = {
        ...scope.series,
        lostDays,
        provisionalDays,
        suspectDays,
        pendingDays,
        [counted]: values,
      };
      const range = { from: figures.from, to: figures.to, by: 'day', days: buckets.length } as const;
      return {
        kind: 'chart',
        title: `${title} by day`,
        width,
        chart: {
          kind: 'nested',
          range,
          buckets,
          layers: [{ label: title, color: FIGURE_COLORS[metric], values }],
          marks: marksOf({ ...scope, range, buckets, series }, counted),
          events: [],
        },
      };
    }
    case 'ranking':
    case 'table':
      return {
        kind: 'list',
        title: 'Repositories',
        width,
        columns: ['Repository', title],
        rows: figures.rows.map((row) => ({
          name: names.nameOf(row.repositoryId, row.fullName),
          color: row.colorIndex,
          values: [isTraffic(metric) ? row.totals[SUM_OF[metric]] : row.starsGained],
        })),
        note: figures.others.count > 0 ? `And ${formatNumber(figures.others.count)} more.` : null,
      };
    case 'referrers':
      return {
        kind: 'list',
        title: 'Referrers',
        width,
        columns: ['Site', 'Most views in 14 days'],
        rows: figures.referrers.map(({ referrer, peak }) => ({
          name: names.redact(referrer, 'Another site'),
          color: null,
          values: [peak],
        })),
        note: null,
      };
  }
}

function toFigure(scope: WidgetScope, metric: WidgetMetric) {
  if (!isTraffic(metric)) return { label: METRIC_NAMES[metric], value: scope[metric].gained, least: null };
  const value = scope.totals[SUM_OF[metric]];
  const least =
    metric === 'viewUniques'
      ? scope.totals.viewUniquesLower
      : metric === 'cloneUniques'
        ? scope.totals.cloneUniquesLower
        : value;
  const isBound = least !== value;
  return {
    label: isBound ? `${METRIC_NAMES[metric]}, at most` : METRIC_NAMES[metric],
    value,
    least: isBound ? least : null,
  };
}

function toTrend(scope: WidgetScope, metric: WidgetMetric): ChartModel {
  if (metric === 'stars' || metric === 'downloads') return toGained(scope, metric, scope[metric].series);
  if (metric === 'viewCount' || metric === 'cloneCount') return trafficModel(scope, metric);
  return {
    kind: 'nested',
    range: scope.range,
    buckets: scope.buckets,
    layers: [
      {
        label: `${METRIC_NAMES[metric]} (at most)`,
        color: FIGURE_COLORS[metric],
        values: scope.series[metric],
      },
    ],
    marks: marksOf(scope, metric),
    events: [],
  };
}
