import type { Db } from '../db/database.ts';
import { inTransaction } from '../db/portable.ts';
import { logsKeptSince } from '../retention.ts';

/** Deletes problems that are over for longer than logs are kept, and whom they were told. Answers how many. */
export async function deleteOldProblems(db: Db, now: Date): Promise<number> {
  const since = logsKeptSince(now);
  return inTransaction(db, async (trx) => {
    await trx
      .deleteFrom('problemNotice')
      .where(({ exists, selectFrom }) =>
        exists(
          selectFrom('problem as p')
            .select('p.problemId')
            .whereRef('p.tenantId', '=', 'problemNotice.tenantId')
            .whereRef('p.problemId', '=', 'problemNotice.problemId')
            .where('p.untilAt', '<', since),
        ),
      )
      .execute();
    const { numDeletedRows } = await trx
      .deleteFrom('problem')
      .where('untilAt', '<', since)
      .executeTakeFirst();
    return Number(numDeletedRows);
  });
}
