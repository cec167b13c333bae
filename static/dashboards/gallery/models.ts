import type { WidgetFigures, WidgetScope } from '../../../lib/answers/widgets.ts';
import type { WidgetMetric } from '../../../lib/dashboards/gallery.ts';
import { SUM_OF } from '../../../lib/stats/totals.ts';
import { METRICS, type Metric } from '../../../lib/traffic/figures.ts';
import type { ChartModel, Layer, Mark } from '../../charts/model.ts';
import { formatSpan } from '../../format.ts';
import { shortNamesOf } from './ranking.tsx';
import { isMaximum, METRIC_NAMES } from './settings.ts';

const isTraffic = (metric: WidgetMetric): metric is Metric => METRICS.some((one) => one === metric);

/** The color of each figure on every page. */
export const COLORS: Record<WidgetMetric, string> = {
  viewCount: '--views',
  viewUniques: '--views-inner',
  cloneCount: '--clones',
  cloneUniques: '--clones-inner',
  stars: '--stars',
  downloads: '--downloads',
};

/** The figure per bucket. */
export function seriesOf(scope: WidgetScope, metric: WidgetMetric): (number | null)[] {
  return isTraffic(metric) ? scope.series[metric] : scope[metric].series;
}

/** The figure of the whole range, and of the two spans that are compared. */
export function sumsOf(scope: WidgetScope, metric: WidgetMetric) {
  const { totals, comparison } = scope;
  if (isTraffic(metric)) {
    const name = SUM_OF[metric];
    return { value: totals[name], current: comparison.current[name], previous: comparison.previous[name] };
  }
  const { gained, current, previous } = scope[metric];
  return { value: gained, current, previous };
}

/** At least so many: uniques do not add up. Undefined for what does. */
export function leastOf({ totals }: WidgetScope, metric: WidgetMetric): number | null | undefined {
  if (metric === 'viewUniques') return totals.viewUniquesLower;
  return metric === 'cloneUniques' ? totals.cloneUniquesLower : undefined;
}

const DAYS = { day: 1, week: 7, month: 30 };
/** A week or month is provisional or suspect if this share of it is. */
const NOTABLE = 0.1;

function marksOf(scope: WidgetScope, metric: WidgetMetric): Mark[] {
  const { series, buckets, range, repositoryCount } = scope;
  const values = seriesOf(scope, metric);
  if (!isTraffic(metric)) return values.map((value) => (value === null ? 'before' : 'known'));
  const notable = range.by === 'day' ? 1 : DAYS[range.by] * repositoryCount * NOTABLE;
  return buckets.map((_, index) => {
    const lost = (series.lostDays[index] ?? 0) > 0;
    const pending = series.pendingDays[index] ?? 0;
    const provisional = pending + (series.provisionalDays[index] ?? 0);
    if (values[index] == null) return lost ? 'lost' : provisional > 0 ? 'unread' : 'before';
    if ((series.suspectDays[index] ?? 0) >= notable) return 'suspect';
    if (provisional >= notable) return 'provisional';
    return lost ? 'partial' : 'known';
  });
}

const labelOf = (metric: WidgetMetric) =>
  isMaximum(metric) ? `${METRIC_NAMES[metric]} (max)` : METRIC_NAMES[metric];

/** A figure over time; views and clones with their visitors and cloners inside. */
export function toTrend(scope: WidgetScope, metric: WidgetMetric, withBefore: boolean): ChartModel {
  const { range, buckets, comparison, comparisonSeries } = scope;
  const inner = metric === 'viewCount' ? 'viewUniques' : metric === 'cloneCount' ? 'cloneUniques' : undefined;
  const shown: WidgetMetric[] = inner ? [metric, inner] : [metric];
  const layers = shown.map(
    (one): Layer => ({ label: labelOf(one), color: COLORS[one], values: seriesOf(scope, one) }),
  );
  const isCompared = withBefore && comparisonSeries !== null;
  return {
    kind: 'nested',
    range,
    buckets,
    layers,
    before: isCompared
      ? {
          label: formatSpan(comparison.previousFrom, comparison.previousTo),
          values: comparisonSeries[metric],
          buckets: comparisonSeries.dates,
        }
      : undefined,
    marks: marksOf(scope, metric),
    events: [],
  };
}

type ComparisonFigures = Extract<WidgetFigures, { kind: 'comparison' }>;

/** Repositories as lines, each in its own color. */
export function toComparison(
  scope: WidgetScope,
  { lines }: ComparisonFigures,
  metric: WidgetMetric,
): ChartModel {
  const names = shortNamesOf(lines.map(({ fullName }) => fullName));
  return {
    kind: 'line',
    range: scope.range,
    buckets: scope.buckets,
    layers: lines.map(({ colorIndex, values }, at) => ({
      label: names[at] ?? '',
      color: `--series-${colorIndex + 1}`,
      values,
    })),
    marks: marksOf(scope, metric),
    events: [],
  };
}
