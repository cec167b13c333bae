import type * as z from 'zod';
import { Failure } from './failure.ts';

/** An HTTP request: as much of the standard's `Request` as is used here. */
export interface ApiRequest {
  /** In capital letters. */
  method: string;
  url: string;
  headers: { get(name: string): string | null };
  text(): Promise<string>;
}

const MAX_BODY = 200_000;

/** What the databases hold as an id. */
export const MAX_ID = 2_147_483_647;

/** Plain words for what zod says in a programmer's; undefined where its own will do. Schemas' own words win. */
const inPlainWords: z.core.$ZodErrorMap = (issue) => {
  if (issue.code === 'invalid_type' && issue.input === undefined) return 'This is missing.';
  if (issue.code === 'invalid_value') return `This must be one of: ${issue.values.join(', ')}.`;
  if (issue.code === 'unrecognized_keys') return `There is no ${issue.keys.join(', ')} here.`;
  if (issue.code === 'too_big' && issue.origin === 'string')
    return `This must have at most ${issue.maximum} characters.`;
  if (issue.code === 'too_small' && issue.origin === 'string' && issue.minimum === 1)
    return 'This must not be empty.';
  return undefined;
};

/** The value as the schema describes it. Throws `invalid_input` with a sentence for each problem. */
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
 * The request's JSON body as the schema describes it; without a body, `{}` is checked. Throws
 * `unsupported_media_type`, `malformed_json` and `invalid_input`, and what `requireSize` throws of the body's text:
 * `payload_too_large` unless told otherwise.
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

/** PostgreSQL stores no U+0000, and no text needs it. */
function requireStorable<T>(value: T): T {
  if (typeof value !== 'string' || !value.includes('\u0000')) return value;
  throw new Failure('invalid_input', 'Text must not hold the character U+0000.');
}

/** The request's query as the schema describes it. Throws `invalid_input`, also for a name that is given twice. */
export function parseQuery<S extends z.ZodType>(request: ApiRequest, schema: S): z.output<S> {
  const given = [...new URL(request.url).searchParams];
  for (const [, value] of given) requireStorable(value);
  const names = given.map(([name]) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Failure('invalid_input', `${twice} is given twice.`);
  return parseValue(Object.fromEntries(given), schema);
}

/** The request's bearer token. Throws `unauthenticated`. */
export function bearerToken(request: ApiRequest): string {
  const [scheme = '', token = ''] = (request.headers.get('authorization') ?? '').trim().split(/\s+/);
  if (scheme.toLowerCase() === 'bearer' && token !== '') return token;
  throw new Failure('unauthenticated');
}

/**
 * The id in a path. What is not an id cannot exist: throws the same `…_not_found` as for an unknown one, such as
 * `tenant_not_found` for 'tenant'.
 */
export function parseId(
  text: string | undefined,
  of: 'tenant' | 'repository' | 'server' | 'run' | 'channel',
): number {
  const id = toId(text);
  if (id !== undefined) return id;
  throw notFound(of);
}

/** The id that a text is; undefined when it is none. */
export function toId(text = ''): number | undefined {
  const id = /^[1-9]\d{0,9}$/.test(text) ? Number(text) : Number.NaN;
  return id <= MAX_ID ? id : undefined;
}

/** The failure of asking for what does not exist or may not be seen: nobody can tell the two apart. */
export function notFound(
  of: 'tenant' | 'repository' | 'server' | 'run' | 'member' | 'dashboard' | 'channel',
): Failure {
  const name = of === 'run' ? 'collection run' : of;
  return new Failure(`${of}_not_found`, `There is no such ${name}, or you may not see it.`);
}
