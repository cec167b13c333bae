import { expressionFunction } from 'vega';
import { expressionInterpreter } from 'vega-interpreter';
import { WidgetError } from '../widget-error.ts';
import { countValue, requireLength } from './budget.ts';
import { countIntervals } from './intervals.ts';

type Function_ = (this: unknown, ...parts: unknown[]) => unknown;

const lengthOf = (value: unknown) =>
  typeof value === 'string' || Array.isArray(value) ? value.length : String(value).length;

const expectIntervals = (unit: unknown, start: unknown, stop: unknown, step: unknown = 1) =>
  requireLength('list', countIntervals(String(unit), Number(start), Number(stop), Number(step)));

/** Throw before a function makes too much. What every function made is weighed after that. */
const FORECASTS: Record<string, (...parts: unknown[]) => void> = {
  sequence(...parts) {
    const [start = 0, stop = 0, step = 1] = (parts.length > 1 ? parts : [0, ...parts]).map(Number);
    requireLength('list', (stop - start) / step);
  },
  pad: (_, length) => requireLength('text', Number(length)),
  join: (list, separator = ',') => requireLength('text', (lengthOf(list) * lengthOf(separator)) / 10),
  replace: (text, _, other) => requireLength('text', (lengthOf(text) * lengthOf(other)) / 1000),
  utcSequence: expectIntervals,
  timeSequence: expectIntervals,
};

for (const [name, forecast] of Object.entries(FORECASTS)) {
  const make = expressionFunction(name) as Function_;
  expressionFunction(name, function (this: unknown, ...parts: unknown[]) {
    forecast(...parts);
    return make.apply(this, parts);
  });
}

/** Weighs what an expression made. No expression can name it: it is not a word of the language. */
const WEIGH = '#weigh';
expressionFunction(WEIGH, countValue);

interface Node {
  type?: unknown;
  operator?: unknown;
  regex?: unknown;
  callee?: { name?: string };
}

const PATTERNS = ['regexp', 'test'];
/** They only hand on rows that are there. */
const PASSING = ['data', 'vlSelectionTuples', 'if'];

const nameOf = ({ callee }: Node) => callee?.name?.replace(/^_+/, '') ?? '';

/** A regular expression can run forever on a short text. */
function isPattern(node: Node): boolean {
  if (node.type === 'CallExpression') return PATTERNS.includes(nameOf(node));
  return node.type === 'Literal' && Boolean(node.regex);
}

function makesSomething(node: Node): boolean {
  if (node.type === 'CallExpression') return !PASSING.includes(nameOf(node));
  if (node.type === 'BinaryExpression') return node.operator === '+';
  return node.type === 'ArrayExpression' || node.type === 'ObjectExpression';
}

/** A parsed expression in which everything that makes a text, a list or an object is weighed. */
function weighed(part: unknown): unknown {
  if (typeof part !== 'object' || part === null) return part;
  if (Array.isArray(part)) return part.map(weighed);
  const node = part as Node;
  if (isPattern(node)) throw new WidgetError('not_allowed', 'Regular expressions are not allowed here.');
  const copy = Object.fromEntries(Object.entries(part).map(([name, one]) => [name, weighed(one)]));
  if (!makesSomething(node)) return copy;
  return { type: 'CallExpression', callee: { type: 'Identifier', name: WEIGH }, arguments: [copy] };
}

const known = new WeakMap<object, unknown>();

/** Each facet compiles the same expressions again. */
function weighedOnce(expression: object): unknown {
  const found = known.get(expression) ?? weighed(expression);
  known.set(expression, found);
  return found;
}

/** Evaluates expressions without generating code, and bounds what they make. */
export const boundedInterpreter = Object.fromEntries(
  Object.entries(expressionInterpreter).map(([kind, evaluate]) => [
    kind,
    (scope: unknown, expression: object) => evaluate(scope, weighedOnce(expression)),
  ]),
);
