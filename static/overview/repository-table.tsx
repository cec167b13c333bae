import type { Overview } from '../../lib/answers/stats.ts';
import { changeOf } from '../../lib/stats/totals.ts';
import { Sparkline } from '../charts/sparkline.tsx';
import { SortHeader, TableScroll } from '../controls/data-table.tsx';
import { Skeleton } from '../controls/loading.tsx';
import { Pager } from '../controls/pager.tsx';
import { Panel } from '../controls/panel.tsx';
import { SearchBox } from '../controls/search-box.tsx';
import { formatChange, formatCount, formatInstant, plural } from '../format.ts';
import { FIRST_PAGE, type Place, usePlace, withQuery } from '../location.ts';
import { paths } from '../routes.ts';
import { metricOf } from './view.ts';

const COLUMNS = [
  { column: 'name', label: 'Repository', numeric: false },
  { column: 'viewCount', label: 'Views', numeric: true },
  { column: 'viewUniques', label: 'Visitors (max)', numeric: true },
  { column: 'cloneCount', label: 'Clones', numeric: true },
  { column: 'cloneUniques', label: 'Cloners (max)', numeric: true },
  { column: 'change', label: 'Views change', numeric: true },
  { column: 'stars', label: 'Stars', numeric: true },
];

type Row = Overview['repositories'][number];

/** One row per repository: sums, change, a small chart, stars. */
export function RepositoryTable({ answer }: { answer: Overview | undefined }) {
  const place = usePlace();
  return (
    <Panel title="Repositories" beside={<SearchBox label="Search repositories" />}>
      <span class="unseen" role="status">
        {answer && `${plural(answer.page.total, 'repository', 'repositories')} listed`}
      </span>
      {!answer && <Skeleton />}
      {answer?.repositories.length === 0 && <NoMatch place={place} />}
      {answer && answer.repositories.length > 0 && (
        <TableScroll label="Repositories">
          <table class="data cards sorted">
            <Heads place={place} />
            <tbody>
              {answer.repositories.map((row) => (
                <RepositoryRow key={row.repositoryId} answer={answer} row={row} place={place} />
              ))}
            </tbody>
          </table>
        </TableScroll>
      )}
      {answer && <Pager page={answer.page} things="repositories" />}
    </Panel>
  );
}

function Heads({ place: { query } }: { place: Place }) {
  const sort = query.get('sort') ?? 'viewCount';
  const order = query.get('order') ?? (sort === 'name' ? 'asc' : 'desc');
  return (
    <thead>
      <tr>
        {COLUMNS.map((column) => (
          <SortHeader key={column.column} {...column} sort={sort} order={order === 'asc' ? 'asc' : 'desc'} />
        ))}
        <th scope="col">{metricOf(query) === 'clones' ? 'Clones over time' : 'Views over time'}</th>
        <th scope="col">Last collected</th>
      </tr>
    </thead>
  );
}

function RepositoryRow({ answer, row, place }: { answer: Overview; row: Row; place: Place }) {
  const metric = metricOf(place.query);
  const target = paths.repository(answer.tenantId, row.repositoryId);
  return (
    <tr>
      <th scope="row" class="name">
        <a href={target}>{row.fullName}</a>
        {row.archived && <span class="tag">Archived</span>}
        {row.problem && <span class="tag danger">Problem</span>}
      </th>
      <td class="number" data-label="Views">
        {formatCount(row.totals.viewCount)}
      </td>
      <td class="number" data-label="Visitors (max)">
        {formatCount(row.totals.viewUniquesUpper)}
      </td>
      <td class="number" data-label="Clones">
        {formatCount(row.totals.cloneCount)}
      </td>
      <td class="number" data-label="Cloners (max)">
        {formatCount(row.totals.cloneUniquesUpper)}
      </td>
      <td class="number" data-label="Views change">
        <RowChange row={row} />
      </td>
      <td class="number" data-label="Stars">
        {formatCount(row.stars)}
      </td>
      <td class="spark-cell">
        <Sparkline values={metric === 'clones' ? row.cloneCount : row.viewCount} metric={metric} />
      </td>
      <td class="when" data-label="Last collected">
        {row.lastSuccessAt ? formatInstant(row.lastSuccessAt) : 'Not yet'}
      </td>
    </tr>
  );
}

/** The change of views, or a dash with the reason why there is none. */
function RowChange({ row }: { row: Row }) {
  const { comparison } = row;
  const change = changeOf(comparison, 'viewCount');
  if (change === null)
    return (
      <span
        class="muted"
        title={comparison.comparable ? 'Nothing earlier to compare with' : 'Some days are missing'}
      >
        –
      </span>
    );
  return (
    <span class={`change ${change > 0 ? 'up' : change < 0 ? 'down' : 'same'}`}>{formatChange(change)}</span>
  );
}

function NoMatch({ place }: { place: Place }) {
  return (
    <p class="none">
      No repository matches. <a href={withQuery(place, { q: null, ...FIRST_PAGE })}>Show all</a>
    </p>
  );
}
