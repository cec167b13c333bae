import * as z from 'zod';
import { DATA_NAMES, MAX_ROWS, MAX_SIZE, MAX_VIEWS } from './rules.ts';

/** The part of Vega-Lite (https://vega.github.io/vega-lite/docs/) that a dashboard may use, to check and complete it. */

const MARKS = [
  'arc',
  'area',
  'bar',
  'boxplot',
  'circle',
  'errorband',
  'errorbar',
  'line',
  'point',
  'rect',
  'rule',
  'square',
  'text',
  'tick',
  'trail',
] as const;

/** All except those of maps, and `href` and `url`, which hold addresses. */
const CHANNELS = [
  'x',
  'y',
  'x2',
  'y2',
  'xOffset',
  'yOffset',
  'xError',
  'yError',
  'xError2',
  'yError2',
  'theta',
  'theta2',
  'radius',
  'radius2',
  'color',
  'fill',
  'stroke',
  'opacity',
  'fillOpacity',
  'strokeOpacity',
  'strokeWidth',
  'strokeDash',
  'size',
  'angle',
  'shape',
  'text',
  'tooltip',
  'description',
  'detail',
  'key',
  'order',
  'facet',
  'row',
  'column',
] as const;

const TYPES = ['quantitative', 'temporal', 'ordinal', 'nominal'] as const;
const AGGREGATES = [
  'count',
  'sum',
  'mean',
  'average',
  'median',
  'min',
  'max',
  'distinct',
  'valid',
  'missing',
  'q1',
  'q3',
  'ci0',
  'ci1',
  'stdev',
  'stdevp',
  'stderr',
  'variance',
  'variancep',
  'product',
  'values',
  'argmin',
  'argmax',
] as const;

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
  .describe('Which column or value each channel shows.');

const Data = z
  .looseObject({
    name: z
      .enum(DATA_NAMES, `There is no such table. Name one of ${DATA_NAMES.join(', ')}.`)
      .describe('One of the traffic tables.')
      .optional(),
    values: z.array(z.unknown()).max(MAX_ROWS).describe('Inline rows, at most 1,000.').optional(),
    sequence: z.looseObject({ start: z.number(), stop: z.number(), step: z.number().optional() }).optional(),
  })
  .describe('{ "name": … } for a table, { "values": […] } for a few inline rows.');

const Mark = z.union(
  [z.enum(MARKS), z.looseObject({ type: z.enum(MARKS) })],
  `This must be a mark: ${MARKS.join(', ')}.`,
);

const size = z.union([
  z.number().min(1).max(MAX_SIZE),
  z.literal('container'),
  z.looseObject({ step: z.number() }),
]);

/** A unit, layer, concatenation, facet or repetition. */
export const VegaLiteSpec = z.looseObject({
  $schema: z
    .string()
    .regex(
      /^https:\/\/vega\.github\.io\/schema\/vega-lite\/v\d+(\.\d+){0,2}\.json$/,
      'This must be the address of a Vega-Lite schema.',
    )
    .optional(),
  title: z.union([text, z.null()]).optional(),
  description: z.string().optional(),
  data: Data.nullable().optional(),
  transform: z.array(loose).max(MAX_VIEWS).describe('Steps from the table to what is drawn.').optional(),
  params: z.array(loose).max(MAX_VIEWS).optional(),
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
    return z.array(VegaLiteSpec).max(MAX_VIEWS).describe('Views on top of each other.').optional();
  },
  get hconcat() {
    return z.array(VegaLiteSpec).max(MAX_VIEWS).optional();
  },
  get vconcat() {
    return z.array(VegaLiteSpec).max(MAX_VIEWS).optional();
  },
  get concat() {
    return z.array(VegaLiteSpec).max(MAX_VIEWS).optional();
  },
  get spec() {
    return VegaLiteSpec.optional();
  },
});
/** A specification that fits the schema. It may have more members than the schema names: `listSpecProblems` checks them. */
export type VegaLiteSpec = z.infer<typeof VegaLiteSpec>;
