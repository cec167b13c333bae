import type { Report } from '../../lib/answers/reports.ts';
import type { ChartModel, Mark } from '../../lib/charts/model.ts';
import { FIGURE_COLORS, trafficModel } from '../../lib/charts/traffic-model.ts';
import { beforeLine } from '../figures/models.ts';

const capitalized = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** Views with the visitors inside, the days before, and what happened. */
export function viewsModel(report: Report): ChartModel {
  const { range, comparisonSeries, comparisons, events } = report;
  const line = beforeLine(comparisonSeries, range, 'viewCount');
  const label = `${capitalized(comparisons.previous.label)}, weekdays aligned`;
  return { ...trafficModel(report, 'viewCount'), events, before: line && { ...line, label } };
}

/** Stars gained, or downloads. */
export function gainsModel({ range, buckets, series }: Report, gain: 'stars' | 'downloads'): ChartModel {
  const values = series[gain];
  const label = gain === 'stars' ? 'Stars gained' : 'Downloads';
  return {
    kind: 'nested',
    range,
    buckets,
    layers: [{ label, color: FIGURE_COLORS[gain], values }],
    marks: values.map((value): Mark => (value === null ? 'unread' : 'known')),
    unreadLabel: 'Not read',
    events: [],
  };
}
