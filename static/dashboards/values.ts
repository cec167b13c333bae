import type { Value } from './protocol.ts';

const isMidnight = (day: Date) => day.getTime() % 86_400_000 === 0;

export function formatValue(value: Value): string {
  if (value === null) return '–';
  if (value instanceof Date) return formatDate(value);
  return typeof value === 'number' ? number.format(value) : String(value);
}

const number = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 2 });

/** Always in UTC, even if a specification uses local time units. */
export function formatDate(value: Date): string {
  if (Number.isNaN(value.getTime())) return '–';
  return isMidnight(value) ? value.toISOString().slice(0, 10) : value.toISOString();
}
