import type { ColumnDataType, Generated } from 'kysely';
import type { Day } from '../day.ts';
import type { Instant } from '../instant.ts';

/** A column's type in the database, and by `Value` that of its values in the code. */
export interface Column<Value> {
  /** As Kysely names it; each dialect has its own word. */
  type: ColumnDataType;
  /** How many characters it holds; null where that is not said. */
  width: number | null;
  /** Whether it may be null. */
  isOptional: boolean;
  /** Whether the database gives it a value where none is inserted. */
  isGenerated: boolean;
  /** For the compiler only. */
  value: Value;
}

function column<Value>(type: ColumnDataType, width: number | null = null): Column<Value> {
  return { type, width, isOptional: false, isGenerated: false } as Column<Value>;
}

/** A whole number of 16 bits. */
export const smallint = column<number>('smallint');
/** A whole number of 32 bits. */
export const integer = column<number>('integer');
/** A whole number as far as JavaScript is exact. */
export const bigint = column<number>('bigint');
/** 'YYYY-MM-DD'. */
export const day = column<Day>('date');
/** An ISO string, to the millisecond. */
export const instant = column<Instant>('timestamptz');
/** Text of any length. */
export const longText = column<string>('text');

/** Text of at most so many characters. */
export function text<Value extends string = string>(width: number): Column<Value> {
  return column<Value>(`varchar(${width})`, width);
}

/** The same column, which may be null. */
export function optional<Value>(of: Column<Value>): Column<Value | null> {
  return { ...of, isOptional: true };
}

/** The same column, to which the database gives a value where none is inserted. */
export function generated<Value>(of: Column<Value>): Column<Generated<Value>> {
  return { ...of, isGenerated: true } as Column<Generated<Value>>;
}
