/** What a cell may hold; null is an empty cell. */
type Cell = string | number | null;

/**
 * Comma-separated text with a header (RFC 4180). Text that a spreadsheet would run as a formula gets an apostrophe in
 * front (OWASP, CSV injection).
 */
export function toCsv(header: readonly string[], rows: Iterable<readonly Cell[]>): string {
  const lines = [header.map(toCell).join(',')];
  for (const row of rows) lines.push(row.map(toCell).join(','));
  return `${lines.join('\r\n')}\r\n`;
}

function toCell(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  const harmless = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
