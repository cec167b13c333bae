import * as z from 'zod';
import type { Action } from './entities.ts';
import { isBinaryCode } from './entities.ts';
import { Refusal } from './http.ts';

/** Bodies of the PUT requests that create and update entities; clients send null for what they leave out. */

const list = <T extends z.ZodType>(element: T) =>
  z
    .array(element)
    .nullish()
    .transform((sent) => sent ?? []);
const maybe = <T extends z.ZodType>(value: T) => value.nullish().transform((sent) => sent ?? undefined);

const keyValue = z.object({ key: z.string(), value: z.unknown() });
const parameter = keyValue
  .extend({ init: z.boolean().nullish() })
  .transform(({ key, value, init }) => ({ key, value, ...(init && { init }) }));

const common = {
  annotations: list(keyValue),
  delAnnotations: list(z.string()),
  publish: maybe(z.boolean()),
};
const withParameters = { ...common, parameters: list(parameter) };

const limits = z.object({
  timeout: maybe(z.number().int().min(100).max(300_000)),
  memory: maybe(z.number().int().min(128).max(512)),
  logs: maybe(z.number().int().min(0).max(10)),
  concurrency: maybe(z.literal(1)),
});

const exec = z.object({
  kind: z.string(),
  code: z.string().default(''),
  main: z.string().default('main'),
  binary: maybe(z.boolean()),
});

const binding = z.object({ namespace: z.string().optional(), name: z.string().optional() });

export const actionBody = z.object({ ...withParameters, exec: maybe(exec), limits: maybe(limits) });
export const packageBody = z.object({ ...withParameters, binding: maybe(binding) });
export const triggerBody = z.object(withParameters);
export const ruleBody = z.object({
  ...common,
  trigger: z.string(),
  action: z.string(),
  status: maybe(z.enum(['active', 'inactive', ''])),
});

export type CommonBody = z.infer<typeof triggerBody>;

const KINDS = ['nodejs:20', 'nodejs:18', 'nodejs:default'];
const MAX_CODE = 48 * 1024 * 1024;

/** @throws {Refusal} 400 with the first thing that is wrong. */
export function parseBody<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Refusal(
    400,
    `The request content was malformed:\n${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
  );
}

/** @throws {Refusal} 400 for a kind or a form of code that is not run here, 413 above 48 MB. */
export function toExec({ kind, code, main, binary }: z.infer<typeof exec>): Action['exec'] {
  if (!KINDS.includes(kind)) throw new Refusal(400, `kind '${kind}' not in Set(nodejs:18, nodejs:20)`);
  if (code.trim() === '') throw new Refusal(400, "'code' must be a string defined in 'exec'");
  if (code.length > MAX_CODE) throw new Refusal(413, 'Action code is larger than 48 MB.');
  if (binary ?? isBinaryCode(code))
    throw new Refusal(400, 'This host runs single-file actions only, not archives.');
  return { kind: kind === 'nodejs:default' ? 'nodejs:20' : kind, code, main, binary: false };
}
