import { expressionInterpreter } from 'vega-interpreter';
import { WidgetError } from './widget-error.ts';

type Functions = Record<string, (...parts: unknown[]) => unknown>;
interface Node {
  type?: unknown;
  regex?: unknown;
  callee?: { name?: string };
}
interface Scope {
  functions: Functions;
}

const MAX_PLACES = 10_000;
const MAX_SPAN_MS = 50 * 366 * 86_400_000;

/** Functions that make a list or text of any length, and the length as a share of what is allowed. */
const SHARES: Record<string, (...parts: number[]) => number> = {
  sequence: (...parts) => {
    const [start = 0, stop = 0, step = 1] = parts.length > 1 ? parts : [0, ...parts];
    return (stop - start) / step / MAX_PLACES;
  },
  pad: (_, length = 0) => length / MAX_PLACES,
  utcSequence: (_, start = 0, stop = 0) => (stop - start) / MAX_SPAN_MS,
  timeSequence: (_, start = 0, stop = 0) => (stop - start) / MAX_SPAN_MS,
};

function bound(functions: Functions): Functions {
  const bounded = Object.entries(SHARES).map(([name, shareOf]) => [
    name,
    (...parts: unknown[]) => {
      if (!(shareOf(...parts.map(Number)) > 1)) return functions[name]?.(...parts);
      throw new WidgetError('too_large', `${name}() would make more than ${MAX_PLACES} items.`);
    },
  ]);
  return Object.assign(Object.create(functions), Object.fromEntries(bounded));
}

const PATTERNS = ['regexp', 'test'];

/** Searches a parsed expression for regular expressions: one can run forever on a short text. */
function requireNoPattern(part: unknown): void {
  if (typeof part !== 'object' || part === null) return;
  const { type, regex, callee } = part as Node;
  const isPattern = type === 'CallExpression' && PATTERNS.includes(callee?.name?.replace(/^_+/, '') ?? '');
  if (isPattern || (type === 'Literal' && regex))
    throw new WidgetError('not_allowed', 'Regular expressions are not allowed here.');
  for (const one of Object.values(part)) requireNoPattern(one);
}

/** Evaluates expressions without generating code, and bounds what they make. */
export const boundedInterpreter = Object.fromEntries(
  Object.entries(expressionInterpreter).map(([kind, evaluate]) => [
    kind,
    (scope: Scope, expression: unknown) => {
      requireNoPattern(expression);
      const functions = bound(scope.functions);
      return evaluate(Object.create(scope, { functions: { value: functions } }), expression);
    },
  ]),
);
