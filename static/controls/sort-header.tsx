import { usePlace, withQuery } from '../location.ts';

interface SortHeaderProps {
  column: string;
  label: string;
  sort: string;
  order: 'asc' | 'desc';
  numeric?: boolean;
}

/** A column's head that sorts: numbers fall at first, names rise. */
export function SortHeader({ column, label, sort, order, numeric }: SortHeaderProps) {
  const place = usePlace();
  const active = sort === column;
  const first = numeric ? 'desc' : 'asc';
  const next = active && order === first ? (first === 'asc' ? 'desc' : 'asc') : first;
  const direction = order === 'asc' ? 'ascending' : 'descending';
  return (
    <th scope="col" class={numeric ? 'number' : undefined} aria-sort={active ? direction : undefined}>
      <a class="sort" href={withQuery(place, { sort: column, order: next, page: null })}>
        {label}
        <span class="sort-mark" aria-hidden="true">
          {active ? (order === 'asc' ? '↑' : '↓') : '↕'}
        </span>
      </a>
    </th>
  );
}
