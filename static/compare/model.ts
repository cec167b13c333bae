import type { TrafficSeries } from '../../lib/answers/stats.ts';
import { type ChartModel, type Mark, markOf } from '../../lib/charts/model.ts';
import { trailingAverage } from '../charts/average.ts';
import { repositoryColor } from '../figures/models.ts';
import { cutOf } from '../format.ts';
import { paths } from '../routes.ts';

export const METRICS = [
  { metric: 'viewCount', label: 'Views' },
  { metric: 'viewUniques', label: 'Visitors' },
  { metric: 'cloneCount', label: 'Clones' },
  { metric: 'cloneUniques', label: 'Cloners' },
  { metric: 'stars', label: 'Stars' },
  { metric: 'downloads', label: 'Downloads' },
] as const;
export type CompareMetric = (typeof METRICS)[number]['metric'];

export type Compared = TrafficSeries['repositories'][number];

/** The figure that an address asks for. */
export const metricOf = (query: URLSearchParams): (typeof METRICS)[number] =>
  METRICS.find(({ metric }) => metric === query.get('metric')) ?? METRICS[0];

/** Each repository's name, with its owner where two have the same. */
export function namesOf({ repositories }: TrafficSeries): Map<number, string> {
  const shortOf = (fullName: string) => fullName.split('/').at(-1) ?? fullName;
  const isShared = (fullName: string) =>
    repositories.filter((other) => shortOf(other.fullName) === shortOf(fullName)).length > 1;
  return new Map(
    repositories.map(({ repositoryId, fullName }) => [
      repositoryId,
      isShared(fullName) ? fullName : shortOf(fullName),
    ]),
  );
}

/** The repositories that share their color with one before them: their line and dot are hollow. */
export function hollowIds({ repositories }: Pick<TrafficSeries, 'repositories'>): Set<number> {
  const later = repositories.filter(({ colorIndex }, place) =>
    repositories.slice(0, place).some((other) => other.colorIndex === colorIndex),
  );
  return new Set(later.map(({ repositoryId }) => repositoryId));
}

/** One line for each repository. */
export function absoluteModel(answer: TrafficSeries, metric: CompareMetric): ChartModel {
  const { range, buckets, repositories, events } = answer;
  const names = namesOf(answer);
  return {
    kind: 'line',
    range,
    buckets,
    layers: repositories.map((one) => ({
      label: names.get(one.repositoryId) ?? one.fullName,
      color: repositoryColor(one.colorIndex),
      values: one.series[metric],
    })),
    marks: marksOf(answer, metric),
    partialLabel: 'Lost for some repositories',
    events,
  };
}

/** With fewer days, an average of seven would leave too little of a line. */
const MIN_AVERAGED_DAYS = 28;

/** Lines that are 100 at their first day. Those of days are averages of seven, so that weekdays do not matter. */
export interface IndexedModel {
  model: ChartModel;
  isAverage: boolean;
  /** The day on which each line is 100; null if all of its figures are unknown or zero. */
  bases: (string | null)[];
}

export function indexedModel(answer: TrafficSeries, metric: CompareMetric): IndexedModel {
  const { range, buckets } = answer;
  const absolute = absoluteModel(answer, metric);
  const isAverage = range.by === 'day' && range.days >= MIN_AVERAGED_DAYS && metric !== 'stars';
  const bases: (string | null)[] = [];
  const layers = absolute.layers.map((layer) => {
    const values = isAverage ? trailingAverage(layer.values) : layer.values;
    const first = values.findIndex((value) => value !== null && value > 0);
    const base = values[first] ?? null;
    bases.push(buckets[first] ?? null);
    return {
      ...layer,
      values: values.map((value, index) =>
        value === null || base === null || index < first ? null : (100 * value) / base,
      ),
    };
  });
  return { model: { ...absolute, layers, averaged: isAverage }, isAverage, bases };
}

function marksOf({ buckets, repositories }: TrafficSeries, metric: CompareMetric): Mark[] {
  return buckets.map((_, index) => {
    const marks = repositories.map(({ series }) =>
      markOf(series.state[index] ?? 'before', series[metric][index] ?? null),
    );
    const isKnown = repositories.some(({ series }) => series[metric][index] != null);
    if (!isKnown) return marks.find((mark) => mark === 'lost') ?? marks[0] ?? 'before';
    return marks.some((mark) => mark === 'lost' || mark === 'partial') ? 'partial' : 'known';
  });
}

/** The charts of the repositories alone, for one scale. */
export function multiplesOf(answer: TrafficSeries, metric: CompareMetric) {
  const { tenantId, range, buckets, repositories } = answer;
  const names = namesOf(answer);
  return repositories.map((one) => ({
    name: names.get(one.repositoryId) ?? one.fullName,
    href: paths.repository(tenantId, one.repositoryId),
    model: {
      kind: 'nested',
      range,
      buckets,
      layers: [
        { label: metricLabel(metric), color: repositoryColor(one.colorIndex), values: one.series[metric] },
      ],
      marks: buckets.map(() => 'known'),
      events: [],
    } satisfies ChartModel,
  }));
}

const metricLabel = (wanted: CompareMetric) =>
  METRICS.find(({ metric }) => metric === wanted)?.label ?? 'Figures';

/** What the table says of a repository. */
export interface Summary {
  /** The sum of the range; of stars their number at its end. */
  total: number | null;
  /** Per known day. */
  perDay: number | null;
  /** From the first week of the range to its last: by day, of seven known days each. */
  change: number | null;
  highest: { bucket: string; value: number } | null;
}

const DAYS_IN_WEEK = 7;

export function summaryOf(one: Compared, { range, buckets }: TrafficSeries, metric: CompareMetric): Summary {
  const values = one.series[metric];
  const known = values.filter((value) => value !== null);
  const sum = known.length > 0 ? known.reduce((total, value) => total + value, 0) : null;
  const isStars = metric === 'stars';
  const gained = isStars ? one.series.starsGained : values;
  const top = known.length > 0 ? Math.max(...known) : null;
  const days = metric === 'stars' || metric === 'downloads' ? range.days : one.totals.knownDays;
  const added = gained.reduce<number>((total, value) => total + (value ?? 0), 0);
  return {
    total: isStars ? (known.at(-1) ?? null) : sum,
    perDay: days > 0 && sum !== null ? added / days : null,
    change: changeWithin({ range, buckets }, values),
    highest: top === null ? null : { bucket: buckets[values.indexOf(top)] ?? range.from, value: top },
  };
}

/** How much larger the end is than the start, as a fraction. Weeks and months that the range cuts do not count. */
function changeWithin(
  { range, buckets }: Pick<TrafficSeries, 'range' | 'buckets'>,
  values: readonly (number | null)[],
): number | null {
  const whole = values.filter(
    (value, index): value is number => value !== null && cutOf(buckets[index] ?? '', range) === null,
  );
  const size = range.by === 'day' ? DAYS_IN_WEEK : 1;
  if (whole.length < 2 * size) return null;
  const mean = (some: number[]) => some.reduce((total, value) => total + value, 0) / some.length;
  const before = mean(whole.slice(0, size));
  return before === 0 ? null : (mean(whole.slice(-size)) - before) / before;
}
