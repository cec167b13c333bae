import * as z from 'zod';

/** What a dashboard may use of Vega-Lite (https://vega.github.io/vega-lite/docs/), as a schema for checking and completion. */

const MARKS = [
  ...(['arc', 'area', 'bar', 'boxplot', 'circle', 'errorband', 'errorbar', 'line', 'point'] as const),
  ...(['rect', 'rule', 'square', 'text', 'tick', 'trail'] as const),
] as const;

/** All but `href` and `url`, which lead to addresses, and those of maps. */
const CHANNELS = [
  ...(['x', 'y', 'x2', 'y2', 'xOffset', 'yOffset', 'xError', 'yError', 'xError2', 'yError2'] as const),
  ...(['theta', 'theta2', 'radius', 'radius2', 'color', 'fill', 'stroke', 'opacity', 'fillOpacity'] as const),
  ...(['strokeOpacity', 'strokeWidth', 'strokeDash', 'size', 'angle', 'shape', 'text', 'tooltip'] as const),
  ...(['description', 'detail', 'key', 'order', 'facet', 'row', 'column'] as const),
] as const;

const TYPES = ['quantitative', 'temporal', 'ordinal', 'nominal'] as const;
const AGGREGATES = [
  ...(['count', 'sum', 'mean', 'average', 'median', 'min', 'max', 'distinct', 'valid', 'missing'] as const),
  ...(['q1', 'q3', 'ci0', 'ci1', 'stdev', 'stdevp', 'stderr', 'variance', 'variancep', 'product'] as const),
  ...(['values', 'argmin', 'argmax'] as const),
] as const;

/**
 * The tables that a specification may name. `repositorystats`, `weekly` and `monthly` have a row per repository and
 * day, week (its Monday) or month; `totals` has a row per day, of all repositories together. Their columns are RID,
 * ORGNAME, REPONAME (those three empty in `totals`), TDATE, VIEWCOUNT, VUNIQUES, CLONECOUNT, CUNIQUES: figures are
 * numbers or null, TDATE is a date at 00:00 UTC. The range and the repositories that the page's reader picked are
 * applied before.
 *
 * The rows of `traffic` are days up to 92 days, weeks up to two years, then months, which the page tells with the title;
 * `trend` is the same without days. Both name the fifteen repositories with most views and the fifteen with most clones;
 * a row with RID, ORGNAME and REPONAME null is all others together. `repositories` has one row per repository, of the
 * whole range. These three have the columns STEP ('day', 'week', 'month' or 'range') and TEND, the day after the row's
 * last; a week or month that the range cuts begins or ends there.
 */
export const DATA_NAMES = [
  ...(['repositorystats', 'weekly', 'monthly', 'totals'] as const),
  ...(['traffic', 'trend', 'repositories'] as const),
] as const;
/** The name of one of these tables. */
export type DataName = (typeof DATA_NAMES)[number];

const loose = z.looseObject({});
const text = z.union([z.string(), z.array(z.string()), loose], 'This must be text.');

const Channel = z
  .looseObject({
    field: z.union([z.string(), loose], 'This must be a column’s name.').optional(),
    type: z.enum(TYPES).optional(),
    aggregate: z.union([z.enum(AGGREGATES), loose], 'There is no such aggregate.').optional(),
    bin: z.union([z.boolean(), z.null(), z.literal('binned'), loose]).optional(),
    timeUnit: z.union([z.string(), loose]).optional(),
    title: z.union([text, z.null()]).optional(),
    scale: z.union([loose, z.null()]).optional(),
    axis: z.union([loose, z.null()]).optional(),
    legend: z.union([loose, z.null()]).optional(),
    format: z.union([z.string(), loose]).optional(),
  })
  .describe('A column or a value for a channel.');

const Encoding = z
  .partialRecord(
    z.enum(CHANNELS),
    z.union(
      [Channel, z.array(Channel), z.null()],
      'This must be an object, such as { "field": "VIEWCOUNT" }.',
    ),
  )
  .describe('Channels: what of the data is drawn how.');

const Data = z
  .looseObject({
    name: z
      .enum(DATA_NAMES, `There is no such table; there are ${DATA_NAMES.join(', ')}.`)
      .describe('One of the tables of traffic; its address is filled in.')
      .optional(),
    values: z
      .array(z.unknown())
      .max(1000)
      .describe('Rows of the specification’s own, at most 1,000.')
      .optional(),
    sequence: z.looseObject({ start: z.number(), stop: z.number(), step: z.number().optional() }).optional(),
  })
  .describe('{ "name": … } of a table; {"values": […]} for few rows of your own.');

const Mark = z.union(
  [z.enum(MARKS), z.looseObject({ type: z.enum(MARKS) })],
  `This must be a mark: ${MARKS.join(', ')}.`,
);

const size = z.union([
  z.number().min(1).max(4000),
  z.literal('container'),
  z.looseObject({ step: z.number() }),
]);

/** A unit, layer, concatenation, facet or repetition. */
export const VegaLiteSpec = z.looseObject({
  $schema: z
    .string()
    .regex(
      /^https:\/\/vega\.github\.io\/schema\/vega-lite\/v\d+(\.\d+){0,2}\.json$/,
      'This must be the address of Vega-Lite’s schema.',
    )
    .optional(),
  title: z.union([text, z.null()]).optional(),
  description: z.string().optional(),
  data: Data.nullable().optional(),
  transform: z.array(loose).max(50).describe('Steps from the table to what is drawn.').optional(),
  params: z.array(loose).max(50).optional(),
  mark: Mark.optional(),
  encoding: Encoding.optional(),
  width: size.optional(),
  height: size.optional(),
  projection: z.never('Maps are not drawn here.').optional(),
  resolve: loose.optional(),
  config: loose.optional(),
  facet: loose.optional(),
  repeat: z.union([z.array(z.string()), z.looseObject({})]).optional(),
  columns: z.number().optional(),
  get layer() {
    return z.array(VegaLiteSpec).max(50).describe('Views on top of each other.').optional();
  },
  get hconcat() {
    return z.array(VegaLiteSpec).max(50).optional();
  },
  get vconcat() {
    return z.array(VegaLiteSpec).max(50).optional();
  },
  get concat() {
    return z.array(VegaLiteSpec).max(50).optional();
  },
  get spec() {
    return VegaLiteSpec.optional();
  },
});
/** A specification that the schema let through, with members that it does not name: `listSpecProblems` looks into them. */
export type VegaLiteSpec = z.infer<typeof VegaLiteSpec>;
