import { DATA_NAMES } from './vega-lite-spec.ts';

/** Rules of ours for Vega-Lite specifications: they reach no address and no page, and draw a bounded number of things. */

interface Problem {
  path: string;
  message: string;
}

/** Where in the specification, and which of its data it is. */
type Report = (path: string, message: string) => void;

const MAX_VIEWS = 50;
/** Parts that a specification may have in all: objects, lists and values. */
const MAX_PARTS = 20_000;
const MAX_STEPS = 1000;
/** Of sequences, quantiles and bins. */
const MIN_STEP = 0.001;

/** Where Vega-Lite would load something from, go to, or reach into the page. */
const REFUSED: Record<string, string> = {
  url: 'An address is not possible here: name one of the tables in data.',
  href: 'Links are not possible here.',
  loader: 'A loader is not possible here.',
  usermeta: 'Options of the embedding page are not possible here.',
  datasets: 'Name one of the tables, or write few rows into data.values.',
  element: 'Controls outside of the chart are not possible here.',
  signals: 'Signals are Vega’s, not Vega-Lite’s.',
  __proto__: 'This name is not possible.',
  constructor: 'This name is not possible.',
  prototype: 'This name is not possible.',
};

/** Functions that make as much as they are told to or log, and names of what is behind an object. */
const EXPRESSION = /\b(sequence|range|repeat|pad|modify|warn|info|debug)\s*\(|\b(constructor|prototype)\b|__/;
/** Where Vega-Lite evaluates text; most may hold objects too, and lists of them. */
const EVALUATED = new Set([
  'expr',
  'calculate',
  'filter',
  'test',
  'labelExpr',
  'update',
  'init',
  'signal',
  'and',
  'or',
  'not',
]);

/** A regular expression can take for ever on a short text: by a function, or written out where a value may stand. */
const REGULAR = /\b_*(regexp|test)\s*\(|(^|[^\w\s)\]'$.}])\s*\//;
const TEXTS = /'(?:\\.|[^'\\])*(?:'|$)|"(?:\\.|[^"\\])*(?:"|$)/gs;

/** Outside of texts a backslash writes a name in another way. */
function hasRegularExpression(expression: string): boolean {
  const bare = expression.replace(TEXTS, "''");
  return REGULAR.test(bare) || bare.includes('\\');
}

/** Where events are selected. What stands before a colon may be a mark's name or type, or an element of the page. */
const SELECTORS = new Set(['on', 'clear', 'translate', 'zoom']);
const EVENT_SOURCES = new Set([
  'view',
  '*',
  'rect',
  'symbol',
  'line',
  'area',
  'path',
  'text',
  'rule',
  'arc',
  'group',
]);

const SELECTOR = 300;

function isOwnEvent(selector: string): boolean {
  if (selector.length > SELECTOR) return false;
  const sources = [...selector.matchAll(/([^,>[\]\s]+):/g)].map(([, source = '']) => source);
  return sources.every((source) => EVENT_SOURCES.has(source) || /^@\w+$/.test(source));
}

/** Numbers that say how much is made, and the most that they may say. */
const BOUNDED: Record<string, number> = {
  maxbins: 500,
  steps: 500,
  tickCount: 200,
  sample: 100_000,
  columns: 50,
  width: 4000,
  height: 4000,
  maxsteps: 500,
  symbolLimit: 500,
};

const COMPOSITIONS = ['layer', 'hconcat', 'vconcat', 'concat', 'spec'];

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** How many views a specification stands for: repetitions multiply. */
function countViews(spec: unknown): number {
  if (!isObject(spec)) return 0;
  const lists = ['layer', 'hconcat', 'vconcat', 'concat'].flatMap((name) =>
    Array.isArray(spec[name]) ? (spec[name] as unknown[]) : [],
  );
  const within = lists.reduce<number>((sum, one) => sum + countViews(one), 0);
  const { repeat } = spec;
  const repeated = Array.isArray(repeat) ? [repeat] : isObject(repeat) ? Object.values(repeat) : [];
  const times = repeated.reduce<number>((product, one) => product * (Array.isArray(one) ? one.length : 1), 1);
  const own = 'mark' in spec ? 1 : 0;
  return own + within + times * countViews(spec.spec);
}

function checkView(spec: Record<string, unknown>, path: string, report: Report): void {
  const kinds = ['mark', ...COMPOSITIONS].filter((name) => name in spec);
  if (kinds.length !== 1)
    report(path, `A specification has exactly one of mark, ${COMPOSITIONS.join(', ')}.`);
  if ('spec' in spec && !('facet' in spec) && !('repeat' in spec))
    report(path, 'spec belongs to facet or repeat.');
  for (const name of COMPOSITIONS)
    for (const [place, one] of [spec[name]].flat().entries())
      if (isObject(one))
        checkView(one, Array.isArray(spec[name]) ? `${path}/${name}/${place}` : `${path}/${name}`, report);
}

function checkData(data: unknown, path: string, report: Report): void {
  if (data === null) return;
  const { name, values, sequence, ...others } = isObject(data) ? data : {};
  if (name === undefined && values === undefined && sequence === undefined)
    report(path, `Name one of ${DATA_NAMES.join(', ')}.`);
  if (name !== undefined && !DATA_NAMES.some((one) => one === name))
    report(`${path}/name`, `There is no such table; there are ${DATA_NAMES.join(', ')}.`);
  if (values !== undefined && (!Array.isArray(values) || values.length > MAX_STEPS))
    report(`${path}/values`, 'At most 1,000 rows may be written here.');
  if (sequence !== undefined) checkSteps(sequence, `${path}/sequence`, report);
  for (const other of Object.keys(others))
    if (other !== 'format') report(`${path}/${other}`, 'Data is named, or written here.');
}

/** `start`, `stop` and `step` of a sequence and of an imputation. */
function checkSteps(steps: unknown, path: string, report: Report): void {
  const { start = 0, stop = Number.NaN, step = 1 } = isObject(steps) ? steps : {};
  const count = (Number(stop) - Number(start)) / Number(step);
  if (!(Math.abs(count) <= MAX_STEPS)) report(path, 'At most 1,000 steps are possible.');
}

function checkExpression(expression: unknown, path: string, report: Report): void {
  if (typeof expression !== 'string') return;
  if (EXPRESSION.test(expression))
    report(path, 'This expression uses a function or name that is not possible here.');
  if (hasRegularExpression(expression))
    report(path, 'Regular expressions are not possible here: use indexof, replace with a text, or lower.');
}

/** In a style it would be loaded. */
const STYLE_ADDRESS = /url\s*\(/i;

function checkMember(name: string, value: unknown, path: string, report: Report): void {
  if (typeof value === 'string' && STYLE_ADDRESS.test(value))
    report(path, 'An address in a style is not possible here.');
  const refused = Object.hasOwn(REFUSED, name) ? REFUSED[name] : undefined;
  if (refused) report(path, refused);
  if (name === 'data') checkData(value, path, report);
  if (name === 'keyvals' && isObject(value)) checkSteps(value, path, report);
  if (EVALUATED.has(name)) for (const one of [value].flat()) checkExpression(one, path, report);
  if (SELECTORS.has(name) && typeof value === 'string' && !isOwnEvent(value))
    report(path, 'Only events of the chart itself are possible here.');
  if (name === 'source' && value !== 'view')
    report(path, 'Only events of the chart itself are possible here.');
  if (name === 'step' && typeof value === 'number' && !(Math.abs(value) >= MIN_STEP))
    report(path, `This must be at least ${MIN_STEP}.`);
  const most = BOUNDED[name];
  if (most !== undefined && typeof value === 'number' && !(Math.abs(value) <= most))
    report(path, `This may be at most ${most}.`);
}

/** Every member of every object, whatever it is in: new places of Vega-Lite must not be ways out. */
function walk(value: unknown, path: string, report: Report, budget: { parts: number }): void {
  budget.parts -= 1;
  if (budget.parts < 0 || typeof value !== 'object' || value === null) return;
  for (const [name, one] of Object.entries(value)) {
    const at = `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (!Array.isArray(value)) checkMember(name, one, at, report);
    // Rows are data: their columns may have any name.
    if (name === 'values' && path.endsWith('/data')) continue;
    walk(one, at, report, budget);
  }
}

/** What stands against drawing a specification that has the shape of one; none: it may be drawn. `path` is where it is. */
export function listSpecProblems(spec: Record<string, unknown>, path: string): Problem[] {
  const problems: Problem[] = [];
  const report: Report = (at, message) => void problems.push({ path: at, message });
  const budget = { parts: MAX_PARTS };
  walk(spec, path, report, budget);
  if (budget.parts < 0) report(path, `This has more than ${MAX_PARTS} parts.`);
  checkView(spec, path, report);
  if (countViews(spec) > MAX_VIEWS) report(path, `At most ${MAX_VIEWS} views may be drawn in a widget.`);
  return problems;
}
