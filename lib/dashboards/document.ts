import * as z from 'zod';
import { RANGES } from '../stats/range-names.ts';
import { COLUMNS, MAX_ROW, MAX_TABS, MAX_WIDGETS } from './gallery.ts';
import {
  CalendarSettings,
  ComparisonSettings,
  FigureSettings,
  RankingSettings,
  ReferrersSettings,
  TableSettings,
  TextSettings,
  TrendSettings,
} from './gallery-schema.ts';
import { depthProblem, holdsNul, listSpecProblems, type Problem, toPointer } from './rules.ts';
import { VegaLiteSpec } from './vega-lite-spec.ts';

const title = z.string().trim().max(100);

/** The title of a widget, and where it is on the grid. */
const PLACED = {
  title,
  x: z.int().min(0).max(11).describe('First column, of 12.'),
  y: z.int().min(0).max(MAX_ROW).describe('First row; a row is about 80 pixels high.'),
  w: z.int().min(1).max(12).describe('Columns; x + w is at most 12.'),
  h: z.int().min(1).max(24).describe('Rows.'),
};

/** Documents from before there was a gallery name no kind. */
const VegaLiteWidget = z.strictObject({
  kind: z.literal('vega-lite').optional(),
  ...PLACED,
  spec: VegaLiteSpec,
});

/** A widget with its place. */
export const Widget = z.discriminatedUnion(
  'kind',
  [
    VegaLiteWidget,
    FigureSettings.extend(PLACED),
    TrendSettings.extend(PLACED),
    ComparisonSettings.extend(PLACED),
    RankingSettings.extend(PLACED),
    CalendarSettings.extend(PLACED),
    ReferrersSettings.extend(PLACED),
    TableSettings.extend(PLACED),
    TextSettings.extend(PLACED),
  ],
  { error: ({ code }) => (code === 'invalid_union' ? 'There is no such kind of widget.' : undefined) },
);

const Tab = z.strictObject({
  title: title.min(1),
  widgets: z.array(Widget).max(MAX_WIDGETS),
});

/** A dashboard as it is stored, imported and exported: tabs with widgets on a grid, of the gallery or each with a Vega-Lite specification. */
export const DashboardDocument = z.strictObject({
  $schema: z.string().max(300).optional(),
  name: title.min(1),
  /** The range that the page opens with; without it, the page's default. */
  range: z.enum(RANGES).describe('Days that are shown when the dashboard is opened.').optional(),
  tabs: z.array(Tab).min(1).max(MAX_TABS),
});
/** A document that fits the schema, its titles trimmed. `parseDocument` also checks what a schema cannot say. */
export type DashboardDocument = z.infer<typeof DashboardDocument>;

function listRuleProblems({ tabs }: DashboardDocument): Problem[] {
  return tabs.flatMap(({ widgets }, tab) =>
    widgets.flatMap((widget, place) => {
      const at = `/tabs/${tab}/widgets/${place}`;
      const isWide = widget.x + widget.w > COLUMNS;
      const wide = isWide ? [{ path: `${at}/w`, message: 'x + w must be at most 12.' }] : [];
      if (!('spec' in widget)) return wide;
      const wrong = listSpecProblems(widget.spec, `${at}/spec`);
      return [...wide, ...wrong.map(({ path, message }) => ({ path, message }))];
    }),
  );
}

/** A document as it may be stored and drawn, or its problems. The API and the editor both ask here. */
export function parseDocument(
  value: unknown,
): { document: DashboardDocument; problems: [] } | { document: undefined; problems: Problem[] } {
  const tooDeep = depthProblem(value);
  if (tooDeep) return { document: undefined, problems: [{ path: '', message: tooDeep }] };
  if (holdsNul(value)) {
    const problem = { path: '', message: 'Text must not hold the character U+0000.' };
    return { document: undefined, problems: [problem] };
  }
  const parsed = DashboardDocument.safeParse(value);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => ({ path: toPointer(path), message }));
    return { document: undefined, problems };
  }
  // Not what was parsed: that lacks members named __proto__.
  const problems = listRuleProblems(value as DashboardDocument);
  return problems.length > 0 ? { document: undefined, problems } : { document: parsed.data, problems: [] };
}
