import { DataTable } from '../controls/data-table.tsx';
import { formatCount } from '../format.ts';
import type { Values } from './protocol.ts';
import { formatValue } from './values.ts';

/** What a widget shows, as one table per data source. A file holds more rows than the page. */
export function ValuesTables({ title, tables }: { title: string; tables: Values[] }) {
  return (
    <div class="widget-table">
      {tables.length === 0 && <p class="none">No rows.</p>}
      {tables.map((values, place) => (
        <ValuesTable
          key={place}
          title={tables.length === 1 ? title : `${title}, ${place + 1} of ${tables.length}`}
          caption={tables.length === 1 ? '' : `${place + 1} of ${tables.length}: ${values.marks}`}
          values={values}
        />
      ))}
    </div>
  );
}

interface ValuesTableProps {
  title: string;
  caption: string;
  values: Values;
}

function ValuesTable({ title, caption, values: { columns, count, rows } }: ValuesTableProps) {
  const numeric = columns.map((_, place) => rows.some((row) => typeof row[place] === 'number'));
  return (
    <>
      {caption && <h3>{caption}</h3>}
      <DataTable
        label={title}
        columns={columns.map(({ label }, place) => ({ label, numeric: numeric[place] ?? false }))}
      >
        {rows.map((row, index) => (
          <tr key={index}>
            {row.map((value, place) => (
              <td key={columns[place]?.field} class={numeric[place] ? 'number' : undefined}>
                {formatValue(value)}
              </td>
            ))}
          </tr>
        ))}
      </DataTable>
      {count > rows.length && (
        <p class="hint">
          {formatCount(rows.length)} of {formatCount(count)} rows. Use “Save as CSV” in the menu for all of
          them.
        </p>
      )}
    </>
  );
}
