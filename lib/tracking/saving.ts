import type { Transaction } from 'kysely';
import { type Actor, recordAudit, type Unattended } from '../audit.ts';
import type { Tables } from '../db/tables.ts';
import { describeRule, type RuleDefinition, toLabel } from './definition.ts';
import { type StoredRule, toColumns } from './rows.ts';

/** The tenant of a rule, and who changes it. */
interface Change {
  tenantId: number;
  by: Actor | Unattended;
}

/** Logs what was done to a rule. */
export function auditRule(
  trx: Transaction<Tables>,
  { tenantId, by }: Change,
  kind: 'rule_created' | 'rule_changed' | 'rule_deleted',
  rule: RuleDefinition,
): Promise<void> {
  return recordAudit(trx, by, { tenantId, kind, subject: toLabel(rule), detail: describeRule(rule) });
}

/** Stores a new rule and logs it. Returns its id. */
export async function insertRule(
  trx: Transaction<Tables>,
  change: Change,
  rule: RuleDefinition & Pick<StoredRule, 'origin' | 'createdBy'>,
): Promise<number> {
  const { origin, createdBy, ...definition } = rule;
  const createdAt = change.by.now.toISOString();
  const { ruleId } = await trx
    .insertInto('trackingRule')
    .values({ tenantId: change.tenantId, ...toColumns(definition), origin, createdAt, createdBy })
    .returning('ruleId')
    .executeTakeFirstOrThrow();
  await auditRule(trx, change, 'rule_created', definition);
  return ruleId;
}

/** Deletes a rule and logs it. What it added stays, as if a person had added it. */
export async function deleteStoredRule(
  trx: Transaction<Tables>,
  change: Change,
  rule: StoredRule,
): Promise<void> {
  await trx
    .updateTable('repository')
    .set({ ruleId: null, unmatchedAt: null })
    .where('tenantId', '=', change.tenantId)
    .where('ruleId', '=', rule.ruleId)
    .execute();
  await trx
    .deleteFrom('trackingRule')
    .where('tenantId', '=', change.tenantId)
    .where('ruleId', '=', rule.ruleId)
    .execute();
  await auditRule(trx, change, 'rule_deleted', rule);
}
