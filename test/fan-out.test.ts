import { afterEach, beforeEach, expect, test } from 'vitest';
import { addDays } from '../lib/day.ts';
import type { Db } from '../lib/db/database.ts';
import { closeAbandoned, closeRun } from '../lib/runs/end.ts';
import { type FanOut, fanOut, parseOrder } from '../lib/runs/fan-out.ts';
import { openRun } from '../lib/runs/start.ts';
import { openRehearsal, type Rehearsal, type RehearsalLimits } from '../local/rehearsal.ts';
import { openTestDatabase } from './database.ts';

const DAY = '2026-02-03';
const MINUTE = 60_000;
const PLATFORM = { invocationsPerMinute: 60, concurrentInvocations: 30, timeout: 300_000 };
let db: Db;

beforeEach(async () => {
  ({ db } = await openTestDatabase());
});

afterEach(() => db.destroy());

/** Tenants with one daily repository each, collected yesterday at the given time. */
async function addTenants(count: number, lastSuccessAt = `${addDays(DAY, -1)}T06:00:00.000Z`) {
  const at = `${DAY}T00:00:00.000Z`;
  const server = { name: 'S', kind: 'demo', apiUrl: 'http://x', webUrl: 'http://x', createdAt: at } as const;
  const { serverId } = await db
    .insertInto('githubServer')
    .values(server)
    .returning('serverId')
    .executeTakeFirstOrThrow();
  const tenants = Array.from({ length: count }, (_, n) => ({
    name: `Tenant ${n}`,
    serverId,
    githubUser: 'ada',
    tokenSealed: '-',
    createdAt: at,
    createdBy: 'ada',
  }));
  const rows = await db.insertInto('tenant').values(tenants).returning('tenantId').execute();
  const repositories = rows.map(({ tenantId }) => ({
    tenantId,
    githubId: tenantId,
    owner: 'ada',
    name: `r${tenantId}`,
    addedAt: at,
    addedBy: 'ada',
    ...({ visibility: 'public', schedule: 'daily', lastSuccessAt } as const),
  }));
  await db.insertInto('repository').values(repositories).execute();
  return rows.map(({ tenantId }) => tenantId);
}

interface WorldOptions {
  at?: string;
  limits?: Partial<FanOut['limits']>;
  platform?: Partial<RehearsalLimits>;
  /** Milliseconds that a run takes. */
  lasts?: number;
  /** What happens to a tenant's run; by default it succeeds. */
  outcome?: (tenantId: number) => 'well' | 'fails' | 'dies';
}

/** A namespace with the collector's actions. Its `collect-tenant` only stores that all went well. */
function openWorld({ at = `${DAY}T06:00:00Z`, limits, platform, lasts = 3000, outcome }: WorldOptions = {}) {
  const clock = () => new Date(world.time());
  const goThrough =
    (which: 'due' | 'unfinished', action: string) =>
    async (activation: { args: Record<string, unknown>; timeLeft: () => number }) => {
      const { activations, time, wait } = world;
      if (which === 'unfinished') await closeAbandoned(db, clock());
      const own = { startsPerMinute: 40, concurrency: 20, ...limits };
      const fan = {
        db,
        activations,
        clock,
        time,
        wait,
        timeLeft: activation.timeLeft,
        limits: own,
        reserve: 75_000,
      };
      await fanOut(fan, parseOrder(activation.args, which, clock()), action);
    };
  const world: Rehearsal = openRehearsal(
    new Date(at),
    { ...PLATFORM, ...platform },
    {
      collect: goThrough('due', 'collect'),
      sweep: goThrough('unfinished', 'sweep'),
      'collect-tenant': async ({ args }) => {
        const run = { tenantId: Number(args.tenantId), runId: Number(args.runId) };
        await world.wait(lasts);
        const became = outcome?.(run.tenantId) ?? 'well';
        if (became === 'dies') return;
        const done = {
          state: became === 'well' ? 'succeeded' : 'failed',
          finishedAt: clock().toISOString(),
        } as const;
        await db
          .updateTable('runRepository')
          .set(done)
          .where('tenantId', '=', run.tenantId)
          .where('runId', '=', run.runId)
          .execute();
        if (became === 'well')
          await db
            .updateTable('repository')
            .set({ lastSuccessAt: clock().toISOString() })
            .where('tenantId', '=', run.tenantId)
            .execute();
        await closeRun(db, run, clock());
      },
    },
  );
  return world;
}

const listRuns = () =>
  db
    .selectFrom('collectionRun')
    .select(['tenantId', 'state', 'startedAt', 'failureCode'])
    .orderBy('runId')
    .execute();

const startsPerMinute = ({ calls }: Rehearsal) => {
  const counts = new Map<number, number>();
  for (const { begun } of calls) {
    const minute = Math.floor(begun / MINUTE);
    counts.set(minute, (counts.get(minute) ?? 0) + 1);
  }
  return Math.max(...counts.values());
};

const mostAtOnce = ({ calls }: Rehearsal) =>
  Math.max(
    ...calls.map(({ begun }) => calls.filter((one) => one.begun <= begun && (one.ended ?? 0) > begun).length),
  );

test('150 tenants are each collected once, within the limits, by activations that hand over to each other', async () => {
  const tenants = await addTenants(150);
  const world = openWorld({ limits: { startsPerMinute: 40, concurrency: 5 }, lasts: 9000 });
  await world.activations.start('collect', {});
  await world.settled();
  const runs = await listRuns();
  expect(runs.map(({ tenantId }) => tenantId).sort((one, other) => one - other)).toEqual(tenants);
  expect(new Set(runs.map(({ state }) => state))).toEqual(new Set(['succeeded']));
  expect(world.refusals()).toBe(0);
  expect(startsPerMinute(world)).toBeLessThanOrEqual(42);
  expect(mostAtOnce(world)).toBeLessThanOrEqual(7);
  const collects = world.calls.filter(({ action }) => action === 'collect');
  expect(collects.length).toBeGreaterThan(1);
  for (const { begun, ended = Number.NaN } of collects) expect(ended - begun).toBeLessThan(PLATFORM.timeout);
});

test('a start that the platform refuses for a while is retried and fails no run', async () => {
  await addTenants(60);
  const world = openWorld({ platform: { invocationsPerMinute: 12, concurrentInvocations: 4 } });
  await world.activations.start('collect', {});
  await world.settled();
  const runs = await listRuns();
  expect(runs).toHaveLength(60);
  expect(new Set(runs.map(({ state, failureCode }) => `${state} ${failureCode}`))).toEqual(
    new Set(['succeeded null']),
  );
  expect(world.refusals()).toBeGreaterThan(0);
});

test('two alarms at once start each tenant once, failing tenants too', async () => {
  const tenants = await addTenants(40);
  const world = openWorld({ outcome: (tenantId) => (tenantId % 4 === 0 ? 'fails' : 'well') });
  await world.activations.start('collect', {});
  await world.activations.start('collect', {});
  await world.settled();
  expect((await listRuns()).map(({ tenantId }) => tenantId).sort((one, other) => one - other)).toEqual(
    tenants,
  );
});

test('an alarm skips tenants whose run is at work', async () => {
  await addTenants(10);
  const world = openWorld({ lasts: 120_000 });
  await world.activations.start('collect', {});
  world.run(async () => {
    await world.wait(MINUTE);
    await world.activations.start('collect', {});
  });
  await world.settled();
  expect(await listRuns()).toHaveLength(10);
});

const fire = async (world: Rehearsal, action: string) => {
  await world.activations.start(action, {});
  await world.settled();
};

test('the sweep closes dead runs as abandoned and starts tenants that were not reached', async () => {
  const tenants = await addTenants(12);
  const dead = tenants.slice(0, 3);
  const six = new Date(`${DAY}T06:00:00Z`);
  for (const tenantId of dead)
    await openRun(db, { tenantId, reason: 'alarm', startedBy: null, repositories: 'due' }, six);
  await fire(openWorld({ at: `${DAY}T06:05:00Z` }), 'sweep');
  expect((await listRuns()).map(({ state }) => state)).toEqual(['running', 'running', 'running']);

  await fire(openWorld({ at: `${DAY}T08:30:00Z` }), 'sweep');
  const runs = await listRuns();
  const abandoned = runs.filter(({ failureCode }) => failureCode === 'abandoned');
  expect(abandoned.map(({ tenantId }) => tenantId)).toEqual(dead);
  const succeeded = runs.filter(({ state }) => state === 'succeeded').map(({ tenantId }) => tenantId);
  expect(succeeded.sort((one, other) => one - other)).toEqual(tenants);

  const again = openWorld({ at: `${DAY}T09:30:00Z` });
  await fire(again, 'sweep');
  expect(await listRuns()).toHaveLength(runs.length);
  expect(again.calls).toHaveLength(1);
});

test('the alarm collects tenants once a day; the hourly sweep collects them only if the alarm was missed', async () => {
  const tenants = await addTenants(5);
  const failing = tenants[4];
  const outcome = (tenantId: number) => (tenantId === failing ? 'fails' : 'well');
  for (const [day, isMissed] of [
    [DAY, false],
    [addDays(DAY, 1), true],
    [addDays(DAY, 2), false],
  ] as const)
    for (let hour = 0; hour < 24; hour += 1) {
      const time = String(hour).padStart(2, '0');
      if (hour === 6 && !isMissed) await fire(openWorld({ at: `${day}T06:00:00Z`, outcome }), 'collect');
      await fire(openWorld({ at: `${day}T${time}:30:00Z`, outcome }), 'sweep');
    }
  const runs = await listRuns();
  for (const tenantId of tenants) {
    const own = runs
      .filter((run) => run.tenantId === tenantId)
      .map(({ startedAt }) => startedAt.slice(0, 13));
    expect(own).toEqual([`${DAY}T06`, `${addDays(DAY, 1)}T08`, `${addDays(DAY, 2)}T06`]);
  }
});

test('a passing failure is retried every hour until it succeeds; a refusal is not', async () => {
  const tenants = await addTenants(3);
  const codes = ['rate_limited', 'github_down', 'not_found'];
  const outcome = (tenantId: number) => (tenantId < (tenants[2] ?? 0) && isBack ? 'well' : 'fails');
  let isBack = false;
  const sweepAt = (time: string) => fire(openWorld({ at: `${DAY}T${time}:00Z`, outcome }), 'sweep');
  await fire(openWorld({ outcome }), 'collect');
  for (const [place, tenantId] of tenants.entries())
    await db
      .updateTable('repository')
      .set({ failureCode: codes[place] ?? '', failureMessage: '-', failureAt: `${DAY}T06:00:00.000Z` })
      .where('tenantId', '=', tenantId)
      .execute();
  await sweepAt('06:30');
  expect(await listRuns()).toHaveLength(3);
  await sweepAt('07:30');
  isBack = true;
  await sweepAt('08:30');
  await sweepAt('09:30');
  const runs = (await listRuns()).slice(3).map(({ tenantId, state }) => [tenants.indexOf(tenantId), state]);
  expect(runs).toEqual([
    ...[0, 1].map((place) => [place, 'failed']),
    ...[0, 1].map((place) => [place, 'succeeded']),
  ]);
});

test('a tenant with only paused or already collected repositories is neither collected nor swept', async () => {
  const [paused = 0, done = 0] = await addTenants(2);
  const set = (tenantId: number, row: { schedule: 'paused' } | { lastSuccessAt: string }) =>
    db.updateTable('repository').set(row).where('tenantId', '=', tenantId).execute();
  await set(paused, { schedule: 'paused' });
  await set(done, { lastSuccessAt: `${DAY}T00:10:00.000Z` });
  await fire(openWorld(), 'collect');
  await fire(openWorld({ at: `${DAY}T23:30:00Z` }), 'sweep');
  expect(await listRuns()).toEqual([]);
});
