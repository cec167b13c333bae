import type { ColumnDataType, Generated } from 'kysely';
import type { Day } from '../day.ts';
import type { Instant } from '../instant.ts';

/** A column's type in the database; `Value` is the type of its values in the code. */
export interface Column<Value> {
  /** Kysely's name for it; each dialect translates it. */
  type: ColumnDataType;
  /** How many characters it holds; null if it has no limit. */
  width: number | null;
  /** The only words it may hold; null for any text or number. */
  values: readonly string[] | null;
  /** Whether it may be null. */
  isOptional: boolean;
  /** Whether the database fills it in when you insert nothing. */
  isGenerated: boolean;
  /** For the compiler only. */
  value: Value;
}

function column<Value>(type: ColumnDataType, width: number | null = null): Column<Value> {
  return { type, width, values: null, isOptional: false, isGenerated: false } as Column<Value>;
}

/** A whole number of 16 bits. */
export const smallint = column<number>('smallint');
/** The largest whole number of 32 bits. */
export const MAX_INTEGER = 2_147_483_647;

/** A whole number of 32 bits. */
export const integer = column<number>('integer');
/** A whole number that JavaScript can hold exactly. */
export const bigint = column<number>('bigint');
/** 'YYYY-MM-DD'. */
export const day = column<Day>('date');
/** An ISO string, to the millisecond. */
export const instant = column<Instant>('timestamptz');
/** Text of any length. */
export const longText = column<string>('text');

/** Text of at most `width` characters. */
export function text<Value extends string = string>(width: number): Column<Value> {
  return column<Value>(`varchar(${width})`, width);
}

/** One of these words. */
export function choice<Value extends string>(values: readonly Value[], width: number): Column<Value> {
  return { ...text<Value>(width), values };
}

/** The same column, which may be null. */
export function optional<Value>(of: Column<Value>): Column<Value | null> {
  return { ...of, isOptional: true };
}

/** The same column, filled in by the database when you insert nothing. */
export function generated<Value>(of: Column<Value>): Column<Generated<Value>> {
  return { ...of, isGenerated: true } as Column<Generated<Value>>;
}
