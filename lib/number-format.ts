// Not with formatters made here: the first one takes 10 ms, and the cold start of every action would wait for it.

/** A count as text, such as 1,234. */
export function formatNumber(count: number): string {
  return count.toLocaleString('en-GB');
}

/** A count that may be unknown: a dash says so. */
export function formatCount(count: number | null): string {
  return count === null ? '–' : formatNumber(count);
}

/** A count in few characters, such as 12.9K. */
export function formatCompact(count: number): string {
  return count.toLocaleString('en-GB', { notation: 'compact', maximumFractionDigits: 2 });
}

/** A count with its noun, such as "1 clone" or "2,000 clones". */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatNumber(count)} ${count === 1 ? one : many}`;
}

/** The end of a list that is cut, such as "and 1,200 more". */
export function andMore(count: number): string {
  return `and ${formatNumber(count)} more`;
}

/** A change for people: rounded first, so that what rounds to nothing has no direction. */
export interface ShownChange {
  direction: 'up' | 'down' | 'same';
  /** Without a sign: 8%, or from ten times as much on a multiple of the figure before, such as 12×. */
  text: string;
}

/** How a change is shown that is given as a fraction: 0.08 is 8% more. */
export function toShownChange(change: number): ShownChange {
  const percent = Math.round(change * 100);
  if (percent === 0) return { direction: 'same', text: '0%' };
  if (percent > 999) return { direction: 'up', text: `${formatNumber(Math.round(change + 1))}×` };
  return { direction: percent > 0 ? 'up' : 'down', text: `${formatNumber(Math.abs(percent))}%` };
}

const SIGNS = { up: '+', down: '−', same: '' };

/** A change as text, such as +8%, −6% or 12×. */
export function formatChange(change: number): string {
  const { direction, text } = toShownChange(change);
  return text.endsWith('×') ? text : `${SIGNS[direction]}${text}`;
}

/** A difference as text, such as +1,234 or −5. */
export function formatDifference(difference: number): string {
  const sign = difference > 0 ? '+' : difference < 0 ? '−' : '';
  return `${sign}${formatNumber(Math.abs(difference))}`;
}
