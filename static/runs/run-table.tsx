import type { Run, RunList } from '../../actions/openapi/runs.ts';
import { Skeleton } from '../controls/skeleton.tsx';
import { TableScroll } from '../controls/table-scroll.tsx';
import { formatCount, formatDuration, formatInstant } from '../format.ts';
import { usePlace, withQuery } from '../location.ts';
import { paths } from '../routes.ts';
import { RunState } from './run-state.tsx';

interface RunTableProps {
  title: string;
  list: RunList | undefined;
  /** Runs of several tenants. */
  ofAllTenants?: boolean;
}

const REASONS: Record<Run['reason'], string> = {
  alarm: 'Alarm',
  person: 'On demand',
  added: 'Repository added',
};

/** Collection runs, newest first. */
export function RunTable({ title, list, ofAllTenants }: RunTableProps) {
  const place = usePlace();
  return (
    <section class="panel" aria-labelledby="runs">
      <header class="panel-head">
        <h2 id="runs">{title}</h2>
        {place.query.has('cursor') && <a href={withQuery(place, { cursor: null })}>Newest</a>}
      </header>
      {!list && <Skeleton rows={8} />}
      {list?.runs.length === 0 && <p class="none">Nothing has been collected yet.</p>}
      {list && list.runs.length > 0 && (
        <TableScroll label="Runs">
          <table class="data cards">
            <thead>
              <tr>
                <th scope="col">Started</th>
                {ofAllTenants && <th scope="col">Tenant</th>}
                <th scope="col">Reason</th>
                <th scope="col">State</th>
                <th scope="col" class="number">
                  Repositories
                </th>
                <th scope="col" class="number">
                  Failed
                </th>
                <th scope="col" class="number">
                  Requests
                </th>
                <th scope="col">Took</th>
              </tr>
            </thead>
            <tbody>
              {list.runs.map((run) => (
                <RunRow key={`${run.tenantId} ${run.runId}`} run={run} ofAllTenants={ofAllTenants} />
              ))}
            </tbody>
          </table>
        </TableScroll>
      )}
      {list?.nextCursor && (
        <nav class="pager" aria-label="Older runs">
          <a class="button small" href={withQuery(place, { cursor: list.nextCursor })} rel="next">
            Older
          </a>
        </nav>
      )}
    </section>
  );
}

function RunRow({ run, ofAllTenants }: { run: Run; ofAllTenants: boolean | undefined }) {
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
