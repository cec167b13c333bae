import { afterEach, beforeEach, expect, test } from 'vitest';
import { addDays } from '../lib/day.ts';
import { openDatabase } from '../lib/db/database.ts';
import { openGitHub } from '../lib/github.ts';
import { createRunRateLimiter } from '../lib/github-limits/run-rate-limiter.ts';
import { openCable } from './campaign/cable.ts';
import { at, type Collecting, openCollecting, START, TOKEN } from './collecting.ts';
import { getPostgresUrls } from './on-demand.ts';

const REPOSITORIES = 24;
const MAX_STATEMENTS_EACH = 8;

let collecting: Collecting;

beforeEach(async () => {
  collecting = await openCollecting(at(START));
});

afterEach(() => collecting.close());

/** The address of the database that the collector uses. */
async function findAddress(): Promise<string> {
  const url = new URL((await getPostgresUrls()).admin);
  const [stored] = await collecting.db
    .selectNoFrom(({ fn }) => fn<string>('current_database', []).as('name'))
    .execute();
  url.pathname = `/${stored?.name}`;
  return url.href;
}

test('a repository’s day takes at most eight statements, extras, rate limiter and transactions included', async () => {
  for (let number = 1; number <= REPOSITORIES; number += 1) await collecting.add(`repository-${number}`);
  await collecting.collect(at(START, '08:00'));
  collecting.now(at(addDays(START, 1), '08:00'));
  const sent: string[] = [];
  const cable = await openCable(await findAddress(), (text) => {
    sent.push(text);
    return 'pass';
  });
  const counted = openDatabase(cable.url);
  const db = counted.dbFor({ tenants: [collecting.tenantId] });
  const timeLeft = () => Number.POSITIVE_INFINITY;
  const { apiUrl } = collecting.served;
  const { clock } = collecting;
  const time = { now: () => clock().getTime(), wait: async () => {} };
  const rateLimiter = createRunRateLimiter({ db: counted.db, fingerprint: 'one token', timeLeft, time });
  const github = openGitHub({ apiUrl, token: TOKEN, clock, secondLasts: 0, rateLimiter });
  const runId = await collecting.start();
  const done = await collecting.work(runId, {
    db,
    dbOfAll: counted.dbFor('all tenants'),
    openGitHub: async () => ({ github, fingerprint: 'one token' }),
  });
  await rateLimiter.release();
  await counted.db.destroy();
  await cable.close();
  expect(done).toMatchObject({ repoCount: REPOSITORIES, failedCount: 0 });
  const days = await collecting.rows('trafficWindow');
  expect(days).toHaveLength(2 * REPOSITORIES);
  // All of the activation, with the beginning and the end of each transaction, the rate limiter and the extras.
  expect(sent.length / REPOSITORIES).toBeLessThanOrEqual(MAX_STATEMENTS_EACH);
});
