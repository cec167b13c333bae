import { expect, test } from 'vitest';
import type { VegaLiteSpec } from '../../lib/dashboards/vega-lite-spec.ts';
import { evaluateWidget } from '../../static/dashboards/worker/evaluate.ts';
import portfolio from '../fixtures/vega-dashboards/portfolio.json';
import trafficByDay from '../fixtures/vega-dashboards/traffic-by-day.json';

const DAY_MS = 86_400_000;
const TODAY = Date.UTC(2026, 0, 14);

/** Figures of repositories on every `step`th day of a range, as the page gives them to a view. */
function rowsOf(repositories: number, days: number, step: number) {
  const dates = Array.from({ length: Math.ceil(days / step) }, (_, index) => TODAY - index * step * DAY_MS);
  return Array.from({ length: repositories }, (_, index) =>
    dates.map((date, place) => {
      const views = ((index * 31 + place * 17) % 97) * (1 + (index % 7));
      const figures = { VIEWCOUNT: views, VUNIQUES: Math.ceil(views / 3) };
      const clones = {
        CLONECOUNT: Math.ceil(views / 5),
        CUNIQUES: place % 9 === 0 ? null : Math.ceil(views / 9),
      };
      const repository = { RID: index + 1, ORGNAME: `owner-${index % 11}`, REPONAME: `repository-${index}` };
      return { ...repository, TDATE: new Date(date), ...figures, ...clones };
    }),
  ).flat();
}

const NAMED = 30;

/** As the API makes them for a range: the largest repositories, and a row of all others. */
function stepsOf(repositories: number, days: number) {
  const [step, length] =
    days <= 92 ? (['day', 1] as const) : days <= 731 ? (['week', 7] as const) : (['month', 30] as const);
  return rowsOf(Math.min(repositories, NAMED + 1), days, length).map((row) => ({
    ...row,
    ...(row.RID > NAMED && { RID: null, ORGNAME: null, REPONAME: null }),
    STEP: step,
    TEND: new Date(row.TDATE.getTime() + length * DAY_MS),
  }));
}

/** The rows of each table that a widget can ask for. */
const TABLES = {
  traffic: stepsOf,
  trend: (repositories: number, days: number) => stepsOf(repositories, Math.max(days, 93)),
  repositories: (repositories: number) => rowsOf(repositories, 2, 1).filter((_, index) => index % 2 === 1),
  totals: (_: number, days: number) => rowsOf(1, days, 1),
};

/** Evaluated at a size, within the bounds of a widget, and drawn as SVG. */
async function draw(
  spec: VegaLiteSpec,
  [repositories, days]: readonly [number, number],
  size: { width: number; height: number },
) {
  const { name } = spec.data as { name: keyof typeof TABLES };
  const rows = { [name]: TABLES[name](repositories, days) };
  const { view, warnings } = await evaluateWidget({ spec, rows, size, theme: {} });
  const svg = await view.toSVG();
  view.finalize();
  return {
    warnings,
    svg,
    marks: svg.match(/aria-roledescription="(bar|rect|point|line)[^"]*"/g)?.length ?? 0,
  };
}

/** Dashboards as people have them: these were built in before there was a gallery. */
const widgets = [portfolio, trafficByDay].flatMap(({ name, tabs }) =>
  tabs.flatMap(({ widgets: inTab }) =>
    inTab.map(({ title, spec }) => [name, title, spec as unknown as VegaLiteSpec] as const),
  ),
);

test.each(widgets)(
  '%s draws “%s” for 1, 12 and 300 repositories, days and years, and on a phone',
  async (_, __, spec) => {
    for (const [repositories, days, width] of [
      [1, 14, 900],
      [12, 365, 320],
      [300, 30, 900],
      [300, 3650, 900],
    ] as const) {
      const { warnings, svg, marks } = await draw(spec, [repositories, days], { width, height: 360 });
      expect(warnings).toEqual([]);
      expect(marks).toBeGreaterThan(0);
      expect(marks).toBeLessThan(10_000);
      expect(svg).not.toContain('NaN');
      expect(Number(/width="(\d+)"/.exec(svg)?.[1])).toBeLessThanOrEqual(width);
    }
  },
);

test.each(widgets)('%s leaves sizes and colors of “%s” to the page', (_, __, spec) => {
  expect([spec.width, spec.height, spec.config]).toEqual(['container', 'container', undefined]);
  expect(JSON.stringify(spec)).not.toMatch(
    /#[0-9a-f]{3,8}\b|rgba?\(|hsla?\(|"scheme"|"(background|fill|stroke)":"/i,
  );
});
