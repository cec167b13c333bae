import * as z from 'zod';
import { depthProblem, holdsNul, listSpecProblems, type Problem, toPointer } from './rules.ts';
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
  /** The range that the page opens with; without it, the page's default. */
  range: z
    .enum(['7', '14', '30', '90', '365', 'all'])
    .describe('Days that are shown when the dashboard is opened.')
    .optional(),
  tabs: z.array(Tab).min(1).max(10),
});
/** A document that fits the schema, its titles trimmed. `parseDocument` also checks what a schema cannot say. */
export type DashboardDocument = z.infer<typeof DashboardDocument>;

function listRuleProblems({ tabs }: DashboardDocument): Problem[] {
  return tabs.flatMap(({ widgets }, tab) =>
    widgets.flatMap(({ x, w, spec }, widget) => {
      const at = `/tabs/${tab}/widgets/${widget}`;
      const wide = x + w > 12 ? [{ path: `${at}/w`, message: 'x + w must be at most 12.' }] : [];
      const wrong = listSpecProblems(spec, `${at}/spec`).map(({ path, message }) => ({ path, message }));
      return [...wide, ...wrong];
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
