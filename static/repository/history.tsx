import type { RepositoryStats } from '../../lib/answers/stats.ts';
import { DataTable } from '../controls/data-table.tsx';
import { Panel } from '../controls/panel.tsx';
import { formatCount, formatDay, formatInstant } from '../format.ts';
import { METRICS } from './metrics.ts';

const REVISIONS = [
  { label: 'Day' },
  { label: 'Figure' },
  { label: 'Kept', numeric: true },
  { label: 'Later', numeric: true },
  { label: 'Seen' },
];

/** The figures of the repository that GitHub lowered later. */
export function History({ answer: { revisions } }: { answer: RepositoryStats }) {
  return revisions.length > 0 ? <Revisions revisions={revisions} /> : null;
}

function Revisions({ revisions }: Pick<RepositoryStats, 'revisions'>) {
  return (
    <Panel title="Revisions">
      <p class="muted">
        GitHub later lowered its figures for these days, for example to remove bots. The first, larger figures
        are kept and shown.
      </p>
      <DataTable label="Revisions" columns={REVISIONS} tall>
        {revisions.map((revision) => (
          <tr key={`${revision.date} ${revision.metric} ${revision.observedAt}`}>
            <th scope="row" class="when">
              {formatDay(revision.date)}
            </th>
            <td>{METRICS[revision.metric] ?? revision.metric}</td>
            <td class="number">{formatCount(revision.kept)}</td>
            <td class="number">{formatCount(revision.observed)}</td>
            <td class="when">{formatInstant(revision.observedAt)}</td>
          </tr>
        ))}
      </DataTable>
    </Panel>
  );
}
