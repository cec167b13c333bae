import type { ProblemLog } from '../../lib/answers/runs.ts';
import { DataTable } from '../controls/data-table.tsx';
import { Panel } from '../controls/panel.tsx';
import { formatInstant } from '../format.ts';
import { ProblemRepositories, problemName } from '../overview/attention.tsx';
import { paths } from '../routes.ts';

const COLUMNS = [{ label: 'Tenant' }, { label: 'Problem' }, { label: 'Repositories' }, { label: 'Since' }];

/** What needs a person in any tenant, as the watchdog noted it, and whom it could not tell. */
export function ProblemTable({ problems }: ProblemLog) {
  return (
    <Panel title="Needs a person">
      {problems.length === 0 ? (
        <p class="none">Nothing: the watchdog found no problem in its last round.</p>
      ) : (
        <DataTable label="What needs a person" columns={COLUMNS} cards>
          {problems.map((problem) => (
            <tr key={`${problem.tenantId} ${problem.kind} ${problem.code}`}>
              <th scope="row" class="name">
                <a href={paths.overview(problem.tenantId)}>{problem.tenantName}</a>
              </th>
              <td data-label="Problem">
                <strong>{problemName(problem.kind)}</strong>
                <br />
                <span class="muted">{problem.message}</span>
                {problem.untold.map(({ channel, message }) => (
                  <p key={`${channel} ${message}`}>
                    <span class="tag danger">Not told</span> {channel}: {message}
                  </p>
                ))}
              </td>
              <td data-label="Repositories" class="name">
                {problem.repositoryCount === 0 ? (
                  'All'
                ) : (
                  <ProblemRepositories tenantId={problem.tenantId} problem={problem} />
                )}
              </td>
              <td class="when" data-label="Since">
                {formatInstant(problem.since)}
              </td>
            </tr>
          ))}
        </DataTable>
      )}
    </Panel>
  );
}
