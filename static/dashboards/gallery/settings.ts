import {
  type GalleryKind,
  MAX_LINES,
  METRIC_NAMES,
  RANKED_METRICS,
  WIDGET_METRICS,
  type WidgetMetric,
} from '../../../lib/dashboards/gallery.ts';
import type { FiguresSettings, GallerySettings } from '../../../lib/dashboards/gallery-schema.ts';
import { METRICS } from '../../../lib/traffic/figures.ts';
import type { Widget } from '../document.ts';

/** A widget of the gallery in a document. */
export type GalleryWidget = Exclude<Widget, { spec: unknown }>;

export const isGallery = (widget: Widget): widget is GalleryWidget => !('spec' in widget);

export const KIND_NAMES: Record<GalleryKind, string> = {
  figure: 'Figure',
  trend: 'Trend',
  comparison: 'Comparison',
  ranking: 'Ranking',
  calendar: 'Calendar',
  referrers: 'Referrers',
  table: 'Table',
  text: 'Text',
};

/** Adding days up counts people who return again. */
export const isMaximum = (metric: WidgetMetric) => metric === 'viewUniques' || metric === 'cloneUniques';

/** What the kind can count; none if it has no choice. */
export function metricsOf(kind: GalleryKind): readonly WidgetMetric[] {
  if (kind === 'calendar' || kind === 'comparison') return METRICS;
  if (kind === 'ranking' || kind === 'table') return RANKED_METRICS;
  return kind === 'figure' || kind === 'trend' ? WIDGET_METRICS : [];
}

/** How many rows or lines the kind can have; none if it has no choice. */
export function countsOf(kind: GalleryKind): readonly number[] {
  if (kind === 'comparison') return [2, 3, 4, 5, MAX_LINES];
  return kind === 'ranking' || kind === 'table' || kind === 'referrers' ? [5, 8, 10, 15, 25] : [];
}

const SAME = { repositories: 'dashboard', range: 'dashboard' } as const;

/** What a new widget is set to. */
export const DEFAULTS: { [Kind in GalleryKind]: GallerySettings & { kind: Kind } } = {
  figure: { kind: 'figure', metric: 'viewCount', change: true, ...SAME },
  trend: { kind: 'trend', metric: 'viewCount', change: true, ...SAME },
  comparison: { kind: 'comparison', metric: 'viewCount', count: 5, ...SAME },
  ranking: { kind: 'ranking', metric: 'viewCount', count: 8, change: true, ...SAME },
  calendar: { kind: 'calendar', metric: 'viewCount', repositories: 'dashboard', range: '365' },
  referrers: { kind: 'referrers', count: 8, ...SAME },
  table: { kind: 'table', metric: 'viewCount', count: 10, change: true, ...SAME },
  text: { kind: 'text', text: '' },
};

/** The three sizes of the gallery, in columns. */
export const SIZES = [
  { name: 'Small', w: 4 },
  { name: 'Wide', w: 8 },
  { name: 'Full', w: 12 },
] as const;

/** The size of a new widget. */
export const FIRST_SIZES: Record<GalleryKind, { w: number; h: number }> = {
  figure: { w: 4, h: 3 },
  trend: { w: 8, h: 5 },
  comparison: { w: 8, h: 5 },
  ranking: { w: 4, h: 5 },
  calendar: { w: 12, h: 4 },
  referrers: { w: 4, h: 5 },
  table: { w: 8, h: 6 },
  text: { w: 4, h: 3 },
};

/** The title of a widget that has none. */
export function titleOf(settings: GallerySettings): string {
  if (settings.kind === 'text') return 'Note';
  if (settings.kind === 'referrers') return 'Referrers';
  const name = METRIC_NAMES[settings.metric];
  if (settings.kind === 'figure' || settings.kind === 'trend') return name;
  if (settings.kind === 'calendar') return `${name} by day`;
  return settings.kind === 'table' ? 'Repositories' : `${name} by repository`;
}

/** A widget's settings without its title and place. */
export function settingsOf(widget: GalleryWidget): GallerySettings {
  const { title: _title, x: _x, y: _y, w: _w, h: _h, ...settings } = widget;
  return settings;
}

/** Whether a widget shows figures. */
export const hasFigures = (settings: GallerySettings): settings is FiguresSettings =>
  settings.kind !== 'text';

/** Whether a widget of a document is one of the gallery that shows figures. */
export const isFigures = (widget: Widget) => isGallery(widget) && hasFigures(settingsOf(widget));
