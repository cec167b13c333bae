import { METRICS } from '../traffic/figures.ts';

/** The widgets of the gallery: their kinds, what they count, and their bounds. */

/** In the order of the gallery. */
export const GALLERY_KINDS = [
  'figure',
  'trend',
  'comparison',
  'ranking',
  'calendar',
  'referrers',
  'table',
  'text',
] as const;
export type GalleryKind = (typeof GALLERY_KINDS)[number];

/** What a widget counts. Stars and downloads are those gained in the range. */
export const WIDGET_METRICS = [...METRICS, 'stars', 'downloads'] as const;
export type WidgetMetric = (typeof WIDGET_METRICS)[number];

/** What each is called. */
export const METRIC_NAMES: Record<WidgetMetric, string> = {
  viewCount: 'Views',
  viewUniques: 'Visitors',
  cloneCount: 'Clones',
  cloneUniques: 'Cloners',
  stars: 'New stars',
  downloads: 'Downloads',
};

/** What a ranking and a table can be ordered by. */
export const RANKED_METRICS = [...METRICS, 'stars'] as const;
export type RankedMetric = (typeof RANKED_METRICS)[number];

/** Of repositories that a widget names. */
export const MAX_NAMED = 50;
/** Of rows of a ranking, of referrers and of a table. */
export const MAX_LISTED = 25;
/** Of lines in a comparison. */
export const MAX_LINES = 6;
/** Of days in a calendar: 53 weeks. */
export const MAX_CALENDAR_DAYS = 371;
/** Of characters of a text widget. */
export const MAX_TEXT = 2000;
/** Columns of the grid. */
export const COLUMNS = 12;
/** The last row on which a widget can begin. */
export const MAX_ROW = 500;
/** Of widgets in a tab. */
export const MAX_WIDGETS = 24;

/** The most tabs of a dashboard. */
export const MAX_TABS = 10;
