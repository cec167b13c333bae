import { useState } from 'preact/hooks';
import type { Repository } from '../../actions/openapi/repositories.ts';
import { TableScroll } from '../controls/table-scroll.tsx';
import { formatDay, plural } from '../format.ts';
import { LossNote } from '../overview/loss-note.tsx';
import { paths } from '../routes.ts';

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
  return (
    <section class="panel" aria-labelledby="list">
      <header class="panel-head">
        <h2 id="list">{plural(repositories.length, 'repository', 'repositories')}</h2>
        <div class="search">
          <input
            type="search"
            aria-label="Filter repositories"
            placeholder="Filter"
            value={filter}
            onInput={(event) => setFilter(event.currentTarget.value)}
          />
        </div>
      </header>
      {shown.length === 0 && <p class="none">No repository matches.</p>}
      {shown.length > 0 && (
        <TableScroll label="Repositories">
          <table class="data cards">
            <thead>
              <tr>
                <th scope="col">Repository</th>
                <th scope="col" class="number">
                  Identifier
                </th>
                <th scope="col">Visibility</th>
                <th scope="col">Schedule</th>
                <th scope="col">Covered</th>
                <th scope="col">State</th>
                {onRemove && (
                  <th scope="col">
                    <span class="unseen">Actions</span>
                  </th>
                )}
              </tr>
            </thead>
            <tbody>
              {shown.map((repository) => (
                <Row
                  key={repository.repositoryId}
                  tenantId={tenantId}
                  repository={repository}
                  onRemove={onRemove}
                />
              ))}
            </tbody>
          </table>
        </TableScroll>
      )}
    </section>
  );
}

interface RowProps {
  tenantId: number;
  repository: Repository;
  onRemove: RepositoryListProps['onRemove'];
}

function Row({ tenantId, repository, onRemove }: RowProps) {
  const { firstCoveredDate, lastCoveredDate, problem } = repository;
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
      <td data-label="Covered">
        {firstCoveredDate && lastCoveredDate
          ? `${formatDay(firstCoveredDate)} – ${formatDay(lastCoveredDate)}`
          : 'Not yet collected'}
      </td>
      <td data-label="State">
        {problem ? (
          <>
            {problem.message} <LossNote days={problem.daysUntilLoss} />
          </>
        ) : (
          <span class={repository.lastSuccessAt ? 'tag success' : 'tag'}>
            {repository.lastSuccessAt ? 'Fine' : 'Waiting'}
          </span>
        )}
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
