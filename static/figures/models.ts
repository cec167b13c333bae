import type { ComparisonSeries, Range } from '../../lib/answers/figures.ts';
import type { ChartModel, Layer } from '../../lib/charts/model.ts';
import { addDays, daysBetween } from '../../lib/day.ts';
import { bucketDays } from '../../lib/stats/buckets.ts';
import { spanText } from './basis.tsx';
import type { TileMetric } from './tiles.ts';

const COLORS: Record<TileMetric, string> = {
  viewCount: '--views',
  viewUniques: '--views-inner',
  cloneCount: '--clones',
  cloneUniques: '--clones-inner',
  stars: '--stars',
  downloads: '--downloads',
};

/** A figure's color, the same everywhere. */
export const colorOf = (metric: TileMetric): string => COLORS[metric];

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

/** Views or clones, with the people who made them inside. */
export function withPeople(
  series: Record<'viewCount' | 'viewUniques' | 'cloneCount' | 'cloneUniques', (number | null)[]>,
  metric: 'viewCount' | 'cloneCount',
  /** What is said of the people's number, such as ' (at most)'. */
  bound: string,
): Layer[] {
  const people = metric === 'viewCount' ? 'viewUniques' : 'cloneUniques';
  const [count, who] = metric === 'viewCount' ? ['Views', 'Visitors'] : ['Clones', 'Cloners'];
  return [
    { label: count, color: COLORS[metric], values: series[metric] },
    { label: `${who}${bound}`, color: COLORS[people], values: series[people] },
  ];
}

/** How many days of the range have a figure. */
export function knownDaysOf(
  range: Range,
  buckets: readonly string[],
  values: readonly (number | null)[],
): number {
  return buckets.reduce((sum, bucket, index) => {
    if (values[index] == null) return sum;
    const { from, to } = bucketDays(bucket, range);
    return sum + daysBetween(from, to) + 1;
  }, 0);
}
