import type { Report } from '../../lib/answers/reports.ts';
import type { ChartModel, Mark } from '../../lib/charts/model.ts';
import { FIGURE_COLORS } from '../../lib/charts/traffic-model.ts';

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
