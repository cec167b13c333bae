import { isObject } from './json.ts';

/** Values in a wskdeploy manifest: environment variables, and inputs in their short and long forms. */

export type Environment = Record<string, string | undefined>;

export interface Interpolation {
  environment: Environment;
  /** Called for each variable that is not set. wskdeploy silently uses an empty string. */
  onUnset: (variable: string) => void;
}

/** Replaces `${VAR}` anywhere, and `$VAR` if it is the whole string; `$${X}` is a literal `${X}`. Also in lists and maps. */
export function interpolate(value: unknown, options: Interpolation): unknown {
  if (typeof value === 'string') return interpolateText(value, options);
  if (Array.isArray(value)) return value.map((element) => interpolate(element, options));
  if (isObject(value))
    return Object.fromEntries(
      Object.entries(value).map(([key, field]) => [key, interpolate(field, options)]),
    );
  return value;
}

export function interpolateText(text: string, options: Interpolation): string {
  if (text.includes('${'))
    return text.replace(/(\$?)\$\{([^{}]*)\}/g, (_, dollar: string, variable: string) =>
      dollar === '$' ? `\${${variable}}` : lookUp(variable, options),
    );
  return text.startsWith('$') && text.length > 1 ? lookUp(text.slice(1), options) : text;
}

function lookUp(variable: string, { environment, onUnset }: Interpolation): string {
  const value = environment[variable];
  if (value === undefined) onUnset(variable);
  return value ?? '';
}

const ZERO_VALUES: Record<string, unknown> = {
  string: '',
  integer: 0,
  float: 0,
  boolean: false,
  json: {},
  object: {},
};
const LONG_FORM_KEYS = new Set(['type', 'description', 'value', 'required', 'default', 'status', 'schema']);

/**
 * The values of an `inputs:` section.
 * @throws {Error} for a required input without a value, an unknown type or malformed JSON.
 */
export function readInputs(inputs: unknown, place: string, options: Interpolation): Record<string, unknown> {
  if (inputs === undefined || inputs === null) return {};
  if (!isObject(inputs)) throw new Error(`${place}: inputs must be a map.`);
  return Object.fromEntries(
    Object.entries(inputs).map(([name, input]) => [name, readInput(input, `${place}.${name}`, options)]),
  );
}

function readInput(input: unknown, place: string, options: Interpolation): unknown {
  if (isLongForm(input)) return readLongForm(input, place, options);
  if (typeof input === 'string' && input in ZERO_VALUES && input !== 'object') return ZERO_VALUES[input];
  return interpolate(input ?? '', options);
}

function isLongForm(input: unknown): input is Record<string, unknown> {
  if (!isObject(input)) return false;
  const keys = Object.keys(input);
  return keys.length > 0 && keys.every((key) => LONG_FORM_KEYS.has(key));
}

function readLongForm(input: Record<string, unknown>, place: string, options: Interpolation): unknown {
  const type = input.type ?? 'string';
  if (typeof type !== 'string' || !(type in ZERO_VALUES))
    throw new Error(`${place}: unknown type ${String(type)}.`);
  const value = interpolate(input.value ?? input.default ?? zeroOf(input), options);
  if (input.required === true && (value === '' || value === undefined))
    throw new Error(`${place}: a value is required.`);
  if ((type === 'json' || type === 'object') && typeof value === 'string') return readJson(value, place);
  return value;
}

/** Without a type, the value's own type decides; without a value, it is a string. */
function zeroOf(input: Record<string, unknown>): unknown {
  return ZERO_VALUES[typeof input.type === 'string' ? input.type : 'string'];
}

function readJson(text: string, place: string): unknown {
  if (text === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${place}: the value is not JSON.`);
  }
}
