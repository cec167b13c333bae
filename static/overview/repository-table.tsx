import type { Overview } from '../../lib/answers/stats.ts';
import { changeOf, whyNoChange } from '../../lib/stats/totals.ts';
import { Sparkline } from '../charts/sparkline.tsx';
import { SortHeader, TableScroll } from '../controls/data-table.tsx';
import { CsvButton } from '../controls/download.tsx';
import { Skeleton } from '../controls/loading.tsx';
import { Pager } from '../controls/pager.tsx';
import { Panel } from '../controls/panel.tsx';
import { SearchBox } from '../controls/search-box.tsx';
import { Change } from '../figures/change.tsx';
import { formatCount, formatRecent, plural } from '../format.ts';
import { FIRST_PAGE, type Place, usePlace, withQuery } from '../location.ts';
import { paths } from '../routes.ts';
import { fileName, overviewFile } from './view.ts';

type Row = Overview['repositories'][number];

/** One row per repository: its trend, sums, change, stars, and when it was collected. */
export function RepositoryTable({ answer }: { answer: Overview | undefined }) {
  const place = usePlace();
  const most = Math.max(1, ...(answer?.repositories ?? []).map(({ totals }) => totals.viewCount ?? 0));
  const label = answer
    ? `Search ${plural(answer.repositoryCount, 'repository', 'repositories')}`
    : 'Search repositories';
  return (
    <Panel
      title="Repositories"
      beside={
        <>
          <SearchBox label={label} />
          {answer && (
            <CsvButton
              read={overviewFile(answer.tenantId, place.query)}
              fileName={fileName('overview', answer.range)}
              label="CSV"
            />
          )}
        </>
      }
    >
      <span class="unseen" role="status">
        {answer && `${plural(answer.page.total, 'repository', 'repositories')} listed`}
      </span>
      {!answer && <Skeleton />}
      {answer?.repositories.length === 0 && <NoMatch place={place} />}
      {answer && answer.repositories.length > 0 && (
        <TableScroll label="Repositories">
          <table class="data cards sorted repositories">
            <Heads place={place} />
            <tbody>
              {answer.repositories.map((row) => (
                <RepositoryRow key={row.repositoryId} answer={answer} row={row} most={most} />
              ))}
            </tbody>
          </table>
        </TableScroll>
      )}
      {answer && <Pager page={answer.page} things="repositories" />}
      <p class="basis">
        <a href={withQuery(place, { tab: 'table', ...FIRST_PAGE })}>All days as a table</a>
      </p>
    </Panel>
  );
}

function Heads({ place: { query } }: { place: Place }) {
  const sort = query.get('sort') ?? 'viewCount';
  const order = query.get('order') === 'asc' || (sort === 'name' && !query.has('order')) ? 'asc' : 'desc';
  const head = (column: string, label: string) => (
    <SortHeader column={column} label={label} sort={sort} order={order} numeric={column !== 'name'} />
  );
  return (
    <thead>
      <tr>
        {head('name', 'Repository')}
        <th scope="col">Trend</th>
        {head('viewCount', 'Views')}
        {head('change', 'Views change')}
        {head('viewUniques', 'Visitors (max)')}
        {head('cloneCount', 'Clones')}
        {head('cloneUniques', 'Cloners (max)')}
        {head('stars', 'Stars')}
        <th scope="col">Last collected</th>
      </tr>
    </thead>
  );
}

interface RowProps {
  answer: Overview;
  row: Row;
  /** The most views of a listed repository. */
  most: number;
}

function RepositoryRow({ answer, row, most }: RowProps) {
  const { totals, comparison, starsGained } = row;
  const [owner, name] = row.fullName.split('/');
  const share = (100 * (totals.viewCount ?? 0)) / most;
  return (
    <tr>
      <th scope="row" class="name">
        <svg class="row-bar only-wide" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
          <rect width={share.toFixed(1)} height="10" rx="0.4" />
        </svg>
        <span class="row-name">
          <span class={`dot c${row.colorIndex + 1}`} />
          <a href={paths.repository(answer.tenantId, row.repositoryId)}>
            <span class="sub">{owner}/</span>
            {name}
          </a>
          {row.visibility !== 'public' && <span class="tag">{row.visibility}</span>}
          {row.archived && <span class="tag">archived</span>}
        </span>
      </th>
      <td class="only-wide">
        <Sparkline values={row.viewCount} colorIndex={row.colorIndex} />
      </td>
      <td class="number" data-label="Views">
        <strong>{formatCount(totals.viewCount)}</strong>
      </td>
      <td class="number" data-label="Views change">
        <Change change={changeOf(comparison, 'viewCount')} reason={whyNoChange(comparison, 'viewCount')} />
      </td>
      <td class="number only-wide" data-label="Visitors (max)">
        {formatCount(totals.viewUniquesUpper)}
      </td>
      <td class="number only-wide" data-label="Clones">
        {formatCount(totals.cloneCount)}
      </td>
      <td class="number only-wide" data-label="Cloners (max)">
        {formatCount(totals.cloneUniquesUpper)}
      </td>
      <td class="number only-wide" data-label="Stars">
        {formatCount(row.stars)}{' '}
        {starsGained ? <span class="gained up">+{formatCount(starsGained)}</span> : null}
      </td>
      <td class="only-wide" data-label="Last collected">
        <Collected row={row} />
      </td>
    </tr>
  );
}

function Collected({ row: { problem, lastSuccessAt } }: { row: Row }) {
  const when = lastSuccessAt ? formatRecent(lastSuccessAt) : 'Not yet';
  if (problem)
    return (
      <span class="state warn" title={problem.message}>
        {when}
        <span class="unseen"> ({problem.message})</span>
      </span>
    );
  return <span class={lastSuccessAt ? 'state' : 'state off'}>{when}</span>;
}

function NoMatch({ place }: { place: Place }) {
  return (
    <p class="none">
      No repository matches. <a href={withQuery(place, { q: null, ...FIRST_PAGE })}>Show all</a>
    </p>
  );
}
