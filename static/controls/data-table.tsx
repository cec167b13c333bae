import type { ComponentChildren } from 'preact';
import { TableScroll } from './table-scroll.tsx';

/** A column's head; numbers stand at the right. */
interface Column {
  label: string;
  numeric?: boolean;
  /** Only for screen readers. */
  unseen?: boolean;
}

interface DataTableProps {
  /** What the table is of, for screen readers. */
  label: string;
  columns: (Column | false | undefined)[];
  /** Rows become cards on a phone. */
  cards?: boolean;
  tall?: boolean;
  /** The rows. */
  children: ComponentChildren;
}

/** A table of figures that scrolls where it is too wide. */
export function DataTable({ label, columns, cards, tall, children }: DataTableProps) {
  const shown = columns.filter((column) => column !== false && column !== undefined);
  return (
    <TableScroll label={label} {...(tall ? { tall } : {})}>
      <table class={cards ? 'data cards' : 'data'} aria-label={label}>
        <thead>
          <tr>
            {shown.map((column) => (
              <th key={column.label} scope="col" class={column.numeric ? 'number' : undefined}>
                {column.unseen ? <span class="unseen">{column.label}</span> : column.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </TableScroll>
  );
}
