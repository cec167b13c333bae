import type { TrackingRule } from '../answers/rules.ts';
import type { Db } from '../db/database.ts';
import type { Tables } from '../db/tables.ts';
import { describeRule, type RuleDefinition, toLabel } from './definition.ts';
import type { TrackedRepository } from './plan.ts';

/** A stored rule. */
export interface StoredRule extends RuleDefinition {
  ruleId: number;
  origin: Tables['trackingRule']['origin'];
  createdBy: string;
}

/** A tenant's rules, oldest first: of those that match a repository, the oldest one adds it. */
export async function listStoredRules(db: Db, tenantId: number): Promise<StoredRule[]> {
  const rows = await db
    .selectFrom('trackingRule')
    .select(['ruleId', 'owner', 'namePattern', 'exceptions', 'forks', 'archived', 'visibility'])
    .select(['origin', 'createdBy'])
    .where('tenantId', '=', tenantId)
    .orderBy('ruleId')
    .execute();
  return rows.map((row) => ({ ...row, exceptions: toExceptions(row.exceptions) }));
}

/** The exceptions of a row. */
function toExceptions(text: string | null): string[] {
  return text === null ? [] : text.split(',');
}

/** The columns of a definition. */
export function toColumns({ exceptions, ...definition }: RuleDefinition) {
  return { ...definition, exceptions: exceptions.length === 0 ? null : exceptions.join(',') };
}

/** A tenant's rules as they are shown, oldest first. */
export async function listRules(db: Db, tenantId: number): Promise<TrackingRule[]> {
  const rows = await db
    .selectFrom('trackingRule')
    .select(['ruleId', 'owner', 'namePattern', 'exceptions', 'forks', 'archived', 'visibility', 'origin'])
    .select(['createdAt', 'createdBy', 'evaluatedAt', 'matchCount', 'unreadableCount'])
    .select(['failureCode', 'failureMessage', 'failureAt'])
    .where('tenantId', '=', tenantId)
    .orderBy('ruleId')
    .execute();
  const counts = await countAdded(db, tenantId);
  return rows.map(({ failureCode, failureMessage, failureAt, exceptions, ...row }) => {
    const definition = { ...row, exceptions: toExceptions(exceptions) };
    const { addedCount = 0, unmatchedCount = 0 } = counts.get(row.ruleId) ?? {};
    const failure =
      failureCode === null || failureAt === null
        ? null
        : { code: failureCode, message: failureMessage ?? '', since: failureAt };
    return {
      ...definition,
      label: toLabel(row),
      description: describeRule(definition),
      addedCount,
      unmatchedCount,
      failure,
    };
  });
}

async function countAdded(db: Db, tenantId: number) {
  const rows = await db
    .selectFrom('repository')
    .select(({ fn }) => [
      'ruleId',
      fn.countAll<number>().as('addedCount'),
      fn.count<number>('unmatchedAt').as('unmatchedCount'),
    ])
    .where('tenantId', '=', tenantId)
    .where('ruleId', 'is not', null)
    .groupBy('ruleId')
    .execute();
  return new Map(rows.map(({ ruleId, ...counts }) => [ruleId, counts]));
}

/** Everything that a tenant tracks, as far as rules look at it. */
export function listTracked(db: Db, tenantId: number): Promise<TrackedRepository[]> {
  return db
    .selectFrom('repository')
    .select(['repositoryId', 'githubId', 'ruleId', 'unmatchedAt'])
    .where('tenantId', '=', tenantId)
    .execute();
}

/** GitHub's ids of the repositories that no rule of the tenant adds. */
export async function readExcluded(db: Db, tenantId: number): Promise<Set<number>> {
  const rows = await db
    .selectFrom('trackingExclusion')
    .select('githubId')
    .where('tenantId', '=', tenantId)
    .execute();
  return new Set(rows.map(({ githubId }) => githubId));
}
