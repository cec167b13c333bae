import type { ComponentChildren } from 'preact';
import type { RepositoryStats } from '../../actions/openapi/stats.ts';
import { TableScroll } from '../controls/table-scroll.tsx';
import { formatCount, formatDay, formatShortDay } from '../format.ts';

type Ranked = Omit<RepositoryStats['referrers'][number], 'referrer'>;

/** Where visitors came from: GitHub's ten of the last 14 days, and those seen earlier in the range. */
export function ReferrerList({ answer }: { answer: RepositoryStats }) {
  const rows = answer.referrers.map((row) => ({ ...row, key: row.referrer, name: row.referrer }));
  return (
    <RankedList id="referrers" title="Referrers" head="Site" rows={rows} snapshotDate={answer.snapshotDate} />
  );
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
  return (
    <RankedList id="paths" title="Popular paths" head="Path" rows={rows} snapshotDate={answer.snapshotDate} />
  );
}

interface RankedListProps {
  id: string;
  title: string;
  head: string;
  rows: (Ranked & { key: string; name: ComponentChildren })[];
  snapshotDate: string | null;
}

function RankedList({ id, title, head, rows, snapshotDate }: RankedListProps) {
  return (
    <section class="panel" aria-labelledby={id}>
      <header class="panel-head">
        <h2 id={id}>{title}</h2>
        {snapshotDate && <span class="muted">14 days up to {formatDay(snapshotDate)}</span>}
      </header>
      {rows.length === 0 ? (
        <p class="none">GitHub named none for these days.</p>
      ) : (
        <TableScroll label={title}>
          <table class="data">
            <thead>
              <tr>
                <th scope="col" class="number">
                  Rank
                </th>
                <th scope="col">{head}</th>
                <th scope="col" class="number">
                  Views
                </th>
                <th scope="col" class="number">
                  Uniques
                </th>
                <th scope="col">Seen</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.key} class={row.current ? undefined : 'gone'}>
                  <td class="number">
                    {row.current ? row.rank : '–'} <Move row={row} />
                  </td>
                  <th scope="row" class="name">
                    {row.name}
                  </th>
                  <td class="number">{formatCount(row.viewCount)}</td>
                  <td class="number">{formatCount(row.viewUniques)}</td>
                  <td class="when">
                    {row.current
                      ? `since ${formatShortDay(row.firstSeen)}`
                      : `left after ${formatShortDay(row.lastSeen)}`}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableScroll>
      )}
    </section>
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
