import { type Answer, ok, refuse } from './answer.ts';
import type { Call } from './call.ts';
import { DAY_MS, toDay, toDayNumber } from './days.ts';
import { toRepositoryDocument } from './documents.ts';
import type { Entry } from './world.ts';

/** Clones per workflow run. */
const MAX_FOUND = 1000;
const CLONES_PER_RUN = 3.5;

/** The workflow runs that started on a day, given as a number, up to `now`. */
export function countRuns(entry: Entry, day: number, now: Date): number {
  const share = Math.min(1, Math.max(0, now.getTime() / DAY_MS - day));
  return Math.floor(Math.round(entry.traffic.ciClonesOn(day) / CLONES_PER_RUN) * share);
}

/** Answers `GET /repos/{owner}/{repo}/actions/runs` for `created=DAY..DAY`. It lists at most one run. */
export function answerWorkflowRuns(call: Call, entry: Entry): Answer {
  const days = /^(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})$/.exec(call.query.get('created') ?? '');
  if (!days?.[1] || !days[2]) return refuse(422, 'Validation Failed', '/rest/actions/workflow-runs');
  let total = 0;
  for (let day = toDayNumber(days[1]); day <= toDayNumber(days[2]); day += 1)
    total += countRuns(entry, day, call.now);
  const shown = total > 0 ? [toRunDocument(call, entry, toDayNumber(days[2]))] : [];
  return ok({ total_count: Math.min(total, MAX_FOUND), workflow_runs: shown });
}

/** GitHub's `workflow-run`. */
function toRunDocument(call: Call, entry: Entry, day: number): Record<string, unknown> {
  const repository = toRepositoryDocument(entry, { ...call, permission: undefined });
  const id = day * 1000 + (entry.seed % 1000);
  const url = `${repository.url}/actions/runs/${id}`;
  const sha = entry.seed.toString(16).padStart(40, '0');
  const at = `${toDay(day)}T00:10:00Z`;
  const person = { name: 'Mona Octocat', email: 'mona@example.com' };
  return {
    id,
    name: 'CI',
    node_id: `WFR_${id}`,
    check_suite_id: id + 1,
    check_suite_node_id: `CS_${id + 1}`,
    head_branch: 'main',
    head_sha: sha,
    path: '.github/workflows/ci.yml',
    display_title: 'CI',
    run_number: day,
    run_attempt: 1,
    event: 'push',
    status: 'completed',
    conclusion: 'success',
    workflow_id: entry.seed % 100_000,
    url,
    html_url: `${repository.html_url}/actions/runs/${id}`,
    pull_requests: [],
    created_at: at,
    updated_at: at,
    run_started_at: at,
    actor: repository.owner,
    triggering_actor: repository.owner,
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    check_suite_url: `${repository.url}/check-suites/${id + 1}`,
    artifacts_url: `${url}/artifacts`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    previous_attempt_url: null,
    workflow_url: `${repository.url}/actions/workflows/${entry.seed % 100_000}`,
    head_commit: { id: sha, tree_id: sha, message: 'CI', timestamp: at, author: person, committer: person },
    repository,
    head_repository: repository,
  };
}
