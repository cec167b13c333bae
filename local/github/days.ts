/** UTC days as whole numbers since 1970-01-01. The simulator calculates with these. */

export const DAY_MS = 86_400_000;
export const HOUR_MS = 3_600_000;

/** `2026-01-14` → 20467. */
export function toDayNumber(day: string): number {
  const number = Date.parse(`${day}T00:00:00Z`) / DAY_MS;
  if (!Number.isInteger(number)) throw new RangeError(`not a day: ${day}`);
  return number;
}

/** 20467 → `2026-01-14`. */
export function toDay(number: number): string {
  return new Date(number * DAY_MS).toISOString().slice(0, 10);
}

/** The Monday on or before a day. */
export function toMonday(number: number): number {
  // 1970-01-01 was a Thursday.
  return number - ((number + 3) % 7);
}

/** Whether a day is a Saturday or a Sunday. */
export function isWeekend(number: number): boolean {
  return (number + 3) % 7 > 4;
}
