import { isObject } from '../json.ts';

/**
 * What a dashboard may hold, beyond what its schema says: a specification reaches no address and no page, and draws a
 * bounded number of things. The API checks with it before it stores a dashboard, the editor while you type, and the page
 * before it draws.
 */

/** Of a request that saves a dashboard. */
export const MAX_DOCUMENT_BYTES = 262_144;
const MAX_DEPTH = 50;

/** Of layers, concatenated views, transforms and parameters in one place, and of all views of a widget. */
export const MAX_VIEWS = 50;
/** Of a specification that brings its own data. */
export const MAX_ROWS = 1000;
/** Pixels. */
export const MAX_SIZE = 4000;
/** Objects, lists and values of one specification. */
const MAX_PARTS = 20_000;
/** Of a sequence and an imputation. */
const MAX_STEPS = 1000;
/** Between two steps, quantiles or bins. */
const MIN_STEP = 0.001;
const MAX_SELECTOR_LENGTH = 300;
/** Of a number as text. */
const MAX_FORMAT_WIDTH = 999;
/** How many times as many rows the transforms in one place may make of each row, as far as they say so themselves. */
const MAX_GROWTH = 1000;
/** Of an input that a parameter is bound to. */
const MAX_OPTIONS = 500;

/** Numbers that decide how much is made, with their largest values. */
const MAX_VALUES = new Map([
  ['maxbins', 500],
  ['steps', 500],
  ['tickCount', 200],
  ['sample', 100_000],
  ['columns', 50],
  ['width', MAX_SIZE],
  ['height', MAX_SIZE],
  ['maxsteps', 500],
  ['symbolLimit', 500],
]);

/**
 * The tables that a specification may name. `repositorystats`, `weekly` and `monthly` have a row per repository and
 * day, week (its Monday) or month. `totals` has a row per day, the sum of all repositories. Their columns are RID,
 * ORGNAME, REPONAME (these three are empty in `totals`), TDATE, VIEWCOUNT, VUNIQUES, CLONECOUNT, CUNIQUES. Figures are
 * numbers or null, TDATE is a date at 00:00 UTC. Only rows of the range and the repositories picked on the page are there.
 *
 * `traffic` has days up to 92 days, weeks up to two years, then months; the widget's title says which. `trend` is the
 * same without days. Both name the fifteen repositories with most views and the fifteen with most clones; a row whose
 * RID, ORGNAME and REPONAME are null is the sum of all others. `repositories` has one row per repository for the whole
 * range. These three also have STEP ('day', 'week', 'month' or 'range') and TEND, the day after the row's last day. A
 * week or month that the range cuts begins or ends at the cut.
 */
export const DATA_NAMES = [
  'repositorystats',
  'weekly',
  'monthly',
  'totals',
  'traffic',
  'trend',
  'repositories',
] as const;
/** The name of one of these tables. */
export type DataName = (typeof DATA_NAMES)[number];

/** A problem of a document or a specification. */
export interface Problem {
  /** Where: a JSON pointer (RFC 6901). */
  path: string;
  message: string;
}

/** The JSON pointer of a path. */
export const toPointer = (path: readonly PropertyKey[]) =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/** What kind of problem a specification has. */
export type SpecProblemCode =
  | 'not_vega_lite'
  | 'not_allowed'
  | 'unknown_data'
  | 'too_large'
  | 'too_many_marks';

interface SpecProblem extends Problem {
  code: SpecProblemCode;
}

type Report = (code: SpecProblemCode, path: string, message: string) => void;

/** Where Vega-Lite would load something, follow a link, or reach into the page. */
const FORBIDDEN = new Map([
  ['url', 'Addresses are not allowed here. Name one of the tables in "data".'],
  ['href', 'Links are not allowed here.'],
  ['loader', 'A loader is not allowed here.'],
  ['usermeta', 'Options of the embedding page are not allowed here.'],
  [
    'datasets',
    'Data sets are not allowed here. Name one of the tables in "data", or write a few rows into "values".',
  ],
  ['element', 'Controls outside the chart are not allowed here.'],
  ['events', 'Event settings are not allowed here.'],
  ['signals', 'Signals belong to Vega, not to Vega-Lite.'],
  ['__proto__', 'This name is not allowed.'],
  ['constructor', 'This name is not allowed.'],
  ['prototype', 'This name is not allowed.'],
]);

/** Functions that make lists and texts of any length. */
const GROWING = /\b(sequence|range|repeat|pad)\s*\(/;
/** Functions that log or change data, and names that lead behind an object. */
const HIDDEN = /\b(modify|warn|info|debug)\s*\(|\b(constructor|prototype)\b|__/;
/** Where Vega-Lite evaluates text; most of them may also hold objects, and lists of them. */
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

/** A regular expression can run forever on a short text. This finds one in a call, or written where a value may stand. */
const REGULAR = /\b_*(regexp|test)\s*\(|(^|[^\w\s)\]'$.}])\s*\//;

/** An expression with its texts emptied, one character after another: a pattern would try again and again. */
function withoutTexts(expression: string): string {
  let bare = '';
  let quote = '';
  for (let place = 0; place < expression.length; place += 1) {
    const character = expression.charAt(place);
    if (quote === '') {
      bare += character;
      if (character === "'" || character === '"') quote = character;
    } else if (character === '\\') place += 1;
    else if (character === quote) {
      bare += character;
      quote = '';
    }
  }
  return bare;
}

/** Outside of texts, a backslash is another way to write a name. */
function hasRegularExpression(expression: string): boolean {
  const bare = withoutTexts(expression);
  return REGULAR.test(bare) || bare.includes('\\');
}

/** Where events are selected. Before a colon stands a mark's name or type, or an element of the page. */
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

function isOwnEvent(selector: string): boolean {
  if (selector.length > MAX_SELECTOR_LENGTH) return false;
  const sources = [...selector.matchAll(/(?<![^,>[\]\s])([^,>[\]\s]+):/g)].map(([, source = '']) => source);
  return sources.every((source) => EVENT_SOURCES.has(source) || /^@\w+$/.test(source));
}

/** What a parameter may be bound to. */
const INPUTS = ['checkbox', 'radio', 'range', 'select'];
const INPUT_KEYS = ['input', 'name', 'min', 'max', 'step', 'options', 'labels', 'debounce'];

const COMPOSITIONS = ['layer', 'hconcat', 'vconcat', 'concat', 'spec'];

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((one) => isDeeper(one, levels - 1));
}

/** What is wrong with a document or specification that is nested too deeply for anything to go through it; or nothing. */
export function depthProblem(value: unknown): string | undefined {
  return isDeeper(value, MAX_DEPTH) ? `This is nested more than ${MAX_DEPTH} levels deep.` : undefined;
}

/** PostgreSQL stores no U+0000, so the API takes no text with it. */
export function holdsNul(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('\u0000');
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsNul);
}

/** What is wrong with the text of a request to save a dashboard, if it is too long. */
export function sizeProblem(request: string): string | undefined {
  const bytes = new TextEncoder().encode(request).length;
  if (bytes <= MAX_DOCUMENT_BYTES) return undefined;
  return `A dashboard must be at most ${MAX_DOCUMENT_BYTES} bytes long; this is ${bytes}.`;
}

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
  if ('marks' in spec || /\/schema\/vega\//.test(String(spec.$schema)))
    report('not_vega_lite', path, 'This is a Vega specification. Write one in Vega-Lite.');
  else if (kinds.length !== 1)
    report('not_vega_lite', path, `A specification needs exactly one of mark, ${COMPOSITIONS.join(', ')}.`);
  if ('spec' in spec && !('facet' in spec) && !('repeat' in spec))
    report('not_vega_lite', path, '"spec" needs "facet" or "repeat" beside it.');
  for (const name of COMPOSITIONS)
    for (const [place, one] of [spec[name]].flat().entries())
      if (isObject(one))
        checkView(one, Array.isArray(spec[name]) ? `${path}/${name}/${place}` : `${path}/${name}`, report);
}

function checkData(data: unknown, path: string, report: Report): void {
  if (data === null) return;
  const { name, values, sequence, ...others } = isObject(data) ? data : {};
  const foreign = Object.keys(others).filter((other) => other !== 'format' && !FORBIDDEN.has(other));
  for (const other of foreign)
    report('not_allowed', `${path}/${other}`, 'Data has a "name", or "values", or a "sequence".');
  if (Object.keys(others).some((other) => FORBIDDEN.has(other))) return;
  if (name === undefined && values === undefined && sequence === undefined)
    report('unknown_data', path, `Name one of ${DATA_NAMES.join(', ')}.`);
  if (name !== undefined && !DATA_NAMES.some((one) => one === name))
    report('unknown_data', `${path}/name`, `There is no such table. Name one of ${DATA_NAMES.join(', ')}.`);
  if (values !== undefined && (!Array.isArray(values) || values.length > MAX_ROWS))
    report('too_large', `${path}/values`, `Write at most ${MAX_ROWS} rows here.`);
  if (sequence !== undefined) checkSteps(sequence, `${path}/sequence`, report);
}

/** `start`, `stop` and `step` of a sequence and of an imputation. */
function checkSteps(steps: unknown, path: string, report: Report): void {
  const { start = 0, stop = Number.NaN, step = 1 } = isObject(steps) ? steps : {};
  const count = (Number(stop) - Number(start)) / Number(step);
  if (!(Math.abs(count) <= MAX_STEPS)) report('too_large', path, `At most ${MAX_STEPS} steps are allowed.`);
}

function checkExpression(expression: unknown, path: string, report: Report): void {
  if (typeof expression !== 'string') return;
  if (GROWING.test(expression))
    report('too_large', path, 'Functions that make lists or texts of any length are not allowed here.');
  if (HIDDEN.test(expression))
    report('not_allowed', path, 'This expression uses a function or name that is not allowed here.');
  if (hasRegularExpression(expression))
    report(
      'not_allowed',
      path,
      'Regular expressions are not allowed here. Use indexof, lower, or replace with a text.',
    );
}

function checkInput(bind: unknown, path: string, report: Report): void {
  if (!isObject(bind)) return;
  const inputs = 'input' in bind ? [bind] : Object.values(bind).filter(isObject);
  for (const one of inputs) {
    if (Array.isArray(one.options) && one.options.length > MAX_OPTIONS)
      report('too_large', path, `An input may have at most ${MAX_OPTIONS} options.`);
    const odd = Object.keys(one).some((key) => !INPUT_KEYS.includes(key) && key !== 'legend');
    if (odd || ('input' in one && !INPUTS.includes(String(one.input))))
      report('not_allowed', path, `Bind to ${INPUTS.join(', ')}, with ${INPUT_KEYS.join(', ')} only.`);
  }
}

/** In a style it would be loaded. */
const STYLE_ADDRESS = /url\s*\(/i;

function checkNumber(name: string, value: number, path: string, report: Report): void {
  if (name === 'step' && !(Math.abs(value) >= MIN_STEP))
    report('too_large', path, `This must be at least ${MIN_STEP}.`);
  const most = MAX_VALUES.get(name);
  if (most !== undefined && !(Math.abs(value) <= most))
    report('too_large', path, `This must be at most ${most}.`);
}

/** The width of a number's format; 0 for a format of times. */
function widthOf(format: string): number {
  if (/%[a-z]/i.test(format)) return 0;
  return Math.max(0, ...(format.match(/\d+/g) ?? []).map(Number));
}

/** Each fold makes as many rows of one as it has columns. */
function checkGrowth(transforms: unknown[], path: string, report: Report): void {
  const folds = transforms.map((one) => (isObject(one) && Array.isArray(one.fold) ? one.fold.length : 1));
  if (folds.reduce((product, one) => product * one, 1) > MAX_GROWTH)
    report('too_large', path, `These steps make more than ${MAX_GROWTH} rows of each row.`);
}

function checkMember(name: string, value: unknown, path: string, report: Report): void {
  const forbidden = FORBIDDEN.get(name);
  if (forbidden) report('not_allowed', path, forbidden);
  if (typeof value === 'number') checkNumber(name, value, path, report);
  if (name === 'data') checkData(value, path, report);
  if (name === 'keyvals' && isObject(value)) checkSteps(value, path, report);
  if (name === 'transform' && Array.isArray(value)) checkGrowth(value, path, report);
  if (/format$/i.test(name) && typeof value === 'string' && widthOf(value) > MAX_FORMAT_WIDTH)
    report('too_large', path, `A format may be at most ${MAX_FORMAT_WIDTH} characters wide.`);
  if (name === 'bind') checkInput(value, path, report);
  if (name === 'mark' && (isObject(value) ? value.type : value) === 'image')
    report('not_allowed', path, 'Images are not allowed here.');
  if (name === 'cursor' && !/^[a-z-]+$/.test(String(value)))
    report('not_allowed', path, 'Only the name of a cursor is allowed here.');
  if (EVALUATED.has(name)) for (const one of [value].flat()) checkExpression(one, path, report);
  if (SELECTORS.has(name) && typeof value === 'string' && !isOwnEvent(value))
    report('not_allowed', path, 'Only events of the chart itself are allowed here.');
  if (name === 'source' && value !== 'view')
    report('not_allowed', path, 'Only events of the chart itself are allowed here.');
}

/** Every member of every object, wherever it is: a new place of Vega-Lite must not be a way out. */
function walk(value: unknown, path: string, report: Report, budget: { parts: number }): void {
  budget.parts -= 1;
  if (budget.parts < 0) return;
  if (typeof value === 'string' && STYLE_ADDRESS.test(value))
    report('not_allowed', path, 'Addresses in styles are not allowed here.');
  if (typeof value !== 'object' || value === null) return;
  for (const [name, one] of Object.entries(value)) {
    const at = `${path}${toPointer([name])}`;
    if (!Array.isArray(value)) checkMember(name, one, at, report);
    // Rows are data: their columns may have any name.
    if (name === 'values' && path.endsWith('/data')) continue;
    walk(one, at, report, budget);
  }
}

/** Why a specification may not be drawn, most important first; an empty list if it may. `path` is where it stands. */
export function listSpecProblems(spec: unknown, path: string): SpecProblem[] {
  if (!isObject(spec))
    return [{ code: 'not_vega_lite', path, message: 'A specification is an object: { "mark": … }.' }];
  const tooDeep = depthProblem(spec);
  if (tooDeep) return [{ code: 'too_large', path, message: tooDeep }];
  const problems: SpecProblem[] = [];
  const report: Report = (code, at, message) => void problems.push({ code, path: at, message });
  if (countViews(spec) > MAX_VIEWS)
    report('too_many_marks', path, `A widget may have at most ${MAX_VIEWS} views.`);
  const budget = { parts: MAX_PARTS };
  walk(spec, path, report, budget);
  if (budget.parts < 0) report('too_large', path, `A specification may have at most ${MAX_PARTS} parts.`);
  checkView(spec, path, report);
  return problems;
}
