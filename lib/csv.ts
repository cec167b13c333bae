/** What a cell may hold; null is an empty cell. */
type Cell = string | number | null;

/** Beginnings that make a spreadsheet read text as a formula (https://owasp.org/www-community/attacks/CSV_Injection). */
const FORMULA = /^'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;
/** Names such as `-dash/docs`: words alone can neither compute, call a function nor start another program. */
const DASHED_NAME = /^-[a-z_](?:[-._/ a-z]*[a-z_])?$/i;

/**
 * Comma-separated text (RFC 4180) with a header. Text that a spreadsheet would run as a formula gets an apostrophe in front, and
 * so does one that has such apostrophes already: `fromCell` can tell. A name that begins with `-` stays as it is.
 */
export function toCsv(header: readonly string[], rows: Iterable<readonly Cell[]>): string {
  const lines = [toCsvLine(header)];
  for (const row of rows) lines.push(toCsvLine(row));
  return joinCsvLines(lines);
}

/** A line of `toCsv`, without its end. */
export function toCsvLine(cells: readonly Cell[]): string {
  return cells.map(toCell).join(',');
}

/** The text of a file with these lines, of which the first is the header. */
export function joinCsvLines(lines: readonly string[]): string {
  return `${lines.join('\r\n')}\r\n`;
}

/** The text that `toCsv` wrote as this cell, without its quotation marks. */
export function fromCell(cell: string): string {
  return cell.startsWith("'") && FORMULA.test(cell) ? cell.slice(1) : cell;
}

function toCell(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  const harmless = FORMULA.test(cell) && !DASHED_NAME.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
