import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sql } from 'kysely';
import { type Db, openDatabase } from '../lib/db/database.ts';
import { migrate } from '../lib/db/migrate.ts';
import { closeRun } from '../lib/runs/end.ts';
import { fanOut, parseOrder } from '../lib/runs/fan-out.ts';
import { createDatabase, openPostgres } from '../local/postgres.ts';
import { openRehearsal, type Rehearsal, type RehearsedActivation } from '../local/rehearsal.ts';
import { printTable, round } from './table.ts';

const SIZES = [500, 1000, 2000, 5000];
const REPOSITORIES = 20;
const SIX = new Date('2026-02-03T06:00:00Z');
/** Apache OpenWhisk's default limits, and the collector's default share of them. */
const PLATFORM = { invocationsPerMinute: 60, concurrentInvocations: 30, timeout: 300_000 };
const LIMITS = { startsPerMinute: 40, concurrency: 4 };
const RESERVE_MS = 75_000;
/** A cold start, then 20 repositories of one token, 12 at a time, with three answers of 150 ms each in sequence. */
const RUN_MS = 600 + Math.ceil(REPOSITORIES / 12) * 3 * 150;
/** Somebody opens a page every six seconds, with two API calls each. */
const VIEW_MS = 6_000;
const CALLS_A_VIEW = 2;

async function fill(db: Db, tenants: number): Promise<void> {
  await sql`insert into github_server (name, kind, api_url, web_url, created_at)
    values ('S', 'demo', 'http://x', 'http://x', now())`.execute(db);
  await sql`insert into tenant (name, server_id, github_user, token_sealed, created_at, created_by)
    select 'Tenant ' || n, 1, 'ada', '-', now(), 'ada' from generate_series(1, ${sql.lit(tenants)}) n`.execute(
    db,
  );
  await sql`insert into repository (tenant_id, github_id, owner, name, visibility, schedule, added_at, added_by, last_success_at)
    select tenant_id, tenant_id * 100 + n, 'ada', 'r' || n, 'public', 'daily', now(), 'ada', '2026-02-02T06:00:00Z'
    from tenant cross join generate_series(1, ${sql.lit(REPOSITORIES)}) n`.execute(db);
  await sql`analyze`.execute(db);
}

/** What a successful run leaves behind. */
async function finish(db: Db, run: { tenantId: number; runId: number }, now: Date): Promise<void> {
  const at = now.toISOString();
  await db
    .updateTable('repository')
    .set({ lastSuccessAt: at })
    .where('tenantId', '=', run.tenantId)
    .execute();
  await db
    .updateTable('runRepository')
    .set({ state: 'succeeded', finishedAt: at })
    .where('tenantId', '=', run.tenantId)
    .where('runId', '=', run.runId)
    .execute();
  await closeRun(db, run, now);
}

/** A namespace with the real fan-out, runs of realistic length, and people who open pages. */
function openNamespace(db: Db): { namespace: Rehearsal; view: () => Promise<number> } {
  const clock = () => new Date(namespace.time());
  const namespace = openRehearsal(SIX, PLATFORM, {
    async collect({ args, timeLeft }: RehearsedActivation) {
      const { activations, time, wait } = namespace;
      const fan = { db, activations, clock, time, wait, timeLeft, limits: LIMITS, reserve: RESERVE_MS };
      await fanOut(fan, parseOrder(args, 'due', clock()), 'collect');
    },
    async 'collect-tenant'({ args }: RehearsedActivation) {
      await namespace.wait(RUN_MS);
      await finish(db, { tenantId: Number(args.tenantId), runId: Number(args.runId) }, clock());
    },
    page: () => namespace.wait(100),
  });
  const isAtWork = () => namespace.calls.some(({ action, ended }) => action === 'collect' && !ended);
  async function view(): Promise<number> {
    let refused = 0;
    do {
      for (let call = 0; call < CALLS_A_VIEW; call += 1)
        await namespace.activations.start('page', {}).catch(() => (refused += 1));
      await namespace.wait(VIEW_MS);
    } while (isAtWork());
    return refused;
  }
  return { namespace, view };
}

interface Measured {
  minutes: number;
  starts: number;
  handOvers: number;
  longestLease: number;
  perMinute: number;
  refusedViews: number;
}

async function measure(db: Db, tenants: number): Promise<Measured> {
  const { namespace, view } = openNamespace(db);
  let refusedViews = 0;
  await namespace.activations.start('collect', {});
  namespace.run(async () => {
    refusedViews = await view();
  });
  await namespace.settled();
  const runs = await db
    .selectFrom('collectionRun')
    .select(['tenantId', 'state', 'startedAt', 'finishedAt'])
    .execute();
  const good = runs.filter(({ state }) => state === 'succeeded');
  if (good.length !== tenants || runs.length !== tenants)
    throw new Error(`${good.length} of ${tenants} collected.`);
  const lasted = runs.map(
    ({ startedAt, finishedAt }) => Date.parse(finishedAt ?? '') - Date.parse(startedAt),
  );
  const ends = runs.map(({ finishedAt }) => Date.parse(finishedAt ?? ''));
  const own = namespace.calls.filter(({ action }) => action !== 'page');
  return {
    minutes: (Math.max(...ends) - SIX.getTime()) / 60_000,
    starts: own.length,
    handOvers: own.filter(({ action }) => action === 'collect').length - 1,
    longestLease: Math.max(...lasted) / 1000,
    perMinute: Math.max(...countMinutes(namespace.calls)),
    refusedViews,
  };
}

function countMinutes(calls: readonly { begun: number }[]): number[] {
  const counts = new Map<number, number>();
  for (const { begun } of calls) {
    const minute = Math.floor(begun / 60_000);
    counts.set(minute, (counts.get(minute) ?? 0) + 1);
  }
  return [...counts.values()];
}

/**
 * The daily alarm for many tenants with 20 repositories each: the real fan-out on a real database, in a namespace with the
 * platform's limits and a simulated clock. GitHub is not called; a run lasts as long as its answers would take.
 */
export async function benchFanOut(): Promise<void> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'traffic-bench-'));
  const postgres = await openPostgres({ dataDir, fsync: false });
  const rows: (string | number)[][] = [];
  for (const tenants of SIZES) {
    const { db, dialect } = openDatabase((await createDatabase(postgres.urls, `fanout_${tenants}`)).admin);
    await db.transaction().execute((trx) => migrate(trx, dialect, SIX.toISOString()));
    await fill(db, tenants);
    const began = Date.now();
    const { minutes, starts, handOvers, longestLease, perMinute, refusedViews } = await measure(db, tenants);
    await db.destroy();
    rows.push([
      tenants,
      tenants * REPOSITORIES,
      round(minutes, 1),
      round(tenants / minutes, 1),
      starts,
      handOvers,
      round(longestLease, 1),
      perMinute,
      refusedViews,
      round((Date.now() - began) / 1000, 0),
    ]);
  }
  await postgres.close();
  await rm(dataDir, { recursive: true, force: true });
  printTable(
    `fan-out: ${PLATFORM.invocationsPerMinute} activations a minute and ${PLATFORM.concurrentInvocations} at once; the collector starts ${LIMITS.startsPerMinute} a minute, and people open 10 pages a minute`,
    [
      'tenants',
      'repositories',
      'minutes',
      'tenants a minute',
      'activations',
      'handed over',
      'longest lease s',
      'most a minute',
      'pages refused',
      'real s',
    ],
    rows,
  );
  console.log(
    'Both grow with the number of tenants, because each run uses one start of its minute, however long it takes. The lease does not: a tenant is leased only when its turn comes.',
  );
}
