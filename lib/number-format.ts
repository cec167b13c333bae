const whole = new Intl.NumberFormat('en-GB');
const percent = new Intl.NumberFormat('en-GB', {
  style: 'percent',
  maximumFractionDigits: 0,
  signDisplay: 'exceptZero',
});

/** A count as text, such as 1,234. */
export function formatNumber(count: number): string {
  return whole.format(count);
}

/** A count with its noun, such as "1 clone" or "2,000 clones". */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${whole.format(count)} ${count === 1 ? one : many}`;
}

/** A change as a signed percentage, such as +8% or −6%. */
export function formatChange(change: number): string {
  return percent.format(change).replace('-', '−');
}
