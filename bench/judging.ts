import pg from 'pg';
import { addDays, type Day } from '../lib/day.ts';
import { addTenants, fillDays, openBenchInstallation } from './installation.ts';
import { peakMemoryOf } from './memory.ts';
import { printTable, round } from './table.ts';
import { timed } from './warm-action.ts';

const TENANT_ID = 2;
const REPOSITORIES = 1000;
const DAYS = 365;
const LIST_DAYS = 110;
const TODAY = '2026-06-30';
/** One group has all repositories, ten have a hundred each, and forty have ten each. */
const GROUPS = [
  { count: 1, part: 1 },
  { count: 10, part: 10 },
  { count: 40, part: 100 },
];

/** Steady days and lists, a spike of a few repositories on the last day, stars and downloads. */
async function fill(url: string): Promise<void> {
  const today = addDays(TODAY, 1);
  await fillDays(url, { tenantId: TENANT_ID, repositories: REPOSITORIES, days: DAYS, today });
  const client = new pg.Client(url);
  await client.connect();
  const run = (text: string, values: unknown[] = []) => client.query(text, [TENANT_ID, ...values]);
  await run(
    `update traffic_day set view_uniques = p.people, view_count = p.people * 4, clone_uniques = 5, clone_count = 20
     from (select tenant_id, repository_id, traffic_date,
             (40 + abs(hashint4(repository_id * 1000 + extract(doy from traffic_date)::int)) % 12)
             * case when repository_id % 200 = 0 and traffic_date = $2 then 5 else 1 end as people
           from traffic_day where tenant_id = $1) p
     where traffic_day.tenant_id = p.tenant_id and traffic_day.repository_id = p.repository_id
       and traffic_day.traffic_date = p.traffic_date`,
    [TODAY],
  );
  await run(
    `insert into referrer_snapshot (tenant_id, repository_id, snapshot_date, list_rank, referrer, view_count, view_uniques)
     select $1, r.repository_id, $2::date - d, n,
            case when n <= 6 then 'site-' || n else 'site-' || (n + (r.repository_id * 7) % 300) end, 300 - n * 20, 60
     from repository r cross join generate_series(0, $3::int) d cross join generate_series(1, 10) n where r.tenant_id = $1`,
    [today, LIST_DAYS],
  );
  await run(
    `insert into repository_fact (tenant_id, repository_id, fact_date, stars, forks, subscribers, open_issues)
     select $1, r.repository_id, $2::date - d, 1000 + r.repository_id - d, 10, 10, 10
     from repository r cross join generate_series(0, $3::int) d where r.tenant_id = $1`,
    [today, DAYS],
  );
  for (const { count, part } of GROUPS)
    await run(
      `with made as (
         insert into repository_group (tenant_id, name, created_at, created_by)
         select $1, 'Group ' || $3::int || ' ' || n, now(), 'bench' from generate_series(0, $2::int - 1) n
         returning group_id, split_part(name, ' ', 3)::int as n)
       insert into group_repository (tenant_id, group_id, repository_id)
       select $1, m.group_id, r.repository_id from made m join repository r
         on r.tenant_id = $1 and r.repository_id % $3::int = m.n % $3::int`,
      [count, part],
    );
  await client.query('vacuum full analyze traffic_day');
  await client.query('analyze');
  await client.end();
}

/** As if every repository was collected on the next morning. */
async function collectAfter(url: string, day: Day): Promise<string> {
  const client = new pg.Client(url);
  await client.connect();
  const at = `${addDays(day, 1)}T08:00:00.000Z`;
  await client.query(
    'update repository set published_through = $2, last_success_at = $3 where tenant_id = $1',
    [TENANT_ID, day, at],
  );
  await client.end();
  return at;
}

/** Times the hourly `watch` where it judges many repositories and groups for alerts, and the memory that it takes. */
export async function benchJudging(): Promise<void> {
  const { installation, close } = await openBenchInstallation();
  const { host, database } = installation;
  await addTenants(database.url, TENANT_ID);
  await fill(database.url);
  const rows: (string | number)[][] = [];
  const watch = async (label: string, now: string) => {
    host.setParameters('traffic', { NOW: now });
    let alerts: unknown;
    const time = await timed(async () => {
      const { response } = await host.invoke('traffic/watch', {});
      if (!response.success) throw new Error(`watch failed: ${JSON.stringify(response.result)}`);
      ({ alerts } = response.result as { alerts: number });
    });
    const containers = host.containers().filter(({ key }) => key.includes('/watch@'));
    const peak = Math.max(...containers.map(({ pid }) => peakMemoryOf(pid)));
    rows.push([label, round(time), Number(alerts), round(peak, 0)]);
  };
  await watch('first time', await collectAfter(database.url, addDays(TODAY, -1)));
  const now = await collectAfter(database.url, TODAY);
  await watch('a new day of all, five spikes', now);
  await watch('nothing new', now);
  await close();
  const groups = GROUPS.reduce((sum, { count }) => sum + count, 0);
  printTable(
    `judging: the hourly watch of ${REPOSITORIES} repositories × ${DAYS} days in ${groups} groups`,
    ['', 'ms', 'alerts', 'peak so far, MB'],
    rows,
  );
}
