const DAY_MS = 86_400_000;

/** The shortest that each is. */
const MILLISECONDS: Record<string, number> = {
  millisecond: 1,
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  week: 7 * DAY_MS,
  month: 28 * DAY_MS,
  quarter: 90 * DAY_MS,
  year: 365 * DAY_MS,
};

/** How many intervals at most lie between two instants. Vega names them in the singular and in the plural; others are days. */
export function countIntervals(name: string, low: number, high: number, step: number): number {
  const single = name.replace(/^utc/, '').replace(/s$/, '');
  return Math.abs(high - low) / ((MILLISECONDS[single] ?? DAY_MS) * step);
}
