import type * as z from 'zod';
import { MAX_INTEGER } from './db/columns.ts';
import { Failure } from './failure.ts';

/** An HTTP request: the part of the standard's `Request` that we use. */
export interface ApiRequest {
  /** In upper case. */
  method: string;
  url: string;
  headers: { get(name: string): string | null };
  text(): Promise<string>;
}

const MAX_BODY = 200_000;

/** The largest id that the databases hold. */
export const MAX_ID = MAX_INTEGER;

/** Says in plain words what zod says in a programmer's. Undefined if zod's words will do. A schema's own message wins. */
const inPlainWords: z.core.$ZodErrorMap = (issue) => {
  if (issue.code === 'invalid_type' && issue.input === undefined) return 'This is missing.';
  if (issue.code === 'invalid_value') return `This must be one of: ${issue.values.join(', ')}.`;
  if (issue.code === 'unrecognized_keys') return `Unknown: ${issue.keys.join(', ')}.`;
  if (issue.code === 'too_big' && issue.origin === 'string')
    return `This must have at most ${issue.maximum} characters.`;
  if (issue.code === 'too_small' && issue.origin === 'string' && issue.minimum === 1)
    return 'This must not be empty.';
  return undefined;
};

/** Parses a value with a schema. Throws `invalid_input` with a sentence for each problem. */
export function parseValue<S extends z.ZodType>(value: unknown, schema: S): z.output<S> {
  const parsed = schema.safeParse(value, { error: inPlainWords });
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
  const [first] = problems;
  const sentence = first ? `${first.path ? `${first.path}: ` : ''}${first.message}` : 'The input is invalid.';
  throw new Failure('invalid_input', sentence, { problems });
}

function requireShort(text: string): void {
  if (text.length > MAX_BODY)
    throw new Failure('payload_too_large', `The body must be shorter than ${MAX_BODY} characters.`);
}

/**
 * Parses the request's JSON body with a schema; an empty body counts as `{}`. Throws `unsupported_media_type`,
 * `malformed_json`, `invalid_input`, and what `requireSize` throws: by default `payload_too_large`.
 */
export async function parseBody<S extends z.ZodType>(
  request: ApiRequest,
  schema: S,
  requireSize: (text: string) => void = requireShort,
): Promise<z.output<S>> {
  const text = await request.text();
  requireSize(text);
  if (text === '') return parseValue({}, schema);
  if (!request.headers.get('content-type')?.includes('json')) throw new Failure('unsupported_media_type');
  return parseValue(parseJson(text), schema);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text, (_, value: unknown) => requireStorable(value));
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure('malformed_json');
  }
}

/** PostgreSQL cannot store U+0000, and no text needs it. */
function requireStorable<T>(value: T): T {
  if (typeof value !== 'string' || !value.includes('\u0000')) return value;
  throw new Failure('invalid_input', 'Text must not hold the character U+0000.');
}

/** Parses the request's query with a schema. Throws `invalid_input`, also if a name is given twice. */
export function parseQuery<S extends z.ZodType>(request: ApiRequest, schema: S): z.output<S> {
  const given = [...new URL(request.url).searchParams];
  for (const [, value] of given) requireStorable(value);
  const seen = new Set<string>();
  for (const [name] of given) {
    if (seen.has(name)) throw new Failure('invalid_input', `${name} is given twice.`);
    seen.add(name);
  }
  return parseValue(Object.fromEntries(given), schema);
}

/** The request's bearer token, if it has one. */
export function findBearer(request: ApiRequest): string | undefined {
  const [scheme = '', token = ''] = (request.headers.get('authorization') ?? '').trim().split(/\s+/);
  return scheme.toLowerCase() === 'bearer' && token !== '' ? token : undefined;
}

/** The request's bearer token. Throws `unauthenticated`. */
export function bearerToken(request: ApiRequest): string {
  const token = findBearer(request);
  if (token !== undefined) return token;
  throw new Failure('unauthenticated');
}

/** What has a number of its own in paths. */
type Numbered =
  | 'tenant'
  | 'repository'
  | 'server'
  | 'run'
  | 'channel'
  | 'rule'
  | 'group'
  | 'annotation'
  | 'key'
  | 'share'
  | 'import'
  | 'subscription'
  | 'alert'
  | 'snooze';

/**
 * Parses the id in a path. Throws the same `…_not_found` as for an unknown id, because a malformed one cannot exist.
 */
export function parseId(text: string | undefined, of: Numbered): number {
  const id = toId(text);
  if (id !== undefined) return id;
  throw notFound(of);
}

/** A text as an id; undefined if it is not one. */
export function toId(text = ''): number | undefined {
  const id = /^[1-9]\d{0,9}$/.test(text) ? Number(text) : Number.NaN;
  return id <= MAX_ID ? id : undefined;
}

/** The failure for something that does not exist or that you may not see: the answer does not say which. */
export function notFound(of: Numbered | 'member' | 'dashboard'): Failure {
  const name = of === 'run' ? 'collection run' : of;
  return new Failure(`${of}_not_found`, `There is no such ${name}, or you may not see it.`);
}
