import type { Db } from '../db/database.ts';
import type { Instant } from '../instant.ts';
import { toLabel } from './definition.ts';

/** The rules that failed when they were last evaluated: of one tenant, or of all in scope. */
export async function listFailingRules(db: Db, tenantId?: number) {
  const rows = await db
    .selectFrom('trackingRule')
    .select(['tenantId', 'owner', 'namePattern', 'failureCode', 'failureMessage', 'failureAt'])
    .where('failureCode', 'is not', null)
    .$if(tenantId !== undefined, (query) => query.where('tenantId', '=', tenantId ?? 0))
    .orderBy('ruleId')
    .execute();
  return rows.map(({ failureCode, failureMessage, failureAt, ...row }) => ({
    tenantId: row.tenantId,
    label: toLabel(row),
    failureCode: failureCode ?? '',
    failureMessage: failureMessage ?? '',
    failureAt: failureAt ?? (NEVER satisfies Instant),
  }));
}

const NEVER = new Date(0).toISOString();
