import { githubFailures } from '../../actions/openapi/failures.ts';
import type { Instant } from '../../lib/instant.ts';
import { type Evidence, type Outcome, toInstant } from './evidence.ts';
import type { Campaign } from './parts.ts';

/** The documented failure codes of a collection. */
const DOCUMENTED = new Set([...githubFailures, 'abandoned', 'start_failed']);
/** What is said of a success: a part was not given, or GitHub answered with an old copy. */
const REMARKS = new Set(['partly_collected', 'old_copy']);

interface Run {
  run_id: number;
  tenant_id: number;
  reason: string;
  at: Instant;
  state: string;
  failure_code: string | null;
  repository_count: number;
  rows: number;
  succeeded: number;
}

const RUNS = `select c.run_id, c.tenant_id, c.reason, ${toInstant('c.started_at')} as at,
  c.state, c.failure_code, c.repository_count,
  count(r.run_id)::int as rows, count(*) filter (where r.state = 'succeeded')::int as succeeded
  from collection_run c left join run_repository r on r.tenant_id = c.tenant_id and r.run_id = c.run_id
  group by c.run_id, c.tenant_id, c.reason, c.started_at, c.state, c.failure_code, c.repository_count`;
const HELD = 'select tenant_id from tenant where leased_run_id is not null or leased_until is not null';

/** Checks that every run ended for a known reason, and that no lease is left. */
export async function checkLog({ server, harmed }: Campaign, all: readonly Evidence[]): Promise<string[]> {
  const held = await server.query<{ tenant_id: number }>(HELD);
  const runs = await server.query<Run>(RUNS);
  return [
    ...held.map(({ tenant_id }) => `tenant ${tenant_id} is still held for a run`),
    ...runs.flatMap(complainOfRun),
    ...complainOfLeases(runs.filter(({ at }) => !harmed.has(at))),
    ...all.flatMap(({ tracked, outcomes }) =>
      outcomes.flatMap((one) =>
        complainOfOutcome(one).map((text) => `${tracked.name} in run ${one.run_id} ${text}`),
      ),
    ),
  ];
}

function complainOfRun({ run_id, state, failure_code, repository_count, rows, succeeded }: Run): string[] {
  const complaints: string[] = [];
  const complain = (text: string) => void complaints.push(`run ${run_id} ${text}`);
  if (state === 'running') complain('never ended');
  if (rows !== repository_count) complain(`has ${rows} repositories instead of ${repository_count}`);
  if (failure_code !== null && !DOCUMENTED.has(failure_code)) complain(`failed with ${failure_code}`);
  const all = succeeded === rows && failure_code === null;
  const must = all ? 'succeeded' : succeeded === 0 ? 'failed' : 'partial';
  if (state !== 'running' && state !== must) complain(`is ${state} instead of ${must}`);
  return complaints;
}

/** Checks undisturbed runs: each reaches its end, and concurrent alarms start one per tenant. */
function complainOfLeases(runs: readonly Run[]): string[] {
  const abandoned = runs.filter(({ failure_code }) => failure_code === 'abandoned');
  const alarms = runs.filter(({ reason }) => reason === 'alarm');
  const keys = alarms.map(({ tenant_id, at }) => `tenant ${tenant_id} at ${at}`);
  return [
    ...abandoned.map(
      ({ run_id, at }) => `run ${run_id} of ${at} was abandoned, though nothing was done to it`,
    ),
    ...keys
      .filter((key, place) => keys.indexOf(key) < place)
      .map((key) => `two alarms were served for ${key}`),
  ];
}

function complainOfOutcome({ state, code, message, at }: Outcome): string[] {
  if (at === null) return [`is ${state} and has no end`];
  const isExplained = message !== null && /\S.*[.?]$/.test(message);
  if (state === 'succeeded' && code === null) return [];
  if (state === 'succeeded' && code !== null && REMARKS.has(code) && isExplained) return [];
  if (state === 'failed' && code !== null && DOCUMENTED.has(code) && isExplained) return [];
  return [`is ${state} with ${code}: ${message}`];
}
