import { type Expression, expressionBuilder, type SqlBool } from 'kysely';
import type { Db } from '../db/database.ts';
import type { Tables } from '../db/tables.ts';
import type { Instant } from '../instant.ts';

/** A condition on the rows of `tenant`: it has a rule that was last evaluated before an instant, or never. */
export function hasDueRule(before: Instant): Expression<SqlBool> {
  const { exists, selectFrom } = expressionBuilder<Tables, 'tenant'>();
  return exists(
    selectFrom('trackingRule')
      .select('trackingRule.ruleId')
      .whereRef('trackingRule.tenantId', '=', 'tenant.tenantId')
      .where(({ eb, or }) =>
        or([eb('trackingRule.triedAt', 'is', null), eb('trackingRule.triedAt', '<', before)]),
      ),
  );
}

/** Whether a tenant has such a rule. */
export async function isRuleDue(db: Db, tenantId: number, before: Instant): Promise<boolean> {
  const row = await db
    .selectFrom('tenant')
    .select('tenantId')
    .where('tenantId', '=', tenantId)
    .where(hasDueRule(before))
    .executeTakeFirst();
  return row !== undefined;
}
