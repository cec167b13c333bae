const DAYS = 7;

/**
 * The mean of each day and the six before it. It is unknown for the first six days, and wherever one of the seven is unknown:
 * a mean of fewer days would depend on which weekdays are missing.
 */
export function trailingAverage(values: readonly (number | null)[]): (number | null)[] {
  return values.map((_, index) => {
    const days = values.slice(Math.max(0, index - DAYS + 1), index + 1);
    const known = days.filter((value) => value !== null);
    return known.length === DAYS ? known.reduce((sum, value) => sum + value, 0) / DAYS : null;
  });
}
