import type { RunDetail } from '../../lib/answers/runs.ts';
import { DataTable } from '../controls/data-table.tsx';
import { Panel } from '../controls/panel.tsx';
import { formatCount, formatDay, plural } from '../format.ts';
import { METRICS } from '../repository/metrics.ts';
import { paths } from '../routes.ts';

const COLUMNS = [
  { label: 'Repository' },
  { label: 'Day' },
  { label: 'Figure' },
  { label: 'Stored', numeric: true },
  { label: 'GitHub', numeric: true },
  { label: 'Shown now', numeric: true },
];

/** What a run that verifies found otherwise at GitHub. */
export function Differences({ detail: { run, differences } }: { detail: RunDetail }) {
  const count = run.differenceCount ?? 0;
  return (
    <Panel title={count === 0 ? 'No differences' : plural(count, 'difference', 'differences')}>
      <p class="muted">
        Every final day that GitHub still shows was compared with what is stored. Figures that were too low
        are raised; smaller ones are kept as revisions and told once.
        {differences.length < count && ` The first ${differences.length} are shown.`}
      </p>
      {differences.length > 0 && (
        <DataTable label="Differences" columns={COLUMNS} cards>
          {differences.map(({ repositoryId, fullName, date, metric, stored, observed }) => (
            <tr key={`${repositoryId} ${date} ${metric}`}>
              <th scope="row" class="name">
                <a href={paths.repository(run.tenantId, repositoryId)}>{fullName}</a>
              </th>
              <td class="when" data-label="Day">
                {formatDay(date)}
              </td>
              <td data-label="Figure">{METRICS[metric] ?? metric}</td>
              <td class="number" data-label="Stored">
                {formatCount(stored)}
              </td>
              <td class="number" data-label="GitHub">
                {formatCount(observed)}
              </td>
              <td class="number" data-label="Shown now">
                {formatCount(Math.max(stored, observed))}
              </td>
            </tr>
          ))}
        </DataTable>
      )}
    </Panel>
  );
}
