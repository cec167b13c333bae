import type { Run, RunList } from '../../lib/answers/runs.ts';
import { DataTable } from '../controls/data-table.tsx';
import { Skeleton } from '../controls/loading.tsx';
import { Panel } from '../controls/panel.tsx';
import { formatCount, formatDuration, formatInstant } from '../format.ts';
import { usePlace, withQuery } from '../location.ts';
import { paths } from '../routes.ts';
import { differencesIn, RunState } from './run-summary.tsx';

interface RunTableProps {
  title: string;
  list: RunList | undefined;
  /** Runs of several tenants. */
  ofAllTenants?: boolean;
}

const REASONS: Record<Run['reason'], string> = {
  alarm: 'Scheduled',
  person: 'On demand',
  added: 'Repository added',
  verify: 'Verification',
};

/** Collection runs, newest first. */
export function RunTable({ title, list, ofAllTenants = false }: RunTableProps) {
  const place = usePlace();
  const columns = [
    { label: 'Started' },
    ofAllTenants && { label: 'Tenant' },
    { label: 'Reason' },
    { label: 'State' },
    { label: 'Repositories', numeric: true },
    { label: 'Failed', numeric: true },
    { label: 'Requests', numeric: true },
    { label: 'Took' },
  ];
  return (
    <Panel
      title={title}
      beside={place.query.has('cursor') && <a href={withQuery(place, { cursor: null })}>Newest</a>}
    >
      {!list && <Skeleton rows={8} />}
      {list?.runs.length === 0 && <p class="none">Nothing has been collected yet.</p>}
      {list && list.runs.length > 0 && (
        <DataTable label={title} columns={columns} cards>
          {list.runs.map((run) => (
            <RunRow key={`${run.tenantId} ${run.runId}`} run={run} ofAllTenants={ofAllTenants} />
          ))}
        </DataTable>
      )}
      {list?.nextCursor && (
        <nav class="pager" aria-label="Older runs">
          <a class="button small" href={withQuery(place, { cursor: list.nextCursor })} rel="next">
            Older
          </a>
        </nav>
      )}
    </Panel>
  );
}

function RunRow({ run, ofAllTenants }: { run: Run; ofAllTenants: boolean }) {
  return (
    <tr>
      <th scope="row" class="when">
        <a href={paths.run(run.tenantId, run.runId)}>{formatInstant(run.startedAt)}</a>
      </th>
      {ofAllTenants && <td data-label="Tenant">{run.tenantName}</td>}
      <td data-label="Reason">
        {REASONS[run.reason]}
        {run.startedBy && <span class="muted"> · {run.startedBy}</span>}
      </td>
      <td data-label="State">
        <RunState state={run.state} /> {run.failure?.message}
        {run.reason === 'verify' && run.state !== 'running' && (
          <span class="muted">{differencesIn(run)}</span>
        )}
      </td>
      <td class="number" data-label="Repositories">
        {formatCount(run.succeededCount)} of {formatCount(run.repositoryCount)}
      </td>
      <td class="number" data-label="Failed">
        {formatCount(run.failedCount)}
      </td>
      <td class="number" data-label="Requests to GitHub">
        {formatCount(run.requestCount)}
      </td>
      <td class="when" data-label="Took">
        {run.finishedAt ? formatDuration(run.startedAt, run.finishedAt) : '–'}
      </td>
    </tr>
  );
}
