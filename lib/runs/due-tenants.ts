import type { ExpressionBuilder } from 'kysely';
import { startOf, toDay } from '../day.ts';
import type { Db } from '../db/database.ts';
import type { Tables } from '../db/tables.ts';
import { PASSING_CODES } from '../failure.ts';
import type { Instant } from '../instant.ts';
import { readableSince } from '../traffic/week.ts';

/**
 * Which tenants the collector goes through: `due` have repositories that are due, as `isDue` says; `unfinished` have
 * repositories that are due for longer than a day, and no run of an alarm in that time that came to its end or is at work;
 * or repositories that are due and failed last for a reason that passes, and no run of an alarm within the hour.
 */
export type Which = 'due' | 'unfinished';

/** A day and the time that passes until the last tenant has had its turn. */
const UNFINISHED_MS = 26 * 3_600_000;
/** Somewhat less than the hour between two sweeps. */
const AGAIN_MS = 55 * 60_000;
const PAGE = 100;
/** Runs that ended so collected nothing, or not all they could have. */
const NOT_AN_ATTEMPT = ['abandoned', 'start_failed', 'out_of_time'];

/** The next tenants after one, by id; a tenant with a run at work is left out. */
export async function listDueTenants(
  db: Db,
  which: Which,
  { after, now }: { after: number; now: Date },
): Promise<number[]> {
  const ago = (milliseconds: number) => new Date(now.getTime() - milliseconds);
  const overdue = ago(UNFINISHED_MS).toISOString();
  const lately = ago(AGAIN_MS).toISOString();
  const due = { daily: startOf(toDay(now)).toISOString(), week: toWeek(now) };
  const rows = await db
    .selectFrom('tenant as t')
    .select('t.tenantId')
    .where('t.tenantId', '>', after)
    .where(({ eb, or }) =>
      or([eb('t.leasedUntil', 'is', null), eb('t.leasedUntil', '<=', now.toISOString())]),
    )
    .$if(which === 'due', (query) => query.where((eb) => hasLate(eb, due)))
    .$if(which === 'unfinished', (query) =>
      query.where((eb) => {
        const late = { daily: overdue, week: toWeek(ago(UNFINISHED_MS)) };
        const noTurn = eb.and([hasLate(eb, late), eb.not(hasAttempt(eb, overdue))]);
        const again = hasLate(eb, due, PASSING_CODES);
        return eb.or([noTurn, eb.and([again, eb.not(hasRun(eb, lately))])]);
      }),
    )
    .orderBy('t.tenantId')
    .limit(PAGE)
    .execute();
  return rows.map(({ tenantId }) => tenantId);
}

/** The instant since when weekly repositories must have been collected. */
function toWeek(now: Date): Instant {
  return startOf(readableSince(now)).toISOString();
}

type OfTenant = ExpressionBuilder<Tables & { t: Tables['tenant'] }, 't'>;

/** A repository that is late, and that failed last for one of these reasons where they are given. */
function hasLate(
  { exists, selectFrom }: OfTenant,
  late: { daily: Instant; week: Instant },
  failures?: readonly string[],
) {
  return exists(
    selectFrom('repository as r')
      .select('r.repositoryId')
      .whereRef('r.tenantId', '=', 't.tenantId')
      .where('r.schedule', '<>', 'paused')
      .where((eb) => isLate(eb, late))
      .$if(failures !== undefined, (query) => query.where('r.failureCode', 'in', failures ?? [])),
  );
}

/** `isDue` as SQL, with the instants before which daily and weekly repositories must have been collected last. */
function isLate(
  { eb, or, and }: ExpressionBuilder<Tables & { r: Tables['repository'] }, 'r'>,
  { daily, week }: { daily: Instant; week: Instant },
) {
  return or([
    eb('r.lastSuccessAt', 'is', null),
    and([
      eb('r.lastSuccessAt', '<', daily),
      or([eb('r.schedule', '=', 'daily'), eb('r.failureAt', 'is not', null)]),
    ]),
    and([eb('r.schedule', '=', 'weekly'), eb('r.lastSuccessAt', '<', week)]),
  ]);
}

const runsOfAlarm = ({ selectFrom }: OfTenant, since: Instant) =>
  selectFrom('collectionRun as c')
    .select('c.runId')
    .whereRef('c.tenantId', '=', 't.tenantId')
    .where('c.startedAt', '>', since)
    .where('c.reason', '=', 'alarm');

/** A run of an alarm since an instant. */
const hasRun = (eb: OfTenant, since: Instant) => eb.exists(runsOfAlarm(eb, since));

/** A run of an alarm since an instant that is at work or came to its end. */
const hasAttempt = (eb: OfTenant, since: Instant) =>
  eb.exists(
    runsOfAlarm(eb, since).where(({ eb, or }) =>
      or([eb('c.failureCode', 'is', null), eb('c.failureCode', 'not in', NOT_AN_ATTEMPT)]),
    ),
  );

/** Whether an alarm started a run for the tenant at or after an instant, whatever came of it. */
export async function hasAlarmRunSince(db: Db, tenantId: number, since: Instant): Promise<boolean> {
  const row = await db
    .selectFrom('collectionRun')
    .select('runId')
    .where('tenantId', '=', tenantId)
    .where('reason', '=', 'alarm')
    .where('startedAt', '>=', since)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}
