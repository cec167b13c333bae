import type { WidgetErrorCode } from '../static/dashboards/widget-error.ts';

/**
 * Specifications that would keep a browser busy for seconds or forever, or fill its memory. Each passes the schema. Those
 * marked `stopped` look harmless until they run: only ending the worker stops them.
 */

interface Freezing {
  name: string;
  spec: Record<string, unknown>;
  code: WidgetErrorCode;
}

const x = { field: 'TDATE', type: 'temporal' };
const y = { field: 'VIEWCOUNT', type: 'quantitative' };
const daily = { data: { name: 'totals' }, mark: 'bar', encoding: { x, y } };

const values = Array.from({ length: 1000 }, (_, index) => ({
  a: index,
  b: (index * 7) % 1000,
  t: `text ${index}`,
}));
const a = { field: 'a', type: 'quantitative' };
const inline = { data: { values }, mark: 'point', encoding: { x: a } };

const times = <Item>(count: number, make: (index: number) => Item) =>
  Array.from({ length: count }, (_, index) => make(index));

const calculate = (expression: string) => ({
  ...daily,
  transform: [{ calculate: expression, as: 'made' }],
});
/** The same step again and again, on what it made before. */
const again = (first: string, count: number, step: string) => ({
  ...daily,
  transform: [
    { calculate: first, as: 's' },
    ...times(count, () => ({ calculate: step, as: 's' })),
    { calculate: "datum.s + ''", as: 'text' },
  ],
});
/** Ten rows of each row, so often. */
const tenfold = (count: number) =>
  times(count, (index) => [
    { calculate: '[0,1,2,3,4,5,6,7,8,9]', as: `l${index}` },
    { flatten: [`l${index}`] },
  ]).flat();

const withAxis = (axis: unknown) => ({ ...daily, encoding: { x, y: { ...y, axis } } });
const withTimeAxis = (axis: unknown) => ({ ...daily, encoding: { x: { ...x, axis }, y } });
const withColor = (color: object) => ({ ...daily, encoding: { x, y, color: { ...y, ...color } } });
const withTransform = (...transform: unknown[]) => ({ ...inline, transform });
const withMark = (mark: object) => ({ ...inline, mark });
const withScale = (scale: object) => ({ ...inline, encoding: { x: { ...a, scale } } });

/** What a review found: each of these passed the check and hung the page. */
export const reported: Freezing[] = [
  { name: 'a wide format of an axis', spec: withAxis({ format: '300000000d' }), code: 'too_large' },
  { name: 'a wide format', spec: calculate("format(1,'300000000d')"), code: 'too_large' },
  {
    name: '20 folds of four columns',
    spec: {
      ...daily,
      transform: times(20, () => ({ fold: ['VIEWCOUNT', 'VUNIQUES', 'CLONECOUNT', 'CUNIQUES'] })),
    },
    code: 'too_large',
  },
  { name: '10 lists of ten', spec: { ...daily, transform: tenfold(10) }, code: 'too_large' },
  { name: '100,000,000 ticks', spec: withAxis({ tickCount: { expr: '1e8' } }), code: 'too_large' },
  { name: '25 doublings', spec: again("'a'", 25, 'datum.s + datum.s'), code: 'too_large' },
];

/** They pass every check, and no bound ends them in time. */
export const endless: Freezing[] = [
  {
    name: 'a window over all rows for each row',
    spec: withTransform(...tenfold(2), {
      window: [{ op: 'median', field: 'a', as: 'm' }],
      frame: [-100_000, 100_000],
    }),
    code: 'stopped',
  },
  {
    name: '9,000 large marks above each other',
    spec: {
      ...withTransform({ calculate: '[0,1,2,3,4,5,6,7,8]', as: 'l' }, { flatten: ['l'] }),
      width: 2000,
      height: 2000,
      mark: { type: 'rect', opacity: 0.01, width: 4000, height: 4000 },
    },
    code: 'stopped',
  },
  {
    name: 'a local regression over all rows',
    spec: withTransform(...tenfold(2), { loess: 'a', on: 'b', bandwidth: 1 }),
    code: 'stopped',
  },
  {
    name: 'the outline of the globe, without end',
    spec: {
      data: {
        values: [
          {
            type: 'Polygon',
            coordinates: [times(5000, (index) => [(index % 360) - 180, ((index * 7) % 180) - 90])],
          },
        ],
      },
      mark: 'geoshape',
      projection: { type: 'orthographic', precision: 1e-9 },
    },
    code: 'stopped',
  },
];

const replacements = times(14, () => "a$'$'").reduce(
  (text, other) => `replace(${text}, 'a', "${other}")`,
  "'aaaaaaaaaa'",
);

const expressions = [
  { name: 'a format put together', expression: "format(1,'3000' + '00000d')" },
  { name: 'a format in a list', expression: "format(1,['300000000d'])" },
  { name: 'all milliseconds', expression: "utcSequence('milliseconds', 0, 1e12)" },
  { name: 'all seconds', expression: "timeSequence('seconds', 0, 1e12)" },
  { name: 'a long sequence', expression: 'sequence(0, 1e9)' },
  { name: 'a long text', expression: "pad('a', 1e9)" },
  { name: 'replacements within replacements', expression: replacements },
].map(({ name, expression }): Freezing => ({ name, spec: calculate(expression), code: 'too_large' }));

const growing: Freezing[] = [
  { name: 'doubling by joining', spec: again("'a'", 25, "join([datum.s, datum.s], '')"), code: 'too_large' },
  {
    name: 'doubling by replacing',
    spec: again("'ab'", 25, "replace(datum.s, 'b', datum.s)"),
    code: 'too_large',
  },
  { name: 'lists of two lists', spec: again('[1]', 30, '[datum.s, datum.s]'), code: 'too_large' },
  {
    name: 'objects of two objects',
    spec: again('{a: 1}', 30, '{a: datum.s, b: datum.s}'),
    code: 'too_large',
  },
  {
    name: 'merged objects',
    spec: again('{a: 1}', 30, 'merge({a: datum.s}, {b: datum.s})'),
    code: 'too_large',
  },
  {
    name: 'brackets in brackets',
    spec: calculate(`${'('.repeat(20_000)}1${')'.repeat(20_000)}`),
    code: 'not_vega_lite',
  },
  {
    name: 'a sum of 60,000 parts',
    spec: calculate(times(60_000, () => '1').join('+')),
    code: 'not_vega_lite',
  },
];

const transforms: Freezing[] = [
  {
    name: 'every combination imputed',
    spec: withTransform({ impute: 't', key: 'b', groupby: ['a'], value: 0 }),
    code: 'too_large',
  },
  {
    name: '1,000 keys imputed for each of 1,000 groups',
    spec: withTransform({
      impute: 'a',
      key: 'b',
      keyvals: { start: 0, stop: 1000 },
      groupby: ['t'],
      value: 0,
    }),
    code: 'too_large',
  },
  {
    name: 'a column for each row',
    spec: withTransform(
      ...tenfold(1),
      { calculate: "datum.a + '-' + datum.l0", as: 'k' },
      { pivot: 'k', value: 'a', groupby: ['k'] },
    ),
    code: 'too_large',
  },
  {
    name: 'a list of all rows for each row',
    spec: withTransform({ joinaggregate: [{ op: 'values', field: 'a', as: 'all' }] }, { flatten: ['all'] }),
    code: 'too_large',
  },
  {
    name: '500 steps of density for each row',
    spec: withTransform({ density: 'a', groupby: ['t'], steps: 500, extent: [0, 1] }),
    code: 'too_large',
  },
  {
    name: '1,000 quantiles for each row',
    spec: withTransform({ quantile: 'a', groupby: ['t'], step: 0.001 }),
    code: 'too_large',
  },
  {
    name: 'a polynomial of high order',
    spec: withTransform({ regression: 'a', on: 'b', method: 'poly', order: 5000 }),
    code: 'too_large',
  },
  {
    name: '3,000 aggregates of each of 10,000 groups',
    spec: withTransform(...tenfold(1), {
      aggregate: times(3000, (index) => ({ op: 'sum', field: `f${index}`, as: `c${index}` })),
      groupby: ['a', 'l0'],
    }),
    code: 'too_large',
  },
  {
    name: '3,000 windows of each of 10,000 rows',
    spec: withTransform(...tenfold(1), {
      window: times(3000, (index) => ({ op: 'row_number', as: `c${index}` })),
    }),
    code: 'too_large',
  },
  { name: '10,000 marks', spec: withTransform(...tenfold(1)), code: 'too_many_marks' },
];

const scales: Freezing[] = [
  {
    name: 'a wide format of a legend',
    spec: withColor({ legend: { format: '300000000d' } }),
    code: 'too_large',
  },
  {
    name: 'a wide format of all numbers',
    spec: { ...daily, config: { numberFormat: '300000000d' } },
    code: 'too_large',
  },
  {
    name: 'a wide format of a tooltip',
    spec: { ...daily, encoding: { x, y, tooltip: { ...y, format: '300000000d' } } },
    code: 'too_large',
  },
  {
    name: 'many ticks of a legend',
    spec: withColor({ legend: { tickCount: { expr: '1e8' } } }),
    code: 'too_large',
  },
  {
    name: 'a number as an interval',
    spec: withAxis({ tickCount: { interval: 100_000_000 } }),
    code: 'too_large',
  },
  {
    name: 'a tick for each millisecond',
    spec: withTimeAxis({ tickCount: { interval: 'millisecond', step: 1 } }),
    code: 'too_large',
  },
  { name: 'a tick for each second', spec: withTimeAxis({ tickCount: 'second' }), code: 'too_large' },
  {
    name: 'a logarithmic scale with a large base',
    spec: withScale({ type: 'log', base: 1e9, domain: [1, 1e12] }),
    code: 'too_large',
  },
  {
    name: 'a color for each of 1,000,000,000 steps',
    spec: withColor({ scale: { type: 'quantize', scheme: { name: 'viridis', count: 1e9 } } }),
    code: 'too_large',
  },
  {
    name: 'bins of 0.001 up to 1,000,000',
    spec: {
      data: { values: [{ a: 0 }, { a: 1e6 }] },
      mark: 'bar',
      encoding: { x: { field: 'a', bin: { step: 0.001 } }, y: { aggregate: 'count' } },
    },
    code: 'too_large',
  },
  {
    name: 'long separators of thousands',
    spec: {
      ...withAxis({ format: ',.0f' }),
      config: {
        locale: {
          number: { decimal: '.', thousands: 'x'.repeat(100_000), grouping: [1], currency: ['', ''] },
        },
      },
    },
    code: 'too_large',
  },
];

const views: Freezing[] = [
  {
    name: '1,000 layers',
    spec: { data: daily.data, layer: times(1000, () => ({ mark: 'bar', encoding: { x, y } })) },
    code: 'too_many_marks',
  },
  {
    name: '1,000 facets',
    spec: { ...inline, encoding: { x: a, row: { field: 'a', type: 'nominal' } } },
    code: 'too_large',
  },
  {
    name: 'a facet for each combination',
    spec: {
      ...inline,
      encoding: { x: a, row: { field: 'a', type: 'nominal' }, column: { field: 'b', type: 'nominal' } },
    },
    code: 'too_large',
  },
  {
    name: 'all meridians',
    spec: { data: { graticule: { step: [0.001, 0.001] } }, mark: 'geoshape' },
    code: 'not_allowed',
  },
  {
    name: 'a regular expression',
    spec: calculate(`test('^(a+)+$', '${'a'.repeat(40)}!')`),
    code: 'not_allowed',
  },
];

/** Bounded before or while they are evaluated, without a browser. */
export const bounded: Freezing[] = [
  ...reported,
  ...expressions,
  ...growing,
  ...transforms,
  ...scales,
  ...views,
];

/** They are too large only where they are drawn. */
export const drawnTooLarge: Freezing[] = [
  {
    name: 'bars of 1,000,000 pixels',
    spec: { ...inline, encoding: { x: { field: 'a', type: 'ordinal' } }, width: { step: 1_000_000 } },
    code: 'too_large',
  },
  {
    name: 'large slanted gradients',
    spec: withMark({
      type: 'rect',
      width: 4000,
      height: 3999,
      fill: {
        gradient: 'linear',
        x1: 0,
        y1: 0,
        x2: 1,
        y2: 0.5,
        stops: [
          { offset: 0, color: 'red' },
          { offset: 1, color: 'blue' },
        ],
      },
    }),
    code: 'too_large',
  },
];
