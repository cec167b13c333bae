import { useState } from 'preact/hooks';
import type { Repository } from '../../actions/openapi/repositories.ts';
import { DataTable } from '../controls/data-table.tsx';
import { Panel } from '../controls/panel.tsx';
import { formatDay, plural } from '../format.ts';
import { LossNote } from '../overview/loss-note.tsx';
import { paths } from '../routes.ts';

const COLUMNS = [
  { label: 'Repository' },
  { label: 'Identifier', numeric: true },
  { label: 'Visibility' },
  { label: 'Schedule' },
  { label: 'Covered' },
  { label: 'State' },
];

interface RepositoryListProps {
  tenantId: number;
  repositories: Repository[];
  /** Absent where the person may not remove any. */
  onRemove?: ((repository: Repository) => void) | undefined;
}

/** Every repository with its identifier, what is covered, and what stands in its way. */
export function RepositoryList({ tenantId, repositories, onRemove }: RepositoryListProps) {
  const [filter, setFilter] = useState('');
  const wanted = filter.trim().toLowerCase();
  const shown = repositories.filter((repository) => repository.fullName.toLowerCase().includes(wanted));
  const columns = [...COLUMNS, onRemove && { label: 'Actions', unseen: true }];
  return (
    <Panel
      title={plural(repositories.length, 'repository', 'repositories')}
      beside={<FilterBox filter={filter} onFilter={setFilter} />}
    >
      {shown.length === 0 && <p class="none">No repository matches.</p>}
      {shown.length > 0 && (
        <DataTable label="Repositories" columns={columns} cards>
          {shown.map((repository) => (
            <Row
              key={repository.repositoryId}
              tenantId={tenantId}
              repository={repository}
              onRemove={onRemove}
            />
          ))}
        </DataTable>
      )}
    </Panel>
  );
}

function FilterBox({ filter, onFilter }: { filter: string; onFilter: (filter: string) => void }) {
  return (
    <search class="search">
      <input
        type="search"
        aria-label="Filter repositories"
        placeholder="Filter"
        value={filter}
        onInput={(event) => onFilter(event.currentTarget.value)}
      />
    </search>
  );
}

interface RowProps {
  tenantId: number;
  repository: Repository;
  onRemove: RepositoryListProps['onRemove'];
}

function Row({ tenantId, repository, onRemove }: RowProps) {
  const { firstCoveredDate, lastCoveredDate } = repository;
  return (
    <tr>
      <th scope="row" class="name">
        <a href={paths.repository(tenantId, repository.repositoryId)}>{repository.fullName}</a>
        {repository.archived && <span class="tag">archived</span>}
      </th>
      <td class="number" data-label="Identifier">
        {repository.repositoryId}
      </td>
      <td data-label="Visibility">{repository.visibility}</td>
      <td data-label="Schedule">{repository.schedule}</td>
      <td class="when" data-label="Covered">
        {firstCoveredDate && lastCoveredDate
          ? `${formatDay(firstCoveredDate)} – ${formatDay(lastCoveredDate)}`
          : 'Not yet collected'}
      </td>
      <td data-label="State">
        <State repository={repository} />
      </td>
      {onRemove && (
        <td class="actions">
          <button type="button" class="button small danger" onClick={() => onRemove(repository)}>
            Remove…<span class="unseen"> {repository.fullName}</span>
          </button>
        </td>
      )}
    </tr>
  );
}

function State({ repository: { problem, lastSuccessAt } }: { repository: Repository }) {
  if (!problem)
    return <span class={lastSuccessAt ? 'tag success' : 'tag'}>{lastSuccessAt ? 'Fine' : 'Waiting'}</span>;
  return (
    <>
      {problem.message} <LossNote days={problem.daysUntilLoss} />
    </>
  );
}
