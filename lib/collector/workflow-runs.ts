import type { Transaction } from 'kysely';
import { addDays, type Day, daysFrom } from '../day.ts';
import type { Db } from '../db/database.ts';
import { given, mergeRows } from '../db/portable.ts';
import type { Tables } from '../db/tables.ts';
import { Failure } from '../failure.ts';
import { type Extra, type ExtraSubject, isTriedToday } from '../repositories/extras.ts';
import { settledThrough } from '../traffic/window.ts';
import type { RepositoryKey } from '../traffic.ts';
import { toRefusal } from './extra-refusal.ts';

/** Days that one collection asks for at most, and how far back: each takes a request. */
const MAX_DAYS_PER_RUN = 5;
const MAX_DAYS_BACK = 90;

interface RunDay {
  runDate: Day;
  runCount: number;
}

/** The workflow runs of the settled days since the first collection, a few days at once, the newest first. */
export const workflowExtra: Extra = {
  kind: 'workflow runs',

  isDue: (_subject, state, now) => !isTriedToday(state, now),

  async read({ db, github, now }, subject) {
    const days: RunDay[] = [];
    const missing = await listMissing(db, subject, settledThrough(now));
    let failure: Failure | null = null;
    for (const runDate of missing.slice(0, MAX_DAYS_PER_RUN)) {
      const count = await github
        .countWorkflowRuns(subject.githubId, runDate)
        .catch((error: unknown) => toRefusal('workflow runs', error));
      if (count instanceof Failure) {
        failure = count;
        break;
      }
      days.push({ runDate, runCount: count });
    }
    return {
      kind: 'workflow runs',
      asked: days.length + (failure ? 1 : 0),
      failure,
      state: failure && days.length === 0 ? {} : { readAt: now.toISOString() },
      save: (trx) => saveDays(trx, subject, days),
    };
  },
};

async function listMissing(db: Db, subject: ExtraSubject, settled: Day): Promise<Day[]> {
  const oldest = addDays(settled, 1 - MAX_DAYS_BACK);
  const first = subject.firstCoveredDate ?? addDays(settled, 1);
  const [from = first] = [first, oldest].sort().reverse();
  const rows = await db
    .selectFrom('workflowDay')
    .select('runDate')
    .where('tenantId', '=', subject.tenantId)
    .where('repositoryId', '=', subject.repositoryId)
    .where('runDate', '>=', from)
    .execute();
  const stored = new Set(rows.map(({ runDate }) => runDate));
  return daysFrom(from, settled)
    .filter((day) => !stored.has(day))
    .reverse();
}

async function saveDays(
  trx: Transaction<Tables>,
  { tenantId, repositoryId }: RepositoryKey,
  days: readonly RunDay[],
): Promise<void> {
  if (days.length === 0) return;
  await mergeRows(
    trx,
    {
      into: 'workflowDay',
      columns: { tenantId: 'integer', repositoryId: 'integer', runDate: 'date', runCount: 'integer' },
      key: ['tenantId', 'repositoryId', 'runDate'],
      update: { runCount: given('runCount') },
    },
    days.map((day) => ({ tenantId, repositoryId, ...day })),
  );
}
