import * as z from 'zod';
import { RANGES } from '../stats/range-names.ts';
import { METRICS } from '../traffic/figures.ts';
import { MAX_LINES, MAX_LISTED, MAX_NAMED, MAX_TEXT, RANKED_METRICS, WIDGET_METRICS } from './gallery.ts';

/** What a widget of the gallery can be set to. The pages draw it from the figures that the API answers. */

const repositories = z
  .union([
    z.enum(['dashboard', 'all']),
    z.strictObject({ group: z.int().positive() }),
    z.strictObject({ ids: z.array(z.int().positive()).min(1).max(MAX_NAMED) }),
  ])
  .describe('"dashboard": those that the page shows. "all", a group, or some by their ids.');

const range = z.enum(['dashboard', ...RANGES]).describe('"dashboard": the range that the page shows.');

const change = z.boolean().describe('Whether the change from the period before is shown.');

/** What decides which figures a widget shows. The rest says how they are shown. */
const SCOPE = { repositories, range };

export const FigureSettings = z.strictObject({
  kind: z.literal('figure'),
  metric: z.enum(WIDGET_METRICS),
  change,
  ...SCOPE,
});

export const TrendSettings = z.strictObject({
  kind: z.literal('trend'),
  metric: z.enum(WIDGET_METRICS),
  change,
  ...SCOPE,
});

export const ComparisonSettings = z.strictObject({
  kind: z.literal('comparison'),
  metric: z.enum(METRICS),
  count: z.int().min(2).max(MAX_LINES).describe('How many repositories, those with the most first.'),
  ...SCOPE,
});

export const RankingSettings = z.strictObject({
  kind: z.literal('ranking'),
  metric: z.enum(RANKED_METRICS),
  count: z.int().min(1).max(MAX_LISTED).describe('How many repositories; all others are summed up as text.'),
  change,
  ...SCOPE,
});

export const CalendarSettings = z.strictObject({
  kind: z.literal('calendar'),
  metric: z.enum(METRICS),
  ...SCOPE,
});

export const ReferrersSettings = z.strictObject({
  kind: z.literal('referrers'),
  count: z.int().min(1).max(MAX_LISTED).describe('How many referrers, by their peak in the range.'),
  ...SCOPE,
});

export const TableSettings = z.strictObject({
  kind: z.literal('table'),
  metric: z.enum(RANKED_METRICS).describe('What the rows are ordered by.'),
  count: z.int().min(1).max(MAX_LISTED),
  change,
  ...SCOPE,
});

export const TextSettings = z.strictObject({
  kind: z.literal('text'),
  text: z
    .string()
    .max(MAX_TEXT)
    .describe('Plain text. An empty line begins a paragraph, "- " an item of a list.'),
});

/** What a widget with figures is set to, without its title and place. */
export const FiguresSettings = z.discriminatedUnion('kind', [
  FigureSettings,
  TrendSettings,
  ComparisonSettings,
  RankingSettings,
  CalendarSettings,
  ReferrersSettings,
  TableSettings,
]);
export type FiguresSettings = z.infer<typeof FiguresSettings>;

/** What a widget of the gallery is set to, without its title and place. */
export type GallerySettings = FiguresSettings | z.infer<typeof TextSettings>;
