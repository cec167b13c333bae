// Not with formatters made here: the first one takes 10 ms, and the cold start of every action would wait for it.

/** A count as text, such as 1,234. */
export function formatNumber(count: number): string {
  return count.toLocaleString('en-GB');
}

/** A count with its noun, such as "1 clone" or "2,000 clones". */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatNumber(count)} ${count === 1 ? one : many}`;
}

const SIGNED_PERCENT = { style: 'percent', maximumFractionDigits: 0, signDisplay: 'exceptZero' } as const;

/** A change as a signed percentage, such as +8% or −6%. */
export function formatChange(change: number): string {
  return change.toLocaleString('en-GB', SIGNED_PERCENT).replace('-', '−');
}
