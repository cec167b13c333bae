import type { Overview } from '../../lib/answers/stats.ts';
import type { ChartModel, Mark } from '../../lib/charts/model.ts';
import { plural } from '../format.ts';
import { beforeLine, colorOf, withPeople } from './models.ts';
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
  const marks = marksOf(answer, metric);
  const partialLabel = partlyLost(answer);
  if (metric === 'viewCount' || metric === 'cloneCount')
    return {
      ...base,
      kind: 'nested',
      layers: withPeople(series, metric, ' (at most)'),
      marks,
      before,
      partialLabel,
    };
  const label = metric === 'viewUniques' ? 'Visitors (at most)' : 'Cloners (at most)';
  const layer = { label, color: colorOf(metric), values: series[metric] };
  return { ...base, kind: 'nested', layers: [layer], marks, before, partialLabel };
}

/** Of how many repositories a day is lost. Weeks and months count days of repositories, which is another number. */
export function partlyLost({ range, series, repositoryCount }: Portfolio): string | undefined {
  if (range.by !== 'day') return undefined;
  const most = series.lostDays.reduce(
    (top, count, index) => (series.viewCount[index] === null ? top : Math.max(top, count)),
    0,
  );
  const few = series.lostDays.some((count) => count > 0 && count !== most) ? 'up to ' : '';
  return `${few}${most} of ${plural(repositoryCount, 'repository', 'repositories')} lost`;
}

const DAYS = { day: 1, week: 7, month: 30 };
/** A week or month is provisional or suspect if this share of it is. */
const NOTABLE = 0.1;

/** How certain each bucket is. */
export function marksOf(
  {
    series,
    buckets,
    range,
    repositoryCount,
  }: Pick<Portfolio, 'series' | 'buckets' | 'range' | 'repositoryCount'>,
  metric: Exclude<TileMetric, 'stars' | 'downloads'>,
): Mark[] {
  const values = series[metric];
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
