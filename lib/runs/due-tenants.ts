import { type Expression, expressionBuilder, type SqlBool } from 'kysely';
import type { Db } from '../db/database.ts';
import type { Tables } from '../db/tables.ts';
import { PASSING_CODES } from '../failure.ts';
import type { Instant } from '../instant.ts';
import {
  type DueLimits,
  dueLimits,
  SWEEP_PAUSE_MS,
  whereAskedAgain,
  whereDue,
} from '../repositories/schedule.ts';
import { hasDueRule } from '../tracking/due.ts';
import { listSample } from '../traffic/publication.ts';
import { isFree } from './lease.ts';

/**
 * Which tenants need a run. `due`: those with a repository or rule that is due. `unfinished`: those the alarm missed. Either one
 * has been due for more than a day and no alarm run since then has ended properly or is at work; or no alarm run
 * began in the last hour, and a due repository last failed for a reason that may pass within the hour, or GitHub had not
 * published the newest days of one.
 */
export type Which = 'due' | 'unfinished';

/** A day, and time for the last tenant to have its turn. */
const UNFINISHED_MS = 26 * 3_600_000;
const PAGE_SIZE = 100;
/** Runs that ended like this collected nothing, or not everything they could. */
const NOT_AN_ATTEMPT = ['abandoned', 'start_failed', 'out_of_time'];

/** The next tenants that need a run, by id, after a given one. Tenants with a run at work are left out. */
export async function listDueTenants(
  db: Db,
  which: Which,
  { after, now }: { after: number; now: Date },
): Promise<number[]> {
  const needsRun = which === 'due' ? isDueNow(now) : isUnfinished(now, await listSample(db));
  const rows = await db
    .selectFrom('tenant')
    .select('tenantId')
    .where('tenantId', '>', after)
    .where(isFree(now))
    .where(needsRun)
    .orderBy('tenantId')
    .limit(PAGE_SIZE)
    .execute();
  return rows.map(({ tenantId }) => tenantId);
}

/** Longer than an alarm takes to start all runs. */
const ALARM_MS = 86_400_000;

/**
 * Whether an alarm started a run for the tenant at or after an instant, whatever its result. Runs of much later were dated by a
 * clock that was ahead.
 */
export async function hasAlarmRunSince(db: Db, tenantId: number, since: Instant): Promise<boolean> {
  const row = await db
    .selectFrom('collectionRun')
    .select('runId')
    .where('tenantId', '=', tenantId)
    .where('reason', '=', 'alarm')
    .where('startedAt', '>=', since)
    .where('startedAt', '<=', new Date(Date.parse(since) + ALARM_MS).toISOString())
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

function isDueNow(now: Date): Expression<SqlBool> {
  const limits = dueLimits(now);
  const eb = expressionBuilder<Tables, 'tenant'>();
  return eb.or([hasRepository(whereDue(limits)), hasDueRule(limits)]);
}

function isUnfinished(now: Date, sample: readonly number[]): Expression<SqlBool> {
  const eb = expressionBuilder<Tables, 'tenant'>();
  const dayAgo = new Date(now.getTime() - UNFINISHED_MS);
  const { latest } = dueLimits(now);
  const longDue = { ...dueLimits(dayAgo), daily: dayAgo.toISOString(), latest };
  const hourAgo = new Date(now.getTime() - SWEEP_PAUSE_MS).toISOString();
  const isLongDue = eb.or([hasRepository(whereDue(longDue)), hasDueRule(longDue)]);
  const isMissed = eb.and([isLongDue, eb.not(hasAttempt(longDue))]);
  const isWorthRetrying = eb.and([
    eb.or([
      hasRepository(whereDue(dueLimits(now)), PASSING_CODES),
      hasRepository(whereAskedAgain(now, sample)),
    ]),
    eb.not(eb.exists(alarmRuns({ daily: hourAgo, latest }))),
  ]);
  return eb.or([isMissed, isWorthRetrying]);
}

/** The tenant has such a repository, one whose last failure is among `failures` if they are given. */
function hasRepository(condition: Expression<SqlBool>, failures?: readonly string[]): Expression<SqlBool> {
  const { exists, selectFrom } = expressionBuilder<Tables, 'tenant'>();
  return exists(
    selectFrom('repository')
      .select('repository.repositoryId')
      .whereRef('repository.tenantId', '=', 'tenant.tenantId')
      .where(condition)
      .$if(failures !== undefined, (query) => query.where('repository.failureCode', 'in', failures ?? [])),
  );
}

/** An alarm run of the tenant has begun since an instant, and is at work or ended properly. */
function hasAttempt(limits: Pick<DueLimits, 'daily' | 'latest'>): Expression<SqlBool> {
  const { exists } = expressionBuilder<Tables, 'tenant'>();
  return exists(
    alarmRuns(limits).where(({ eb, or }) =>
      or([
        eb('collectionRun.failureCode', 'is', null),
        eb('collectionRun.failureCode', 'not in', NOT_AN_ATTEMPT),
      ]),
    ),
  );
}

/** Without those that a clock which was ahead has dated. */
function alarmRuns({ daily: since, latest }: Pick<DueLimits, 'daily' | 'latest'>) {
  return expressionBuilder<Tables, 'tenant'>()
    .selectFrom('collectionRun')
    .select('collectionRun.runId')
    .whereRef('collectionRun.tenantId', '=', 'tenant.tenantId')
    .where('collectionRun.startedAt', '>', since)
    .where('collectionRun.startedAt', '<=', latest)
    .where('collectionRun.reason', '=', 'alarm');
}
