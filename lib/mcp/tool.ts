import * as z from 'zod';
import type { TenantAccess } from '../access.ts';
import type { Day } from '../day.ts';
import type { Db } from '../db/database.ts';
import { Failure } from '../failure.ts';
import { dayField } from '../fields.ts';
import { listStandings, toFullName } from '../repositories/repository.ts';
import { notFound, parseValue, toId } from '../request.ts';
import { RANGES } from '../stats/range-names.ts';

/** Who asks a tool, and when. */
export interface Asking {
  db: Db;
  access: TenantAccess;
  now: Date;
}

/** A tool's answer: in plain words for the reader, and the same as data. */
export interface ToolAnswer<Data> {
  text: string;
  data: Data;
}

/** Something that an assistant may ask. `run` throws a `Failure` with a sentence for the assistant. */
interface Definition<Input extends z.ZodRawShape, Output extends z.ZodRawShape> {
  name: string;
  title: string;
  description: string;
  input: Input;
  output: Output;
  run(
    asking: Asking,
    given: z.output<z.ZodObject<Input>>,
  ): Promise<ToolAnswer<z.output<z.ZodObject<Output>>>>;
}

/** The same as the protocol needs it. */
export interface Tool {
  name: string;
  title: string;
  description: string;
  input: z.ZodObject;
  output: z.ZodObject;
  /** Throws `invalid_input`, and what the tool throws. */
  call(asking: Asking, given: unknown): Promise<ToolAnswer<Record<string, unknown>>>;
}

export function defineTool<Input extends z.ZodRawShape, Output extends z.ZodRawShape>(
  definition: Definition<Input, Output>,
): Tool {
  const { name, title, description, run } = definition;
  const input = z.strictObject(definition.input);
  return {
    name,
    title,
    description,
    input,
    output: z.object(definition.output),
    call: (asking, given) => run(asking, parseValue(given ?? {}, input)),
  };
}

/** The days that a tool is asked about. */
export const spanInput = {
  range: z
    .enum(RANGES)
    .optional()
    .describe(
      'A range with a name. A number is that many days up to today (default 30); week is the last whole week; month, quarter and year end today; all is everything known.',
    ),
  from: dayField.optional().describe('Instead of range: the first UTC day, as YYYY-MM-DD.'),
  to: dayField.optional().describe('Instead of range: the last UTC day, as YYYY-MM-DD.'),
};

type SpanInput = {
  range?: (typeof RANGES)[number] | undefined;
  from?: Day | undefined;
  to?: Day | undefined;
};

/** The days that were asked for. Throws `invalid_input` if they are given twice. */
export function requireOneSpan<S extends SpanInput>(span: S): S {
  const { range, from, to } = span;
  if (range === undefined || (from === undefined && to === undefined)) return span;
  throw new Failure('invalid_input', 'Give either range, or from and to.');
}

/** One repository. */
export const repositoryInput = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .describe('A repository as owner/name, or its repositoryId.');

/**
 * The repository in scope that is meant: by id, full name, or name alone if only one has it. Throws `repository_not_found`, and
 * `invalid_input` if several have the name.
 */
export async function requireRepository({ db, access }: Asking, text: string) {
  const rows = await listStandings(db, access);
  const id = toId(text);
  const sought = text.toLowerCase();
  const found =
    rows.find(({ repositoryId }) => repositoryId === id) ??
    rows.find((row) => toFullName(row).toLowerCase() === sought);
  if (found) return found;
  const [only, ...others] = rows.filter(({ name }) => name.toLowerCase() === sought);
  if (!only) throw notFound('repository');
  if (others.length === 0) return only;
  const names = [only, ...others].slice(0, 10).map(toFullName).join(', ');
  throw new Failure(
    'invalid_input',
    `Several repositories have this name: ${names}. Give one as owner/name.`,
  );
}

/** A figure that may be unknown. */
export const Known = z.int().nullable();

/** Between which numbers a count of people is, of the known days. Equal if it is known exactly; null if nothing is known. */
export const People = z.object({ atLeast: Known, atMost: Known });
