import { parse } from 'papaparse';
import { fromCell, toCsvLine } from '../csv.ts';
import type { ExportValue } from './format.ts';

/** The text of rows as lines of a CSV file, each with its end. */
export function toCsvLines(rows: Iterable<readonly ExportValue[]>): string {
  let text = '';
  for (const row of rows) text += `${toCsvLine(row)}\r\n`;
  return text;
}

/** Calls `onRow` with the cells of each row, the header first, and its number from 1. */
export function readCsv(text: string, onRow: (cells: string[], row: number) => void): void {
  let row = 0;
  parse<string[]>(text, {
    delimiter: ',',
    skipEmptyLines: true,
    step: ({ data }) => {
      row++;
      onRow(data.map(fromCell), row);
    },
  });
}
