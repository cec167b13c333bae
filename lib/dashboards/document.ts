import * as z from 'zod';
import { VegaLiteSpec } from './vega-lite-spec.ts';

const title = z.string().trim().max(100);

const Widget = z.strictObject({
  title,
  x: z.int().min(0).max(11).describe('First column, of 12.'),
  y: z.int().min(0).max(500).describe('First row; a row is about 80 pixels high.'),
  w: z.int().min(1).max(12).describe('Columns; x + w is at most 12.'),
  h: z.int().min(1).max(24).describe('Rows.'),
  spec: VegaLiteSpec,
});

const Tab = z.strictObject({
  title: title.min(1),
  widgets: z.array(Widget).max(24),
});

/** A dashboard as it is stored, imported and exported: tabs with widgets on a grid, each a Vega-Lite specification. */
export const DashboardDocument = z.strictObject({
  $schema: z.string().max(300).optional(),
  name: title.min(1),
  /** The page's range when the dashboard is opened; without it the page's own. */
  range: z
    .enum(['7', '14', '30', '90', '365', 'all'])
    .describe('Days that are shown when the dashboard is opened.')
    .optional(),
  tabs: z.array(Tab).min(1).max(10),
});
/** A document that the schema let through, its titles trimmed; `requireDocument` checks what a schema cannot say. */
export type DashboardDocument = z.infer<typeof DashboardDocument>;
