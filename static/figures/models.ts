import type { ComparisonSeries, Range } from '../../lib/answers/figures.ts';
import type { ChartModel } from '../../lib/charts/model.ts';
import { FIGURE_COLORS } from '../../lib/charts/traffic-model.ts';
import { addDays } from '../../lib/day.ts';
import { spanText } from './basis.tsx';
import type { TileMetric } from './tiles.ts';

/** A figure's color, the same everywhere. */
export const colorOf = (metric: TileMetric): string => FIGURE_COLORS[metric];

/** A repository's color, the same everywhere. */
export const repositoryColor = (colorIndex: number): string => `--series-${colorIndex + 1}`;

/** The pale line of what is compared; undefined if nothing is. Of stars it is what was gained. */
export function beforeLine(
  series: ComparisonSeries | null,
  range: Range,
  metric: TileMetric,
): ChartModel['before'] {
  const first = series?.dates[0];
  if (!series || first === undefined) return undefined;
  return {
    label: spanText(first, addDays(first, range.days - 1)),
    values: series[metric],
    buckets: series.dates,
  };
}
