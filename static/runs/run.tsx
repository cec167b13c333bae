import type { Run, RunDetail, RunOutcome } from '../../lib/answers/runs.ts';
import { DataTable } from '../controls/data-table.tsx';
import { Skeleton } from '../controls/loading.tsx';
import { Failure } from '../controls/notice.tsx';
import { PageHead } from '../controls/page-head.tsx';
import { Pager } from '../controls/pager.tsx';
import { Panel } from '../controls/panel.tsx';
import { Sentence } from '../controls/sentence.tsx';
import { formatCount, formatDay, formatInstant, plural } from '../format.ts';
import { usePlace } from '../location.ts';
import { LossNote } from '../overview/attention.tsx';
import { METRICS } from '../repository/metrics.ts';
import { paths } from '../routes.ts';
import { ProgressBar, RunState, sentenceOf } from './run-summary.tsx';
import { useRun } from './use-run.ts';

interface RunPageProps {
  tenantId: number;
  runId: number;
}

/** One collection run: its progress, and the outcome for each repository. */
export function RunPage({ tenantId, runId }: RunPageProps) {
  const page = usePlace().query.get('page');
  const { detail, error } = useRun(tenantId, runId, { page });
  return (
    <div class="page">
      <PageHead
        title={detail ? `Run of ${formatInstant(detail.run.startedAt)}` : 'Run'}
        above={
          <p class="crumbs">
            <a href={paths.runs(tenantId)}>Collection</a>
          </p>
        }
      />
      {error && !detail && <Failure error={error} />}
      {!detail && !error && <Skeleton />}
      {detail && (
        <>
          <section class="progress-box" aria-label="Progress">
            <ProgressBar detail={detail} />
            <p role="status">
              {sentenceOf(detail)} {detail.run.failure?.message}
            </p>
            <Requests run={detail.run} />
          </section>
          {detail.run.differenceCount !== null && <Differences detail={detail} />}
          <Outcomes tenantId={tenantId} detail={detail} />
        </>
      )}
    </div>
  );
}

/** How much of the token's limit the run used. */
function Requests({ run: { requestCount, unchangedCount } }: { run: Run }) {
  if (requestCount + unchangedCount === 0) return null;
  const free = unchangedCount > 0 && `; ${formatCount(unchangedCount)} more were unchanged and did not count`;
  return (
    <p class="muted">
      {plural(requestCount, 'request', 'requests')} to GitHub counted against the token’s limit{free}.
    </p>
  );
}

const OUTCOME_COLUMNS = [
  { label: 'Repository' },
  { label: 'State' },
  { label: 'Reason' },
  { label: 'Finished' },
];

function Outcomes({ tenantId, detail: { repositories, page } }: { tenantId: number; detail: RunDetail }) {
  if (repositories.length === 0) return null;
  return (
    <Panel title="Repositories">
      <DataTable label="Outcomes" columns={OUTCOME_COLUMNS} cards>
        {repositories.map((outcome) => (
          <OutcomeRow key={outcome.repositoryId} tenantId={tenantId} outcome={outcome} />
        ))}
      </DataTable>
      <Pager page={page} things="repositories" />
    </Panel>
  );
}

function OutcomeRow({ tenantId, outcome }: { tenantId: number; outcome: RunOutcome }) {
  return (
    <tr>
      <th scope="row" class="name">
        <a href={paths.repository(tenantId, outcome.repositoryId)}>{outcome.fullName}</a>
      </th>
      <td data-label="State">
        <RunState state={outcome.state} />
      </td>
      <td>
        {outcome.message && <Sentence text={outcome.message} />} {outcome.code && <code>{outcome.code}</code>}{' '}
        {outcome.state === 'failed' && <LossNote days={outcome.daysUntilLoss} />}
      </td>
      <td class="when">{outcome.finishedAt && formatInstant(outcome.finishedAt)}</td>
    </tr>
  );
}

const DIFFERENCE_COLUMNS = [
  { label: 'Repository' },
  { label: 'Day' },
  { label: 'Figure' },
  { label: 'Stored', numeric: true },
  { label: 'GitHub', numeric: true },
  { label: 'Shown now', numeric: true },
];

/** The differences that a verification found. */
function Differences({ detail: { run, differences } }: { detail: RunDetail }) {
  const count = run.differenceCount ?? 0;
  return (
    <Panel title={count === 0 ? 'No differences' : plural(count, 'difference', 'differences')}>
      <p class="muted">
        Compares every final day that GitHub still shows with what is stored. Larger figures replace the
        stored ones; smaller ones are kept as revisions.
        {differences.length < count && ` The first ${differences.length} are shown.`}
      </p>
      {differences.length > 0 && (
        <DataTable label="Differences" columns={DIFFERENCE_COLUMNS} cards>
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
