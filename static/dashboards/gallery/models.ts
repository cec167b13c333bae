import type { WidgetFigures, WidgetScope } from '../../../lib/answers/widgets.ts';
import type { ChartModel } from '../../../lib/charts/model.ts';
import { marksOf } from '../../../lib/charts/traffic-model.ts';
import type { WidgetMetric } from '../../../lib/dashboards/gallery.ts';
import { SUM_OF } from '../../../lib/stats/totals.ts';
import { METRICS, type Metric } from '../../../lib/traffic/figures.ts';
import { repositoryColor } from '../../figures/models.ts';
import { totalModel } from '../../figures/total-model.ts';
import { shortNamesOf } from './ranking.tsx';

const isTraffic = (metric: WidgetMetric): metric is Metric => METRICS.some((one) => one === metric);

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

/** A figure over time; views and clones with their visitors and cloners inside. */
export function toTrend(
  scope: WidgetScope,
  { events }: TrendFigures,
  { metric, change }: { metric: WidgetMetric; change: boolean },
): ChartModel {
  const comparisonSeries = change ? scope.comparisonSeries : null;
  return totalModel({ ...scope, comparisonSeries, events }, metric);
}

type TrendFigures = Extract<WidgetFigures, { kind: 'trend' }>;
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
      color: repositoryColor(colorIndex),
      values,
    })),
    marks: isTraffic(metric) ? marksOf(scope, metric) : scope.buckets.map(() => 'known' as const),
    events: [],
  };
}
