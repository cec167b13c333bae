import { DataTable } from '../controls/data-table.tsx';
import { formatCount } from '../format.ts';
import { toText, type Values } from './values.ts';

const ROWS = 300;

/** What a widget shows, as a table; a file holds more rows than a page can. */
export function ValuesTable({ title, values: { columns, rows } }: { title: string; values: Values }) {
  const numeric = columns.map((_, place) => rows.some((row) => typeof row[place] === 'number'));
  if (rows.length === 0) return <p class="none">There are no rows.</p>;
  return (
    <div class="widget-table">
      <DataTable
        label={title}
        columns={columns.map(({ label }, place) => ({ label, numeric: numeric[place] ?? false }))}
      >
        {rows.slice(0, ROWS).map((row, index) => (
          <tr key={index}>
            {row.map((value, place) => (
              <td key={columns[place]?.field} class={numeric[place] ? 'number' : undefined}>
                {toText(value)}
              </td>
            ))}
          </tr>
        ))}
      </DataTable>
      {rows.length > ROWS && (
        <p class="hint">
          {formatCount(ROWS)} of {formatCount(rows.length)} rows. “Save as CSV” in the menu has all of them.
        </p>
      )}
    </div>
  );
}
