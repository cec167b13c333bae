import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addDays } from '../../lib/day.ts';
import { type Call, openTestInstallation, type TestInstallation } from '../installation.ts';

const COUNT = 450;
const DAYS = 120;
const SPIKE = '2026-03-03';

let installation: TestInstallation;
let ada: Call;
let client: Client;

/**
 * A tenant of small repositories: four people a day look at each, and four times as many on the last day. The first one lost a day, and
 * the second one joined three weeks ago.
 */
beforeAll(async () => {
  installation = await openTestInstallation({ demo: true, now: `${SPIKE}T08:00:00.000Z` });
  ada = installation.as('ada@example.com');
  await installation.initialize();
  client = new Client(installation.database.url);
  await client.connect();
  await client.query(
    `insert into repository (tenant_id, github_id, owner, name, visibility, schedule, added_at, added_by, first_covered_date)
     select 1, 1000000 + n, 'large-organization', 'repository-' || n, 'public', 'daily', $2::date, 'ada@example.com', $2::date
     from generate_series(1, $1::int) n`,
    [COUNT, addDays(SPIKE, -DAYS)],
  );
  await client.query(
    `insert into traffic_day (tenant_id, repository_id, traffic_date, view_count, view_uniques, clone_count, clone_uniques, state, observed_at)
     select 1, repository_id, $1::date - d, people * 4, people, 1, 1, 'measured', now()
     from repository cross join generate_series(0, $2::int) d cross join lateral (select case d when 0 then 16 else 4 end as people) p
     where not (name = 'repository-1' and d = 3) and not (name = 'repository-2' and d > 20)`,
    [SPIKE, DAYS],
  );
});

afterAll(async () => {
  await client.end();
  await installation.close();
});

/** Judges what was collected on the morning after a day. */
async function judgeThrough(day: string): Promise<{ alerts: number }> {
  const at = `${addDays(day, 1)}T08:00:00.000Z`;
  await client.query('update repository set published_through = $1, last_success_at = $2', [day, at]);
  installation.now(at);
  return (await installation.host.invoke('traffic/watch', {})).response.result as never;
}

test('a spike of a group of hundreds of repositories is found, and a lost day or a newcomer makes none', async () => {
  const group = { name: 'All', rule: { namePattern: 'repository-*' } };
  expect((await ada('POST', '/groups/1', group)).status).toBe(201);
  for (let before = 5; before > 0; before -= 1)
    expect(await judgeThrough(addDays(SPIKE, -before))).toMatchObject({ alerts: 0 });
  expect(await judgeThrough(SPIKE)).toMatchObject({ alerts: 1 });
  const { alerts } = (await ada('GET', '/alerts/1?state=open')).body;
  expect(alerts).toMatchObject([{ kind: 'spike', subject: 'All' }]);
  const compared = COUNT - 1;
  expect(alerts[0].changes).toMatchObject([
    {
      repository: null,
      group: { name: 'All' },
      metric: 'views',
      people: 16 * compared,
      value: 64 * compared,
    },
  ]);
});
