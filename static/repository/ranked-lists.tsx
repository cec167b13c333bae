import type { ComponentChildren } from 'preact';
import type { RepositoryStats } from '../../lib/answers/stats.ts';
import { DataTable } from '../controls/data-table.tsx';
import { Panel } from '../controls/panel.tsx';
import { formatCount, formatDay } from '../format.ts';

type Ranked = Omit<RepositoryStats['referrers'][number], 'referrer'>;

interface Row extends Ranked {
  key: string;
  name: ComponentChildren;
}

/** Where visitors came from: GitHub's top ten of the last 14 days, and earlier ones in the range. */
export function ReferrerList({ answer }: { answer: RepositoryStats }) {
  const rows = answer.referrers.map((row) => ({ ...row, key: row.referrer, name: row.referrer }));
  return <RankedList title="Referrers" head="Site" rows={rows} snapshotDate={answer.snapshotDate} />;
}

/** What visitors looked at. */
export function PathList({ answer }: { answer: RepositoryStats }) {
  const rows = answer.paths.map((row) => ({
    ...row,
    key: row.path,
    name: (
      <>
        {row.path || '/'}
        {row.title && <span class="path-title">{row.title}</span>}
      </>
    ),
  }));
  return <RankedList title="Popular paths" head="Path" rows={rows} snapshotDate={answer.snapshotDate} />;
}

interface RankedListProps {
  title: string;
  head: string;
  rows: Row[];
  snapshotDate: string | null;
}

function RankedList({ title, head, rows, snapshotDate }: RankedListProps) {
  const columns = [
    { label: 'Rank', numeric: true },
    { label: head },
    { label: 'Views', numeric: true },
    { label: 'Uniques', numeric: true },
    { label: 'Seen' },
  ];
  const first = rows.every((row) => row.current && row.previousRank === null);
  const asOf = snapshotDate && <span class="muted">14 days up to {formatDay(snapshotDate)}</span>;
  return (
    <Panel title={title} beside={asOf}>
      {rows.length === 0 ? (
        <p class="none">No {title.toLowerCase()} in this period.</p>
      ) : (
        <DataTable label={title} columns={columns}>
          {rows.map((row) => (
            <RankedRow key={row.key} row={row} first={first} />
          ))}
        </DataTable>
      )}
    </Panel>
  );
}

interface RankedRowProps {
  row: Row;
  /** True if there is no earlier list to compare with. */
  first: boolean;
}

function RankedRow({ row, first }: RankedRowProps) {
  const { current, firstSeen, lastSeen } = row;
  return (
    <tr class={current ? undefined : 'gone'}>
      <td class="number">
        {current ? row.rank : '–'} {!first && <Move row={row} />}
      </td>
      <th scope="row" class="name">
        {row.name}
      </th>
      <td class="number">{formatCount(row.viewCount)}</td>
      <td class="number">{formatCount(row.viewUniques)}</td>
      <td class="when">{current ? `since ${formatDay(firstSeen)}` : `left after ${formatDay(lastSeen)}`}</td>
    </tr>
  );
}

function Move({ row }: { row: Ranked }) {
  if (!row.current) return null;
  if (row.previousRank === null) return <span class="tag success">new</span>;
  const rise = row.previousRank - row.rank;
  if (rise === 0) return <span class="unseen">unchanged</span>;
  return (
    <span class={rise > 0 ? 'move up' : 'move down'}>
      <span aria-hidden="true">
        {rise > 0 ? '▲' : '▼'}
        {Math.abs(rise)}
      </span>
      <span class="unseen">{rise > 0 ? `up ${rise}` : `down ${-rise}`}</span>
    </span>
  );
}
