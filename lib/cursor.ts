import type * as z from 'zod';
import { Failure } from './failure.ts';

/** A place in a sorted list, for a client to hand back unread: it says after which entry the next page begins. */
export function toCursor(position: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/**
 * The place that a cursor stands for, or null without one. `toPosition` makes its schema, which few calls need, so that no cold
 * start waits for it. Throws `invalid_input` for a cursor that we never gave.
 */
export function parseCursor<T>(cursor: string | undefined, toPosition: () => z.ZodType<T>): T | null {
  if (cursor === undefined || cursor === '') return null;
  try {
    return toPosition().parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
  } catch {
    throw unknownCursor();
  }
}

/** The failure for a cursor that we never gave. */
export function unknownCursor(): Failure {
  return new Failure('invalid_input', 'cursor: pass the nextCursor of the previous page.');
}
