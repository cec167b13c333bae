/** What a cell may hold; null is an empty cell. */
type Cell = string | number | null;

/** Beginnings that make a spreadsheet read text as a formula (https://owasp.org/www-community/attacks/CSV_Injection). */
const FORMULA = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;
/** Names such as `-dash/docs`: words alone can neither compute, call a function nor start another program. */
const DASHED_NAME = /^-[a-z_](?:[-._/ a-z]*[a-z_])?$/i;

/**
 * Comma-separated text (RFC 4180) with a header. Text that a spreadsheet would run as a formula gets an apostrophe in front.
 * A name that begins with `-` stays as it is.
 */
export function toCsv(header: readonly string[], rows: Iterable<readonly Cell[]>): string {
  // Most texts of a column are the same again and again.
  const texts = new Map<string, string>();
  const toKnownCell = (cell: Cell): string => {
    if (typeof cell !== 'string') return toCell(cell);
    const text = texts.get(cell) ?? toCell(cell);
    texts.set(cell, text);
    return text;
  };
  const lines = [header.map(toCell).join(',')];
  for (const row of rows) lines.push(row.map(toKnownCell).join(','));
  return `${lines.join('\r\n')}\r\n`;
}

function toCell(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  const harmless = FORMULA.test(cell) && !DASHED_NAME.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
