import type { Transaction } from 'kysely';
import { type Actor, recordAudits, type Unattended } from '../audit.ts';
import type { Db } from '../db/database.ts';
import { inTransaction, type Merge, mergeRows } from '../db/portable.ts';
import type { Tables } from '../db/tables.ts';
import { Failure } from '../failure.ts';
import { lockTenant } from '../locks.ts';
import { formatNumber } from '../number-format.ts';
import { saveEvents } from '../repositories/facts.ts';
import { toTopicsColumn } from '../repositories/topics.ts';
import type { RunKey } from '../runs/lease.ts';
import { extendRun } from '../runs/start.ts';
import { toStoredFailure } from '../storable.ts';
import { toLabel } from './definition.ts';
import { failureOf, type Listing } from './listing.ts';
import { MAX_TRACKED, type Match, planTracking, type TrackingPlan } from './plan.ts';
import { listStoredRules, listTracked, readExcluded, type StoredRule } from './rows.ts';

/** What an evaluation works with. */
export interface Evaluation {
  db: Db;
  tenantId: number;
  by: Actor | Unattended;
  /** The open run that the added repositories join. */
  run?: RunKey | undefined;
}

/** Repositories in a transaction. */
const BATCH = 500;

/**
 * Tracks what the tenant's rules match on a list of GitHub's, and notes what no longer matches, with an event for each
 * repository that is added. Returns the ids of those. Doing it again adds nothing. What somebody removed stays away.
 */
export async function applyListing(evaluation: Evaluation, listing: Listing): Promise<number[]> {
  const { db, tenantId, by } = evaluation;
  const rules = await listStoredRules(db, tenantId);
  const plan = await makePlan(db, tenantId, rules, listing);
  const fresh = plan.matches.filter(({ state }) => state === 'new');
  const added: number[] = [];
  for (let start = 0; start < fresh.length; start += BATCH) {
    const batch = fresh.slice(start, start + BATCH);
    added.push(...(await inTransaction(db, (trx) => addBatch(trx, evaluation, batch))));
  }
  // Last: an activation that is killed before leaves the rules due.
  await inTransaction(db, async (trx) => {
    await lockTenant(trx, tenantId);
    await saveOutcomes(trx, { tenantId, rules, listing, plan, now: by.now });
  });
  return added;
}

/** What the rules would track now. */
export async function makePlan(
  db: Db,
  tenantId: number,
  rules: readonly StoredRule[],
  { repositories: listed, complete }: Listing,
): Promise<TrackingPlan> {
  // In this order: what is removed between the two is among the removed.
  const tracked = await listTracked(db, tenantId);
  const excluded = await readExcluded(db, tenantId);
  return planTracking({ rules, listed, complete, tracked, excluded });
}

/** Notes why none of the tenant's rules could be evaluated. */
export async function saveRuleFailure(db: Db, tenantId: number, failure: Failure, now: Date): Promise<void> {
  await inTransaction(db, async (trx) => {
    await lockTenant(trx, tenantId);
    for (const { ruleId } of await listStoredRules(trx, tenantId))
      await updateOutcome(trx, { tenantId, ruleId }, { failure, now });
  });
}

interface Outcomes {
  tenantId: number;
  rules: readonly StoredRule[];
  listing: Listing;
  plan: TrackingPlan;
  now: Date;
}

async function saveOutcomes(
  trx: Transaction<Tables>,
  { tenantId, rules, listing, plan, now }: Outcomes,
): Promise<void> {
  const over = plan.matches.filter(({ state }) => state === 'over_limit');
  for (const rule of rules) {
    const { ruleId } = rule;
    const isOver = over.some((match) => match.ruleId === ruleId);
    const failure = failureOf(rule, listing) ?? (isOver ? toTooWide(over.length) : undefined);
    await updateOutcome(trx, { tenantId, ruleId }, { failure, now, counts: plan.counts.get(ruleId) });
  }
  await setUnmatched(trx, tenantId, plan.unmatched, now.toISOString());
  await setUnmatched(trx, tenantId, plan.matchedAgain, null);
}

/** More repositories match than rules may track. */
export function toTooWide(leftOut: number): Failure {
  return new Failure(
    'rule_too_wide',
    `Rules track at most ${formatNumber(MAX_TRACKED)} repositories in a tenant, so that GitHub’s limits suffice to collect them daily: ${formatNumber(leftOut)} too many match. Narrow the rules by owner, name or visibility, or use another tenant.`,
  );
}

async function updateOutcome(
  trx: Transaction<Tables>,
  { tenantId, ruleId }: { tenantId: number; ruleId: number },
  {
    failure,
    now,
    counts,
  }: {
    failure: Failure | undefined;
    now: Date;
    counts?: { matchCount: number; unreadableCount: number } | undefined;
  },
): Promise<void> {
  const at = now.toISOString();
  const stored = failure && toStoredFailure(failure);
  await trx
    .updateTable('trackingRule')
    .set({ triedAt: at, failureCode: stored?.code ?? null, failureMessage: stored?.message ?? null })
    .set((eb) => ({ failureAt: stored ? eb.fn.coalesce('failureAt', eb.val(at)) : null }))
    .$if(counts !== undefined, (query) => query.set({ ...counts, evaluatedAt: at }))
    .where('tenantId', '=', tenantId)
    .where('ruleId', '=', ruleId)
    .execute();
}

async function setUnmatched(
  trx: Transaction<Tables>,
  tenantId: number,
  repositoryIds: readonly number[],
  unmatchedAt: string | null,
): Promise<void> {
  for (let start = 0; start < repositoryIds.length; start += BATCH)
    await trx
      .updateTable('repository')
      .set({ unmatchedAt })
      .where('tenantId', '=', tenantId)
      .where('repositoryId', 'in', repositoryIds.slice(start, start + BATCH))
      .where('ruleId', 'is not', null)
      .execute();
}

const repositories: Merge<'repository'> = { into: 'repository', key: ['tenantId', 'githubId'] };

/** Adds those that are still new, and whose rule is still there. Returns their ids. */
async function addBatch(
  trx: Transaction<Tables>,
  { tenantId, by, run }: Evaluation,
  batch: readonly Match[],
): Promise<number[]> {
  await lockTenant(trx, tenantId);
  const rules = new Map((await listStoredRules(trx, tenantId)).map((rule) => [rule.ruleId, rule]));
  const known = new Set((await listTracked(trx, tenantId)).map(({ githubId }) => githubId));
  const excluded = await readExcluded(trx, tenantId);
  const fresh = batch.flatMap(({ repository, ruleId }) => {
    const rule = rules.get(ruleId);
    return rule && !known.has(repository.id) && !excluded.has(repository.id) ? [{ repository, rule }] : [];
  });
  if (fresh.length === 0) return [];
  const at = by.now.toISOString();
  const rows = fresh.map(({ repository, rule }) => ({
    tenantId,
    githubId: repository.id,
    owner: repository.owner,
    name: repository.name,
    schedule: 'daily' as const,
    visibility: repository.visibility,
    topics: toTopicsColumn(repository.topics),
    archivedAt: repository.archived ? at : null,
    addedAt: at,
    addedBy: by.email ?? rule.createdBy,
    ruleId: rule.ruleId,
  }));
  await mergeRows(trx, repositories, rows);
  const labels = new Map(fresh.map(({ repository, rule }) => [repository.id, toLabel(rule)]));
  const added = await trx
    .selectFrom('repository')
    .select(['repositoryId', 'githubId', 'owner', 'name'])
    .where('tenantId', '=', tenantId)
    .where('githubId', 'in', [...labels.keys()])
    .orderBy('repositoryId')
    .execute();
  const labelOf = (githubId: number) => labels.get(githubId) ?? '';
  await saveEvents(
    trx,
    added.map(({ repositoryId, githubId }) => ({
      tenantId,
      repositoryId,
      kind: 'tracked',
      occurredAt: at,
      nameBefore: null,
      nameAfter: labelOf(githubId),
    })),
  );
  const events = added.map(({ githubId, owner, name }) => ({
    kind: 'repository_tracked' as const,
    subject: `${owner}/${name}`,
    detail: labelOf(githubId),
  }));
  // The log is of what people do. What the daily evaluation adds is an event of the repository.
  if (by.email !== null) await recordAudits(trx, by, tenantId, events);
  if (run) await extendRun(trx, run, added);
  return added.map(({ repositoryId }) => repositoryId);
}
