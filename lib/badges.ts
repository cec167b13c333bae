import type { Badge } from './badges/definition.ts';
import type { BadgeFigures, BadgeSource } from './badges/figures.ts';
import { badgeName } from './badges/names.ts';
import { badgeSvg, LABEL_COLOR } from './badges/picture.ts';
import { CHART_COLORS, type ColorScheme } from './charts/colors.ts';
import { pictureOf, spanOf } from './charts/picture.ts';
import { summarize } from './charts/summary.ts';
import { toSvg } from './charts/svg.ts';
import { type Traffic, trafficModel } from './charts/traffic-model.ts';

/** A small public file. */
export interface PublicFile {
  /** Within the folder of its share. */
  name: string;
  type: string;
  body: string;
}

const SVG = 'image/svg+xml; charset=utf-8';
const JSON_TYPE = 'application/json; charset=utf-8';
/** The least that shields.io accepts. */
const CACHE_SECONDS = 300;

/** Each badge as a picture, and as JSON for shields.io. A badge whose figures are not in the source is unknown. */
export function badgeFiles(source: BadgeSource, badges: readonly Badge[]): PublicFile[] {
  return badges.flatMap((badge) => {
    const message = badgeMessage(badge, source.get(badge.days));
    const json = toEndpoint(badge, message);
    const name = badgeName(badge);
    return [
      { name: `${name}.svg`, type: SVG, body: badgeSvg(badge, message) },
      { name: `${name}.json`, type: JSON_TYPE, body: JSON.stringify(json) },
    ];
  });
}

/** As shields.io reads it at an address: https://shields.io/badges/endpoint-badge */
function toEndpoint({ label, color, style }: Badge, message: string) {
  return {
    schemaVersion: 1,
    label,
    message,
    labelColor: LABEL_COLOR,
    color,
    style,
    cacheSeconds: CACHE_SECONDS,
  };
}

/** Between which numbers a figure is; null where nothing is known. */
interface Bounds {
  least: number | null;
  most: number | null;
}

const exactly = (value: number | null): Bounds => ({ least: value, most: value });

/**
 * What a badge says, such as '12.9k'. '≤ 1.2k' is at most, '≥ 310' is at least, and what is not known is 'unknown', never 0.
 * Lost days may have had any figure, so with one of them a sum is a minimum.
 */
export function badgeMessage({ metric, days }: Badge, figures: BadgeFigures | undefined): string {
  if (!figures) return UNKNOWN;
  if (metric === 'stars' && days !== 'all') {
    const { gained } = figures.stars;
    return gained === null ? UNKNOWN : `${gained > 0 ? '+' : ''}${toShort(gained)}`;
  }
  return toMessage(boundsOf(metric, days, figures));
}

const UNKNOWN = 'unknown';

function boundsOf(metric: Badge['metric'], days: Badge['days'], figures: BadgeFigures): Bounds {
  const { totals, exactUniques, stars, downloads } = figures;
  const isWhole = totals.lostDays === 0;
  switch (metric) {
    case 'views':
      return { least: totals.viewCount, most: isWhole ? totals.viewCount : null };
    case 'clones':
      return { least: totals.cloneCount, most: isWhole ? totals.cloneCount : null };
    case 'uniques':
      if (exactUniques !== null) return exactly(exactUniques);
      return { least: totals.viewUniquesLower, most: isWhole ? totals.viewUniquesUpper : null };
    case 'stars':
      return exactly(stars.total);
    case 'downloads':
      return exactly(days === 'all' ? downloads.total : downloads.gained);
  }
}

function toMessage({ least, most }: Bounds): string {
  if (most !== null) return least === most ? toShort(most) : `≤ ${toShort(most, 'ceil')}`;
  return least === null ? UNKNOWN : `≥ ${toShort(least, 'floor')}`;
}

/** A count in few characters, such as 12.9k. A bound is rounded away from the figure, so that it stays one. */
function toShort(count: number, roundingMode: 'ceil' | 'floor' | 'halfExpand' = 'halfExpand'): string {
  const options = { notation: 'compact', maximumFractionDigits: 1, roundingMode } as const;
  return count.toLocaleString('en-US', options).replace('K', 'k');
}

const SCHEMES: readonly ColorScheme[] = ['light', 'dark'];
/** As wide as GitHub shows a README. */
const CHART_SIZE = { width: 830, height: 240, scale: 'linear' } as const;

export type ChartMetric = 'viewCount' | 'cloneCount';

const CHARTS: Record<ChartMetric, { name: string; title: string }> = {
  viewCount: { name: 'views', title: 'Views' },
  cloneCount: { name: 'clones', title: 'Clones' },
};

/** The name of a chart's file within its share, such as 'views-dark.svg'. */
function chartName(metric: ChartMetric, scheme: ColorScheme): string {
  return `${CHARTS[metric].name}-${scheme}.svg`;
}

/** A chart for READMEs, once for light and once for dark pages. `subject` is whose traffic it is, null to leave it out. */
export function chartFiles(subject: string | null, traffic: Traffic, metric: ChartMetric): PublicFile[] {
  const model = trafficModel(traffic, metric);
  const title = subject === null ? CHARTS[metric].title : `${CHARTS[metric].title} of ${subject}`;
  const { shapes, width, height } = pictureOf(title, model, CHART_SIZE);
  const about = { title: `${title}, ${spanOf(model)}`, description: summarize(title, model) };
  return SCHEMES.map((scheme) => {
    const body = toSvg(
      shapes,
      { width, height, ...about },
      (name) => CHART_COLORS[scheme][name] ?? '#888888',
    );
    return { name: chartName(metric, scheme), type: SVG, body };
  });
}
