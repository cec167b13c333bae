import type { Overview } from '../answers/stats.ts';
import { plural } from '../number-format.ts';
import type { Metric } from '../traffic/figures.ts';
import type { ChartModel, Layer, Mark } from './model.ts';

/** What a chart of the traffic of several repositories together is drawn from. */
export type Traffic = Pick<Overview, 'range' | 'buckets' | 'series' | 'repositoryCount'>;

/** The color of each figure, the same everywhere. */
export const FIGURE_COLORS = {
  viewCount: '--views',
  viewUniques: '--views-inner',
  cloneCount: '--clones',
  cloneUniques: '--clones-inner',
  stars: '--stars',
  downloads: '--downloads',
} as const;

/** Views or clones of several repositories together, with the people who made them inside. Without events and comparison. */
export function trafficModel(traffic: Traffic, metric: 'viewCount' | 'cloneCount'): ChartModel {
  const { range, buckets, series, repositoryCount } = traffic;
  const isExact = repositoryCount === 1 && range.by === 'day';
  return {
    kind: 'nested',
    range,
    buckets,
    layers: withPeople(series, metric, isExact ? '' : ' (at most)'),
    marks: marksOf(traffic, metric),
    partialLabel: partlyLost(traffic),
    events: [],
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
    { label: count, color: FIGURE_COLORS[metric], values: series[metric] },
    { label: `${who}${bound}`, color: FIGURE_COLORS[people], values: series[people] },
  ];
}

/** Of how many repositories a day is lost. Weeks and months count days of repositories, which is another number. */
export function partlyLost({ range, series, repositoryCount }: Traffic): string | undefined {
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
export function marksOf({ series, buckets, range, repositoryCount }: Traffic, metric: Metric): Mark[] {
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
