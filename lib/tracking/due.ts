import { type Expression, expressionBuilder, type SqlBool } from 'kysely';
import type { Db } from '../db/database.ts';
import type { Tables } from '../db/tables.ts';
import type { DueLimits } from '../repositories/schedule.ts';

type Limits = Pick<DueLimits, 'daily' | 'latest'>;

/**
 * A condition on the rows of `tenant`: it has a rule that was not evaluated since `daily`, or only by a clock that was ahead.
 */
export function hasDueRule({ daily, latest }: Limits): Expression<SqlBool> {
  const { exists, selectFrom } = expressionBuilder<Tables, 'tenant'>();
  return exists(
    selectFrom('trackingRule')
      .select('trackingRule.ruleId')
      .whereRef('trackingRule.tenantId', '=', 'tenant.tenantId')
      .where(({ eb, or }) =>
        or([
          eb('trackingRule.triedAt', 'is', null),
          eb('trackingRule.triedAt', '<', daily),
          eb('trackingRule.triedAt', '>', latest),
        ]),
      ),
  );
}

/** Whether a tenant has such a rule. */
export async function isRuleDue(db: Db, tenantId: number, limits: Limits): Promise<boolean> {
  const row = await db
    .selectFrom('tenant')
    .select('tenantId')
    .where('tenantId', '=', tenantId)
    .where(hasDueRule(limits))
    .executeTakeFirst();
  return row !== undefined;
}
