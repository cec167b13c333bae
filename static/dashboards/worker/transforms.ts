import { transforms } from 'vega';
import { WidgetError } from '../widget-error.ts';
import { cellsLeft, requireCells, requireRows } from './budget.ts';
import { countIntervals } from './intervals.ts';

type Row = Record<string, unknown>;
type Accessor = (row: Row) => unknown;

interface Pulse {
  add: Row[];
  source?: Row[] | null;
}

interface Scale {
  type: string;
  domain(): unknown[];
}

/** The parameters of Vega's transforms that decide how much is made. */
interface Parameters {
  as?: unknown;
  ops?: unknown;
  fields?: Accessor[];
  field?: Accessor;
  groupby?: Accessor[];
  key?: Accessor;
  keyvals?: unknown[];
  cross?: boolean;
  start?: number;
  stop?: number;
  step?: number;
  steps?: number;
  minsteps?: number;
  maxsteps?: number;
  probs?: unknown[];
  order?: number;
  base?: number;
  bins?: unknown;
  domain?: unknown[];
  schemeCount?: number;
  scale?: Scale;
  count?: unknown;
}

interface Operator {
  transform(parameters: Parameters, pulse: Pulse): unknown;
}
type OperatorClass = new (...parts: unknown[]) => Operator;

const MAX_MARKS = 10_000;
const MAX_TICKS = 1000;
const MAX_STEPS = 10_000;
const MAX_ORDER = 20;
const MAX_BASE = 1000;

function tooManyMarks(): WidgetError {
  return new WidgetError(
    'too_many_marks',
    `More than ${MAX_MARKS.toLocaleString('en-GB')} marks. Aggregate the figures, use the table "traffic", or pick fewer days or repositories.`,
  );
}

/** A line or an area is one mark, however many points it has. */
export const isOneMark = (marktype: string | undefined) =>
  marktype === 'line' || marktype === 'area' || marktype === 'trail';

/** Throws a `WidgetError` for that many. */
export function requireFewMarks(count: number): void {
  if (count >= MAX_MARKS) throw tooManyMarks();
}

function requireAtMost(most: number, count: unknown, what: string): void {
  if (Number(count) > most)
    throw new WidgetError('too_large', `${what}: at most ${most.toLocaleString('en-GB')} are allowed.`);
}

const rowsOf = ({ add, source }: Pulse) => (source && source.length > add.length ? source : add);

/** How many different values, or combinations of values, the rows have. */
const countDistinct = (rows: Row[], fields: Accessor[]) =>
  fields.length === 0 ? 1 : new Set(rows.map((row) => String(fields.map((field) => field(row))))).size;

const groupsOf = ({ groupby = [] }: Parameters, pulse: Pulse) => countDistinct(rowsOf(pulse), groupby);

const lengthOf = (value: unknown) => (Array.isArray(value) ? value.length : value === undefined ? 0 : 1);

/** The columns that a transform adds to each of its rows. */
const columnsOf = ({ as, ops }: Parameters) => Math.max(lengthOf(as), lengthOf(ops));

function expectAggregate(parameters: Parameters, pulse: Pulse): void {
  const rows = rowsOf(pulse);
  const { groupby = [], cross } = parameters;
  if (cross) requireRows(groupby.reduce((product, one) => product * countDistinct(rows, [one]), 1));
  const columns = columnsOf(parameters);
  if (rows.length * columns > cellsLeft()) requireCells(groupsOf(parameters, pulse) * columns);
}

function expectPivot(parameters: Parameters, pulse: Pulse): void {
  const { field } = parameters;
  requireCells(field ? countDistinct(rowsOf(pulse), [field]) * groupsOf(parameters, pulse) : 0);
}

function expectFlatten({ fields = [] }: Parameters, pulse: Pulse): void {
  let count = 0;
  for (const row of rowsOf(pulse)) {
    const lengths = fields.map((field) => (field(row) as { length?: number } | null)?.length ?? 0);
    count += Math.max(0, ...lengths);
  }
  requireRows(count);
}

function expectImpute(parameters: Parameters, pulse: Pulse): void {
  const { key, keyvals = [] } = parameters;
  const keys = keyvals.length + (key ? countDistinct(rowsOf(pulse), [key]) : 0);
  requireRows(keys * groupsOf(parameters, pulse));
}

function expectDensity(parameters: Parameters, pulse: Pulse): void {
  const { steps, minsteps, maxsteps } = parameters;
  for (const count of [steps, minsteps, maxsteps]) requireAtMost(MAX_STEPS, count, 'Steps of a density');
  requireRows((steps ?? maxsteps ?? 200) * groupsOf(parameters, pulse));
}

function expectQuantile(parameters: Parameters, pulse: Pulse): void {
  const { probs, step = 0.01 } = parameters;
  requireRows((probs?.length ?? 1 / step) * groupsOf(parameters, pulse));
}

function expectRegression(parameters: Parameters, pulse: Pulse): void {
  requireAtMost(MAX_ORDER, parameters.order, 'Orders of a regression');
  requireRows(200 * groupsOf(parameters, pulse));
}

const endsOf = (domain: unknown[] | undefined) => [Number(domain?.[0] ?? 0), Number(domain?.at(-1) ?? 0)];

function expectScale({ bins, domain, base, schemeCount }: Parameters): void {
  requireAtMost(MAX_BASE, base, 'Bases of a scale');
  requireAtMost(MAX_TICKS, schemeCount, 'Colors of a scale');
  if (!bins || Array.isArray(bins)) return;
  const [low = 0, high = 0] = endsOf(domain);
  // Often a function, with these as its members.
  const { start = low, stop = high, step = 0 } = bins as { start?: number; stop?: number; step?: number };
  requireAtMost(MAX_TICKS, Math.abs((stop - start) / step), 'Bins');
}

/** `count` is a number, the name of an interval, or an object with both. */
function expectTicks({ scale, count }: Parameters): void {
  const { interval, step = 1 } = (
    typeof count === 'object' && count !== null ? count : { interval: count }
  ) as { interval?: unknown; step?: number };
  const [low = 0, high = 0] = endsOf(scale?.domain());
  const ticks = typeof interval === 'string' ? countIntervals(interval, low, high, step) : interval;
  requireAtMost(MAX_TICKS, ticks, 'Ticks');
}

interface Item {
  mark?: { marktype?: string };
}

function expectMarks(_: Parameters, { add }: Pulse): void {
  if (!isOneMark((add[0] as Item | undefined)?.mark?.marktype)) requireFewMarks(add.length);
}

/** Throw before a transform makes too much; by its name. */
const FORECASTS: Record<string, (parameters: Parameters, pulse: Pulse) => void> = {
  aggregate: expectAggregate,
  axisticks: expectTicks,
  cross: (_, pulse) => requireRows(rowsOf(pulse).length ** 2),
  density: expectDensity,
  encode: expectMarks,
  flatten: expectFlatten,
  fold: ({ fields = [] }, pulse) => requireRows(rowsOf(pulse).length * fields.length),
  impute: expectImpute,
  kde: expectDensity,
  legendentries: expectTicks,
  pivot: expectPivot,
  quantile: expectQuantile,
  regression: expectRegression,
  scale: expectScale,
  sequence: ({ start = 0, stop = 0, step = 1 }) => requireRows(Math.abs((stop - start) / step)),
};

const expectColumns = (parameters: Parameters, pulse: Pulse) =>
  requireCells(columnsOf(parameters) * pulse.add.length);

function bounded(name: string, Transform: OperatorClass): OperatorClass {
  const expect = FORECASTS[name] ?? expectColumns;
  return class extends Transform {
    override transform(parameters: Parameters, pulse: Pulse): unknown {
      expect(parameters, pulse);
      const result = super.transform(parameters, pulse);
      requireRows(0);
      return result;
    }
  };
}

const registry = transforms as unknown as Record<string, OperatorClass>;
for (const [name, Transform] of Object.entries(registry)) registry[name] = bounded(name, Transform);
