import Papa from 'papaparse';

/** A row of a table. */
export interface Row {
  /** Null: it is not of a file with lines. */
  line: number | null;
  cells: string[];
}

/** A file with a table. */
export interface CsvFile {
  path: string;
  text: string;
}

/** Columns that are read. */
export const MAX_COLUMNS = 1000;

/** The separator of the first line. Excel writes `;` where the decimal separator is a comma, and may name it in a line of its own. */
function separatorOf(text: string): { separator: string; isNamed: boolean } {
  const [first = ''] = text.slice(0, 20_000).trimStart().split(/\r?\n/, 1);
  const named = /^sep=(.)$/i.exec(first.trim())?.[1];
  if (named) return { separator: named, isNamed: true };
  const counts = [',', ';', '\t', '|'].map((separator) => ({
    separator,
    count: first.split(separator).length,
  }));
  const best = counts.reduce((one, other) => (other.count > one.count ? other : one));
  return { separator: best.separator, isNamed: false };
}

/** Calls `take` for each row that is not empty. Returns the line of an unclosed quote, or null. */
export function eachRow(text: string, take: (row: Row & { line: number }) => void): number | null {
  const { separator, isNamed } = separatorOf(text);
  let line = 1;
  let broken: number | null = null;
  let isFirst = isNamed;
  Papa.parse<string[]>(text, {
    delimiter: separator,
    newline: '\n',
    step({ data, errors }) {
      const start = line;
      line +=
        1 + data.reduce((sum, cell) => sum + (cell.includes('\n') ? cell.split('\n').length - 1 : 0), 0);
      if (errors.some(({ code }) => code === 'MissingQuotes')) broken ??= start;
      const cells = data.slice(0, MAX_COLUMNS).map((cell) => cell.trim());
      if (!isFirst && cells.some((cell) => cell !== '')) take({ line: start, cells });
      isFirst = false;
    },
  });
  return broken;
}

/** The first row; for recognising a file. */
export function headerOf(text: string): string[] {
  let header: string[] | null = null;
  const start = text.slice(0, 200_000);
  eachRow(start, ({ cells }) => {
    header ??= cells;
  });
  return header ?? [];
}
