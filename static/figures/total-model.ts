import type { Overview } from '../../lib/answers/stats.ts';
import type { ChartModel, Mark } from '../../lib/charts/model.ts';
import { marksOf, partlyLost, trafficModel } from '../../lib/charts/traffic-model.ts';
import { beforeLine, colorOf } from './models.ts';
import type { TileMetric } from './tiles.ts';

/** What a chart of several repositories together is drawn from. */
type Portfolio = Pick<
  Overview,
  'range' | 'buckets' | 'series' | 'comparisonSeries' | 'events' | 'stars' | 'downloads' | 'repositoryCount'
>;

/** A figure of several repositories together. Views and clones have the people who made them inside. */
export function totalModel(answer: Portfolio, metric: TileMetric): ChartModel {
  const { range, buckets, series, comparisonSeries, events, stars, downloads } = answer;
  const base = { range, buckets, events };
  const before = beforeLine(comparisonSeries, range, metric);
  if (metric === 'stars') {
    const layer = { label: 'Stars gained', color: colorOf('stars'), values: stars.series };
    const marks = stars.series.map((count): Mark => (count === null ? 'unread' : 'known'));
    return { ...base, kind: 'nested', layers: [layer], marks, before, unreadLabel: 'Not read' };
  }
  if (metric === 'downloads') {
    const layer = { label: 'Downloads', color: colorOf('downloads'), values: downloads.series };
    const marks = downloads.series.map((count): Mark => (count === null ? 'unread' : 'known'));
    return { ...base, kind: 'nested', layers: [layer], marks, before, unreadLabel: 'Not read' };
  }
  if (metric === 'viewCount' || metric === 'cloneCount')
    return { ...trafficModel(answer, metric), events, before };
  const marks = marksOf(answer, metric);
  const partialLabel = partlyLost(answer);
  const label = metric === 'viewUniques' ? 'Visitors (at most)' : 'Cloners (at most)';
  const layer = { label, color: colorOf(metric), values: series[metric] };
  return { ...base, kind: 'nested', layers: [layer], marks, before, partialLabel };
}
