import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { FIRST_PAGE, usePlace, withQuery } from '../location.ts';

/** A column header. Numbers are aligned right. */
interface Column {
  label: string;
  numeric?: boolean;
  /** Only for screen readers. */
  unseen?: boolean;
}

interface DataTableProps {
  /** Describes the table for screen readers. */
  label: string;
  columns: (Column | false | undefined)[];
  /** Rows become cards on a phone. */
  cards?: boolean;
  tall?: boolean;
  /** The rows. */
  children: ComponentChildren;
}

/** A table that scrolls where it is too wide. */
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

interface SortHeaderProps {
  column: string;
  label: string;
  sort: string;
  order: 'asc' | 'desc';
  numeric?: boolean;
}

/** A sortable column header. Numbers start descending, names ascending. */
export function SortHeader({ column, label, sort, order, numeric }: SortHeaderProps) {
  const place = usePlace();
  const active = sort === column;
  const first = numeric ? 'desc' : 'asc';
  const next = active && order === first ? (first === 'asc' ? 'desc' : 'asc') : first;
  const direction = order === 'asc' ? 'ascending' : 'descending';
  return (
    <th scope="col" class={numeric ? 'number' : undefined} aria-sort={active ? direction : undefined}>
      <a class="sort" href={withQuery(place, { sort: column, order: next, ...FIRST_PAGE })}>
        {label}
        <span class="sort-mark" aria-hidden="true">
          {active ? (order === 'asc' ? '↑' : '↓') : '↕'}
        </span>
      </a>
    </th>
  );
}

interface TableScrollProps {
  label: string;
  tall?: boolean;
  children: ComponentChildren;
}

/** Lets a wide table scroll, with the keyboard too. */
export function TableScroll({ label, tall, children }: TableScrollProps) {
  const element = useRef<HTMLDivElement>(null);
  const [scrolls, setScrolls] = useState(false);
  useEffect(() => {
    const box = element.current;
    if (!box) return;
    const measure = () =>
      setScrolls(box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight);
    const watcher = new ResizeObserver(measure);
    watcher.observe(box);
    if (box.firstElementChild) watcher.observe(box.firstElementChild);
    return () => watcher.disconnect();
  }, []);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms
    <div
      ref={element}
      class={tall ? 'table-scroll tall' : 'table-scroll'}
      role="group"
      aria-label={label}
      tabIndex={scrolls ? 0 : undefined}
    >
      {children}
    </div>
  );
}
