import { addDays, type Day } from '../../lib/day.ts';
import type { Evidence } from './evidence.ts';
import { listEdges } from './expected.ts';
import type { Campaign } from './parts.ts';

/** Tables, and the columns that must be unique. */
const ONCE: Record<string, string> = {
  traffic_day: 'tenant_id, repository_id, traffic_date',
  traffic_week: 'tenant_id, repository_id, week_start',
  traffic_window: 'tenant_id, repository_id, observed_date',
  referrer_snapshot: 'tenant_id, repository_id, snapshot_date, referrer',
  path_snapshot: 'tenant_id, repository_id, snapshot_date, path',
  repository: 'tenant_id, github_id',
  repository_fact: 'tenant_id, repository_id, fact_date',
  repository_event: 'tenant_id, repository_id, kind, name_before, name_after',
  run_repository: 'tenant_id, run_id, repository_id',
  star_day: 'tenant_id, repository_id, star_date',
  workflow_day: 'tenant_id, repository_id, run_date',
  release_asset: 'tenant_id, repository_id, asset_id',
  release_download: 'tenant_id, repository_id, asset_id, download_date',
  'problem where until_at is null': 'tenant_id, repository_id, kind',
};

const WEEKS = `select repository_id, week_start::text as day,
  json_build_array(view_count, view_uniques, clone_count, clone_uniques) as figures from traffic_week`;
const REVISIONS = `select repository_id, traffic_date::text as day, metric, kept, observed from traffic_revision`;
const STARS = 'select repository_id, star_date::text as day, gained as count from star_day';
const RUNS = 'select repository_id, run_date::text as day, run_count as count from workflow_day';
const EVENTS = `select repository_id, count(*)::int as count from repository_event where kind = 'renamed'
  group by repository_id`;
const DOWNLOADS = `select a.repository_id, a.asset_id, a.download_count as count, e.read_at as at,
  (select sum(coalesce(d.gained, d.download_count))::int from release_download d
   where d.tenant_id = a.tenant_id and d.repository_id = a.repository_id and d.asset_id = a.asset_id) as total
  from release_asset a join repository_extra e
    on e.tenant_id = a.tenant_id and e.repository_id = a.repository_id and e.kind = 'releases'`;

interface Counted {
  repository_id: number;
  day: Day;
  count: number;
}

/** Checks that nothing is stored twice, and that sums are right. */
export async function checkRows(campaign: Campaign, all: readonly Evidence[]): Promise<string[]> {
  const { server } = campaign;
  const problems: string[] = [];
  for (const [table, key] of Object.entries(ONCE)) {
    const twice = await server.query(`select ${key} from ${table} group by ${key} having count(*) > 1`);
    problems.push(...twice.map((row) => `${table} has twice ${JSON.stringify(row)}`));
  }
  for (const one of all) problems.push(...(await checkOne(campaign, one)));
  return problems;
}

async function checkOne(
  { server }: Campaign,
  { tracked, repositoryId, readings }: Evidence,
): Promise<string[]> {
  const { github, answers } = tracked.tenant.served;
  const problems: string[] = [];
  const own = async <Row extends object>(text: string) => {
    const rows = await server.query<Row & { repository_id: number }>(
      `select * from (${text}) as one where repository_id = ${repositoryId}`,
    );
    return rows;
  };
  const edges = answers === 'sparse' ? listEdges(readings) : new Set<Day>();
  /** A week's figures. Where a sparse answer cut it without showing that, what is stored may be less. */
  const weekOf = (monday: Day, stored: readonly number[]) => {
    const truth = Object.values(github.truthOfWeek(tracked.id, monday));
    const isCut = edges.has(monday) || edges.has(addDays(monday, 6));
    return isCut ? truth.map((figure, place) => Math.min(figure, stored[place] ?? 0)) : truth;
  };
  const expect = (what: string, is: unknown, must: unknown) => {
    if (String(is) !== String(must))
      problems.push(`${tracked.name}: ${what} is ${is}, and should be ${must}`);
  };
  for (const row of await own<{ day: Day }>(REVISIONS))
    if (!edges.has(row.day))
      problems.push(`${tracked.name}: GitHub never lowered a figure, but there is ${JSON.stringify(row)}`);
  for (const { day, figures } of await own<{ day: Day; figures: number[] }>(WEEKS))
    expect(`the week of ${day}`, figures, weekOf(day, figures));
  for (const { day, count } of await own<Counted>(RUNS))
    expect(`workflow runs of ${day}`, count, github.truthOfRuns(tracked.id, day).runs);
  for (const { day, count } of await own<Counted>(STARS))
    expect(
      `stars of ${day} at most`,
      Math.max(count, github.truthOfStars(tracked.id, day)),
      github.truthOfStars(tracked.id, day),
    );
  const downloads = await own<{ asset_id: string; count: number; total: number | null; at: string }>(
    DOWNLOADS,
  );
  for (const { asset_id, count, total, at } of downloads) {
    expect(`downloads of ${asset_id} together`, total ?? 0, count);
    expect(
      `downloads of ${asset_id}`,
      count,
      github.truthOfDownloads(tracked.id, new Date(at)).get(Number(asset_id)),
    );
  }
  const [events] = await own<{ count: number }>(EVENTS);
  expect('the number of new names', events?.count ?? 0, tracked.renames);
  return problems;
}
