import type { Comparison, NoChangeReason, Range, Totals } from '../../lib/answers/figures.ts';
import { formatDifference, plural, type ShownChange, toShownChange } from '../../lib/number-format.ts';
import { changeOf, changeOfGains, SUM_OF, whyNoChange } from '../../lib/stats/totals.ts';
import { formatCount, formatShortDay } from '../format.ts';

export const TILE_METRICS = [
  'viewCount',
  'viewUniques',
  'cloneCount',
  'cloneUniques',
  'stars',
  'downloads',
] as const;
export type TileMetric = (typeof TILE_METRICS)[number];

export const TILE_LABELS: Record<TileMetric, string> = {
  viewCount: 'Views',
  viewUniques: 'Visitors',
  cloneCount: 'Clones',
  cloneUniques: 'Cloners',
  stars: 'Stars',
  downloads: 'Downloads',
};

/** The figure that the address asks for. */
export function tileMetricOf(query: URLSearchParams): TileMetric {
  return TILE_METRICS.find((metric) => metric === query.get('metric')) ?? 'viewCount';
}

/** A figure with what is said about it. */
export interface Tile {
  metric: TileMetric;
  value: number | null;
  /** The least that it can be, if `value` is only the most. */
  least: number | null;
  delta: Delta | null;
  note: string;
}

/** A change, with the figures behind it; or the reason why there is none. */
export interface Delta extends ShownChange {
  /** The figures of the two spans; null if they are unknown. */
  pair: { now: number; before: number } | null;
  /** Why there is no change, in a few words. */
  reason: string | null;
}

/** Stars or downloads, in total and of the range. `current` and `previous` are of the two spans that are compared. */
interface Gained {
  total: number | null;
  /** The day of the total; null: that of the last collection. */
  asOf?: string | null;
  gained: number | null;
  current?: number | null | undefined;
  previous?: number | null | undefined;
}

export interface TileSource {
  range: Range;
  totals: Totals;
  comparison: Comparison;
  /** Days of the range with figures. */
  knownDays: number;
  stars: Gained;
  /** Where there are several repositories: one has a chart of its forks. */
  forks?: Pick<Gained, 'total' | 'gained'>;
  downloads: Gained;
  /** What is known of the clones by CI. */
  cloneNote: string;
}

/** The reasons why there is no change, as short as a tile. */
export const REASONS: Record<NoChangeReason, string> = {
  days_missing: 'Days are missing',
  nothing_earlier: 'Nothing earlier',
  archived: 'Archived',
  too_few: 'Too few',
  not_compared: 'Not compared',
};

/** The six figures of a card, in their order. */
export function tilesOf(source: TileSource): Tile[] {
  const { totals, stars, downloads, forks } = source;
  const asOf = stars.asOf ? `as of ${formatShortDay(stars.asOf)}` : 'at the last collection';
  return [
    trafficTile(source, 'viewCount', noteOf(source, 'viewCount', perDay(source, totals.viewCount))),
    trafficTile(source, 'viewUniques', ''),
    trafficTile(source, 'cloneCount', source.cloneNote),
    trafficTile(source, 'cloneUniques', ''),
    {
      metric: 'stars',
      value: stars.total,
      least: null,
      delta: gainedDelta(stars),
      note: stars.total === null ? 'after the next collection' : (forks && forksNote(forks)) || asOf,
    },
    {
      metric: 'downloads',
      value: downloads.gained,
      least: null,
      delta: comparedDelta(source.comparison, downloads),
      note: downloads.gained === null ? 'none read yet' : 'files of releases',
    },
  ];
}

function forksNote({ total, gained }: Pick<Gained, 'total' | 'gained'>): string | null {
  if (total === null) return null;
  const forks = plural(total, 'fork');
  return gained ? `${forks}, ${formatDifference(gained)}` : forks;
}

const LOWER = { viewUniques: 'viewUniquesLower', cloneUniques: 'cloneUniquesLower' } as const;

function trafficTile(
  { totals, comparison }: TileSource,
  metric: 'viewCount' | 'viewUniques' | 'cloneCount' | 'cloneUniques',
  note: string,
): Tile {
  const value = totals[SUM_OF[metric]];
  const lower = metric === 'viewUniques' || metric === 'cloneUniques' ? totals[LOWER[metric]] : null;
  const isCertain = lower === null || value === null || lower >= value;
  return {
    metric,
    value,
    least: isCertain ? null : lower,
    delta: trafficDelta(comparison, metric),
    note: value === null ? 'no days known' : note,
  };
}

/** The change of views, visitors, clones or cloners; null if nothing is compared. */
export function trafficDelta(comparison: Comparison, metric: keyof typeof SUM_OF): Delta | null {
  const reason = whyNoChange(comparison, metric);
  if (reason === 'not_compared') return null;
  const now = comparison.current[SUM_OF[metric]];
  const before = comparison.previous[SUM_OF[metric]];
  const pair = comparison.comparable && now !== null && before !== null ? { now, before } : null;
  if (reason) return { direction: 'same', text: '–', pair, reason: REASONS[reason] };
  return { ...shownOf(changeOf(comparison, metric)), pair, reason: null };
}

/** Something after nothing has no percentage. */
const shownOf = (change: number | null): ShownChange =>
  change === null ? { direction: 'up', text: 'new' } : toShownChange(change);

/** What was gained, as a number: nobody asks how many percent of the stars are new. */
function gainedDelta({ gained, current, previous }: Gained): Delta | null {
  if (gained === null) return null;
  const pair = current == null || previous == null ? null : { now: current, before: previous };
  const direction = gained > 0 ? 'up' : gained < 0 ? 'down' : 'same';
  return { direction, text: formatDifference(gained), pair, reason: null };
}

/** The change of what was gained; null if nothing is compared. */
export function comparedDelta(comparison: Comparison, { current, previous }: Gained): Delta | null {
  if (comparison.kind === 'none' || current == null || previous == null) return null;
  const pair = { now: current, before: previous };
  const { change, reason } = changeOfGains({ current, previous });
  if (reason) return { direction: 'same', text: '–', pair, reason: REASONS[reason] };
  return { ...shownOf(change), pair, reason: null };
}

function perDay({ knownDays }: TileSource, value: number | null): string {
  return value === null || knownDays < 2 ? '' : `${formatCount(Math.round(value / knownDays))} a day`;
}

/** The figure before, if what is compared is all of this figure. Otherwise the two numbers would not belong together. */
function noteOf({ comparison, totals }: TileSource, metric: 'viewCount', otherwise: string): string {
  const { compared, total } = comparison.repositories;
  const isWhole = compared === total && comparison.current[SUM_OF[metric]] === totals[SUM_OF[metric]];
  const before = comparison.previous[SUM_OF[metric]];
  return comparison.comparable && isWhole && before !== null ? `${formatCount(before)} before` : otherwise;
}
