import type * as z from 'zod';
import { parseAnswer } from './answers.ts';
import type { Connection } from './connection.ts';
import type { AnswerKind, AnswerMemory } from './memory.ts';

/** A request. */
interface Question {
  kind: AnswerKind;
  path: string;
  parameters?: Record<string, string | number>;
}

/**
 * Asks only for what has changed since the known answer. If nothing has, GitHub answers 304, which does not count against the
 * quota, and the known answer still holds
 * (https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#use-conditional-requests-if-appropriate).
 */
export async function askConditionally<T>(
  ask: Connection,
  schema: z.ZodType<T>,
  { kind, path, parameters = {} }: Question,
  memory: AnswerMemory,
): Promise<{ read: T; answeredAt: Date }> {
  const known = memory.known.get(kind);
  const { data, headers, unchanged, answeredAt } = await ask(path, parameters, { etag: known?.etag, memory });
  if (unchanged && known) return { read: JSON.parse(known.answer) as T, answeredAt };
  const read = parseAnswer(schema, data, headers);
  if (headers.etag !== undefined)
    memory.changed.set(kind, { etag: headers.etag, answer: JSON.stringify(read) });
  return { read, answeredAt };
}
