import type { ListKind, ReadListRow, ToolId } from '../history.ts';
import { nameOfFile } from './file-names.ts';
import type { Gathering } from './gathering.ts';
import { sayRefused } from './refusals.ts';
import { type CsvFile, eachRow } from './rows.ts';
import { baseOf, folderOf, isRefused, parseCount, parseTime } from './values.ts';

const NAMES_MISSING =
  'repohistory exports only the names in the first day’s list. Names that came later are missing from its file.';

/** The wide tables of repohistory: a column for each name, and a row for each day. */
export function readWide(
  { path, text }: CsvFile,
  header: readonly string[],
  gathering: Gathering,
): { tool: ToolId | null; left: string | null } {
  const folder = folderOf(path);
  const beside = [...gathering.paths].some(
    (other) => folderOf(other) === folder && /^(views|clones)\b/i.test(baseOf(other)),
  );
  if (!beside)
    return {
      tool: null,
      left: 'A table with a column for each name, without the views.csv of repohistory beside it.',
    };
  const source = { path, tool: 'repohistory' as const };
  const kind: ListKind = /^referrers/i.test(baseOf(path)) ? 'referrers' : 'paths';
  const names = kind === 'paths' ? joinNames(header.slice(1)) : header.slice(1);
  const draft = gathering.repository(source, nameOfFile(path, 'repohistory'));
  let first = true;
  let lists = 0;
  eachRow(text, ({ cells, line }) => {
    if (first) {
      first = false;
      return;
    }
    const time = parseTime(cells[0], null);
    if (isRefused(time)) {
      sayRefused(gathering, path, line, time);
      return;
    }
    if (cells.length !== names.length + 1) {
      gathering.problem(
        path,
        'row_broken',
        'A row has another number of cells than there are names. It is left out.',
        { line },
      );
      return;
    }
    const rows: ReadListRow[] = [];
    for (const [index, name] of names.entries()) {
      const count = parseCount(cells[index + 1]);
      if (isRefused(count)) sayRefused(gathering, path, line, count);
      else if (count) rows.push({ name, title: null, count, uniques: null });
    }
    gathering.list(draft, source, kind, { date: time.date, at: null }, rows);
    lists++;
  });
  gathering.problem(path, 'names_missing', NAMES_MISSING);
  return { tool: 'repohistory', left: lists === 0 ? 'The table has a header and no rows.' : null };
}

/** The names are not quoted: the cells of a path with a comma belong together. Paths begin with `/`. */
function joinNames(cells: readonly string[]): string[] {
  const names: string[] = [];
  for (const cell of cells) {
    if (cell.startsWith('/') || names.length === 0) names.push(cell);
    else names[names.length - 1] += `,${cell}`;
  }
  return names;
}
