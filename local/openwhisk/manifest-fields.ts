import type { KeyValue } from './entities.ts';
import type { Interpolation } from './inputs.ts';
import { interpolate, interpolateText } from './inputs.ts';
import { isObject } from './json.ts';

/** Reading the maps of a manifest: every key has to be known. */

export type Fields = Record<string, unknown>;

/** @throws {Error} when it is no map. */
export function requireMap(content: unknown, place: string): Fields {
  if (!isObject(content)) throw new Error(`${place} must be a map.`);
  return content;
}

/** @throws {Error} when it is no map, or has a key that is not among these. */
export function requireKeys(content: unknown, place: string, keys: readonly string[]): Fields {
  const fields = requireMap(content, place);
  const unknown = Object.keys(fields).find((key) => !keys.includes(key));
  if (unknown !== undefined) throw new Error(`${place}: unknown key ${unknown}. Known: ${keys.join(', ')}.`);
  return fields;
}

/** @throws {Error} for a key that wskdeploy knows and this host does not run. */
export function refuseUnsupported(fields: Fields, place: string, keys: readonly string[]): void {
  const found = keys.find((key) => fields[key] !== undefined);
  if (found !== undefined) throw new Error(`${place}: the local host does not run ${found}.`);
}

/** @throws {Error} when it is there and no text. */
export function textOf(value: unknown, place: string, interpolation: Interpolation): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string') throw new Error(`${place} must be text.`);
  return interpolateText(value, interpolation);
}

export function annotationsOf(fields: Fields, place: string, interpolation: Interpolation): KeyValue[] {
  const annotations = interpolate(fields.annotations ?? {}, interpolation);
  return toKeyValues(requireMap(annotations, `${place}.annotations`));
}

export function entriesOf(content: unknown, place: string): [string, unknown][] {
  return Object.entries(requireMap(content ?? {}, place));
}

export function toKeyValues(map: Fields): KeyValue[] {
  return Object.entries(map).map(([key, value]) => ({ key, value }));
}
