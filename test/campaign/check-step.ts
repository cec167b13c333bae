import type { Instant } from '../../lib/instant.ts';
import type { BadlyTreatedServer } from './server.ts';

/** What must never be found while no activation is at work. */
const NEVER: Record<string, string> = {
  'a tenant has two runs at work': `select tenant_id from collection_run
    where state = 'running' and reason <> 'added' group by tenant_id having count(*) > 1`,
  'a success is not known of its repository': `select w.repository_id, w.finished_at from run_repository w
    join repository r on r.repository_id = w.repository_id
    where w.state = 'succeeded' and (r.last_success_at is null or w.finished_at > r.last_success_at)`,
  ...Object.fromEntries(
    [
      ['repository', 'last_success_at'],
      ['traffic_day', 'observed_at'],
      ['traffic_week', 'observed_at'],
    ].map(([table, at]) => [`${table} knows of a success that is not in the log`, unlogged(table, at)]),
  ),
  ...Object.fromEntries(
    [
      ['traffic_window', 'observed_date'],
      ['repository_fact', 'fact_date'],
      ['referrer_snapshot', 'snapshot_date'],
      ['path_snapshot', 'snapshot_date'],
    ].map(([table, day]) => [
      `${table} has a day without a success`,
      unlogged(table, day, "cast(finished_at at time zone 'UTC' as date)"),
    ]),
  ),
};

function unlogged(table = '', column = '', logged = 'finished_at'): string {
  return `select repository_id, ${column} from ${table} where ${column} is not null and
    (repository_id, ${column}) not in
    (select repository_id, ${logged} from run_repository where state = 'succeeded' and finished_at is not null)`;
}

/** Checks that a step left nothing half done: a repository's collection is stored completely or not at all. */
export async function checkStep({ query }: BadlyTreatedServer, at: Instant): Promise<string[]> {
  const problems: string[] = [];
  for (const [what, text] of Object.entries(NEVER))
    for (const row of (await query(text)).slice(0, 3))
      problems.push(`${at}: ${what}: ${JSON.stringify(row)}`);
  return problems;
}
