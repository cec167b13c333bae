import type { DataName } from './document.ts';
import { WidgetFault } from './fault.ts';

const DATA = {
  repositorystats: 0,
  weekly: 0,
  monthly: 0,
  totals: 0,
  traffic: 0,
  trend: 0,
  repositories: 0,
} satisfies Record<DataName, 0>;
const DATA_NAMES = Object.keys(DATA) as DataName[];

const CHARACTERS = 262_144;
const DEPTH = 60;
const DEFINITIONS = 100;
const OWN_ROWS = 1000;

const VIEWS = ['mark', 'layer', 'concat', 'hconcat', 'vconcat', 'facet', 'repeat'];
/** Keys that lead to an address, a file or an element of the page. */
const CLOSED: Record<string, string> = {
  url: 'an address',
  href: 'a link',
  datasets: 'data of its own by name',
  element: 'an element of the page',
  events: 'a set-up of events',
  loader: 'a loader',
  usermeta: 'a set-up of the embedding page',
};
/** Numbers that decide how much is computed before anything is drawn. */
const LIMITS: Record<string, number> = {
  maxbins: 1000,
  steps: 1000,
  tickCount: 1000,
  columns: 1000,
  width: 4000,
  height: 4000,
};
const INPUTS = ['checkbox', 'radio', 'range', 'select'];
const INPUT_KEYS = ['input', 'name', 'min', 'max', 'step', 'options', 'labels', 'debounce'];

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const refuse = (what: string): never => {
  throw new WidgetFault('not_allowed', `${what} A specification reads nothing but the traffic of this page.`);
};

/**
 * Goes through a specification before anything is made of it: it must be one of Vega-Lite, and name no address, picture,
 * link or element. What can be said of it without its data is said here; the loader that loads nothing, the interpreter
 * and the page's policy stand behind it. Throws a `WidgetFault`.
 */
export function requireHarmless(spec: unknown): Json {
  if (!isObject(spec)) throw new WidgetFault('not_vega_lite', 'A specification is an object: { "mark": … }.');
  if (JSON.stringify(spec).length > CHARACTERS)
    throw new WidgetFault('too_large', 'A specification is at most 256 kB.');
  if (/\/schema\/vega\//.test(String(spec.$schema)) || 'marks' in spec)
    throw new WidgetFault('not_vega_lite', 'This is a specification of Vega. Give one of Vega-Lite.');
  if (!VIEWS.some((key) => key in spec))
    throw new WidgetFault('not_vega_lite', 'Nothing is drawn: give a "mark" and its "encoding".');
  const definitions = check(spec, 0);
  if (definitions > DEFINITIONS)
    throw new WidgetFault('too_many_marks', `At most ${DEFINITIONS} marks are defined in a widget.`);
  return spec;
}

/** The tables that a specification names. */
export function dataNamesOf(spec: unknown): DataName[] {
  const found = new Set<DataName>();
  const visit = (value: unknown) => {
    if (Array.isArray(value)) value.forEach(visit);
    if (!isObject(value)) return;
    const named = isObject(value.data) ? DATA_NAMES.find((name) => name === nameOf(value.data)) : undefined;
    if (named) found.add(named);
    Object.values(value).forEach(visit);
  };
  visit(spec);
  return [...found];
}

const nameOf = (data: unknown) => (isObject(data) ? data.name : undefined);

/** How many marks a part of the specification defines. */
function check(value: unknown, depth: number): number {
  if (depth > DEPTH) throw new WidgetFault('too_large', 'The specification is nested too deeply.');
  if (typeof value === 'string') requirePlainText(value);
  if (Array.isArray(value)) return value.reduce<number>((sum, part) => sum + check(part, depth + 1), 0);
  if (!isObject(value)) return 0;
  const inside = Object.entries(value).reduce(
    (sum, [key, part]) => {
      requireOpen(key, part);
      return sum + (key === 'data' ? requireKnownData(part) : check(part, depth + 1));
    },
    'mark' in value ? 1 : 0,
  );
  return inside * repetitions(value.repeat);
}

function requirePlainText(text: string) {
  if (/url\s*\(/i.test(text)) refuse('An address in a style is not loaded.');
}

function requireOpen(key: string, value: unknown) {
  if (Object.hasOwn(CLOSED, key)) refuse(`"${key}" would be ${CLOSED[key]}.`);
  const limit = Object.hasOwn(LIMITS, key) ? LIMITS[key] : undefined;
  if (limit !== undefined && typeof value === 'number' && value > limit)
    throw new WidgetFault('too_large', `"${key}" is at most ${limit}.`);
  if (key === 'mark' && (isObject(value) ? value.type : value) === 'image')
    refuse('Pictures are not loaded.');
  if (key === 'cursor' && !/^[a-z-]+$/.test(String(value))) refuse('A cursor is a plain word.');
  if (key === 'bind') requirePlainInput(value);
  if (key === 'keyvals' && isObject(value)) requireShortSequence(value);
}

function requirePlainInput(bind: unknown) {
  if (!isObject(bind)) return;
  const inputs = 'input' in bind ? [bind] : Object.values(bind).filter(isObject);
  for (const one of inputs) {
    const odd = Object.keys(one).find((key) => !INPUT_KEYS.includes(key) && key !== 'legend');
    if (odd || ('input' in one && !INPUTS.includes(String(one.input))))
      refuse(`A parameter is bound to ${INPUTS.join(', ')} with ${INPUT_KEYS.join(', ')}.`);
  }
}

function requireKnownData(data: unknown): number {
  if (data === null || data === undefined) return 0;
  if (!isObject(data))
    throw new WidgetFault('unknown_data', 'Data is an object: { "name": "repositorystats" }.');
  for (const key of Object.keys(data)) requireOpen(key, data[key]);
  if (isObject(data.sequence)) return requireShortSequence(data.sequence);
  if (Array.isArray(data.values)) {
    if (data.values.length > OWN_ROWS)
      throw new WidgetFault('too_large', 'A specification has at most 1,000 rows of its own.');
    return 0;
  }
  if (!DATA_NAMES.some((name) => name === data.name))
    throw new WidgetFault(
      'unknown_data',
      `There is no data "${String(data.name)}". There are ${DATA_NAMES.join(', ')}.`,
    );
  return 0;
}

function requireShortSequence({ start = 0, stop, step = 1 }: Json): 0 {
  const length = (Number(stop) - Number(start)) / Number(step);
  if (length <= 10_000) return 0;
  throw new WidgetFault('too_large', 'A sequence has at most 10,000 places.');
}

/** A repeated view is made once for each of its fields, and for each pair of a row's and a column's. */
function repetitions(repeat: unknown): number {
  if (Array.isArray(repeat)) return repeat.length;
  if (!isObject(repeat)) return 1;
  const lists = Object.values(repeat).filter((list) => Array.isArray(list));
  return lists.reduce((product, list) => product * list.length, 1);
}
