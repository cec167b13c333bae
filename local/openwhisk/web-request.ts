import { ENTITY_NAME } from './entities.ts';
import type { Call } from './http.ts';
import { decodePercent, isPercentEncoded, Refusal } from './http.ts';
import { isObject } from './json.ts';
import { isJson, isJsonFamily, readMediaType } from './media-types.ts';

/** The parts of a web action's URL. */
export interface WebTarget {
  namespace: string;
  /** undefined: the default package. */
  package: string | undefined;
  action: string;
  extension: Extension;
  /** The path after the action's segment: `__ow_path`. */
  rest: string;
}

export type Extension = '.http' | '.json' | '.html' | '.svg' | '.text';

const PREFIX = '/api/v1/web/';
const EXTENSIONS: readonly Extension[] = ['.http', '.json', '.html', '.svg', '.text'];
const RESERVED = ['method', 'headers', 'path', 'user', 'query', 'body'].map((field) => `__ow_${field}`);

/** The target of a path under /api/v1/web; undefined if it is no valid one. */
export function readWebTarget(path: string): WebTarget | undefined {
  const segments = path.slice(PREFIX.length).split('/').map(decodePercent);
  const [namespace = '', packageName = '', action = '', ...rest] = segments;
  if (![namespace, packageName, action].every((name) => ENTITY_NAME.test(name))) return undefined;
  // The controller tries the literal "default" first and does not backtrack.
  if (packageName.startsWith('default') && packageName !== 'default') return undefined;
  return {
    namespace,
    package: packageName === 'default' ? undefined : packageName,
    ...splitExtension(action),
    rest: rest.length === 0 ? '' : `/${rest.map(encodeSegment).join('/')}`,
  };
}

/** Splits `name.ext`. Any other ending belongs to the name, and the answer is `.http`. */
export function splitExtension(segment: string): { action: string; extension: Extension } {
  const extension = EXTENSIONS.find((candidate) => segment.endsWith(candidate));
  if (!extension) return { action: segment, extension: '.http' };
  return { action: segment.slice(0, -extension.length), extension };
}

function encodeSegment(text: string): string {
  return encodeURIComponent(text).replace(/%(3A|40|24|26|2B|2C|3B|3D)/g, (code) => decodeURIComponent(code));
}

/** How to build a web action's arguments. */
export interface WebArgumentsOptions {
  raw: boolean;
  /** Parameters that a caller must not override. */
  final: ReadonlySet<string>;
  rest: string;
  /** The caller's namespace, if the request has valid credentials. */
  caller: string | undefined;
}

/** The arguments of a web action. @throws {Refusal} 400 for malformed JSON, or an argument that is reserved or final. */
export function toArguments(call: Call, options: WebArgumentsOptions): Record<string, unknown> {
  const metadata: [string, unknown][] = [
    ['__ow_method', call.method.toLowerCase()],
    ['__ow_headers', call.headers],
    ['__ow_path', options.rest],
  ];
  if (options.caller !== undefined) metadata.push(['__ow_user', options.caller]);
  const given = options.raw ? rawArguments(call) : mergedArguments(call, options.final);
  return Object.fromEntries([...metadata, ...given]);
}

function rawArguments(call: Call): [string, unknown][] {
  const type = typeOf(call);
  const binary = type === undefined || type.binary || isJson(type);
  return [
    ['__ow_query', renderQuery(readQuery(call.query))],
    ['__ow_body', call.body.toString(binary ? 'base64' : 'utf8')],
  ];
}

function mergedArguments(call: Call, final: ReadonlySet<string>): [string, unknown][] {
  const query = readQuery(call.query).map(({ name, value }): [string, unknown] => [name, value ?? '']);
  const body = readBody(call);
  const boxed = body.kind === 'value' ? [['__ow_body', body.value] as [string, unknown]] : [];
  const fields = body.kind === 'fields' ? body.fields : [];
  const forbidden = [...query, ...fields].some(([name]) => RESERVED.includes(name) || final.has(name));
  if (forbidden)
    throw new Refusal(400, 'Request defines parameters that are not allowed (e.g., reserved properties).');
  return [...query, ...fields, ...boxed];
}

type Body =
  | { kind: 'none' }
  | { kind: 'value'; value: unknown }
  | { kind: 'fields'; fields: [string, unknown][] };

function readBody(call: Call): Body {
  const type = typeOf(call);
  if (!type) return { kind: 'none' };
  if (isJsonFamily(type))
    return call.body.length === 0 ? { kind: 'none' } : readJson(call.body.toString('utf8'));
  if (type.value === 'application/x-www-form-urlencoded') {
    const text = call.body.toString('utf8');
    if (!isPercentEncoded(text))
      throw new Refusal(400, 'The request content was malformed:\nIllegal form data', 'outside');
    const fields = text === '' ? [] : readQuery(text);
    return { kind: 'fields', fields: fields.map(({ name, value }) => [name, value ?? '']) };
  }
  return { kind: 'value', value: call.body.toString(type.binary ? 'base64' : 'utf8') };
}

function readJson(text: string): Body {
  const value = parseJson(text);
  return isObject(value) ? { kind: 'fields', fields: Object.entries(value) } : { kind: 'value', value };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Refusal(400, `The request content was malformed:\n${reason}`, 'outside');
  }
}

function typeOf(call: Call) {
  const header = call.headers['content-type'];
  return header === undefined ? undefined : readMediaType(header);
}

interface QueryPair {
  name: string;
  /** Undefined: there is no equals sign. */
  value: string | undefined;
}

function readQuery(text: string | undefined): QueryPair[] {
  if (text === undefined) return [];
  return text.split('&').map((pair) => {
    const mark = pair.indexOf('=');
    if (mark < 0) return { name: decodeQuery(pair), value: undefined };
    return { name: decodeQuery(pair.slice(0, mark)), value: decodeQuery(pair.slice(mark + 1)) };
  });
}

function decodeQuery(text: string): string {
  return decodePercent(text.replaceAll('+', ' '));
}

/** Like the controller, encodes the query again: a space becomes `+`. */
function renderQuery(pairs: QueryPair[]): string {
  return pairs
    .map(({ name, value }) => encodeQuery(name) + (value === undefined ? '' : `=${encodeQuery(value)}`))
    .join('&');
}

function encodeQuery(text: string): string {
  return encodeURIComponent(text)
    .replaceAll('%20', '+')
    .replace(/%(3A|40|24|2C|2F|3F)/g, (code) => decodeURIComponent(code));
}
