import type { Transaction } from 'kysely';
import type { Exclusion, RuleList, RulePreview, TrackingRule } from './answers/rules.ts';
import { type Actor, recordAudit } from './audit.ts';
import type { Db } from './db/database.ts';
import { inTransaction } from './db/portable.ts';
import type { Tables } from './db/tables.ts';
import { Failure } from './failure.ts';
import type { GitHubClient } from './github.ts';
import { lockTenant } from './locks.ts';
import { notFound } from './request.ts';
import { applyListing, type Evaluation, makePlan, saveRuleFailure, toTooWide } from './tracking/apply.ts';
import {
  describeRule,
  isSameRule,
  MAX_RULES,
  matchesRule,
  type RuleDefinition,
} from './tracking/definition.ts';
import { failureOf, type Listing, readListing } from './tracking/listing.ts';
import type { Match } from './tracking/plan.ts';
import { listRules, listStoredRules, type StoredRule, toColumns } from './tracking/rows.ts';
import { auditRule, deleteStoredRule, insertRule } from './tracking/saving.ts';

/** Where rules are saved, with the tenant's GitHub, and for whom. */
export interface Tracking {
  db: Db;
  github: GitHubClient;
  tenantId: number;
  by: Actor;
}

/** What saving a rule did. */
interface Saved {
  rule: TrackingRule;
  /** The repositories that are tracked now, and were not before. */
  added: number[];
}

/** How many exclusions an answer holds: it must stay below the platform's limit of 1 MiB. */
const MAX_EXCLUSIONS = 1000;
/** How many matches a preview holds. */
const MAX_MATCHES = 1500;

/** The rules of a tenant, and the repositories that none of them adds because somebody removed them. */
export async function listTracking(db: Db, tenantId: number): Promise<Omit<RuleList, 'activeRunId'>> {
  const rules = await listRules(db, tenantId);
  const rows = await db
    .selectFrom('trackingExclusion')
    .select(['githubId', 'owner', 'name', 'excludedAt', 'excludedBy'])
    .where('tenantId', '=', tenantId)
    .orderBy('excludedAt', 'desc')
    .orderBy('githubId')
    .execute();
  const exclusions = rows
    .slice(0, MAX_EXCLUSIONS)
    .map(({ owner, name, ...one }): Exclusion => ({ ...one, fullName: `${owner}/${name}` }));
  return { rules, exclusions, exclusionCount: rows.length };
}

/**
 * Creates a rule and tracks what it matches. Saves nothing if it throws: GitHub's failures, `owner_not_found`, `rule_too_wide`,
 * `rule_exists`, `too_many_rules` or `tenant_not_found`.
 */
export async function createRule(
  tracking: Tracking,
  definition: RuleDefinition,
  origin: StoredRule['origin'] = 'person',
): Promise<Saved> {
  const { db, tenantId, by } = tracking;
  const listing = await requireListing(tracking, definition);
  const ruleId = await inTransaction(db, async (trx) => {
    await lockTenant(trx, tenantId);
    const rules = await listStoredRules(trx, tenantId);
    requireNew(rules, definition);
    if (rules.length >= MAX_RULES)
      throw new Failure(
        'too_many_rules',
        `A tenant has at most ${MAX_RULES} rules. Delete one, or widen another one.`,
      );
    await requireRoom(trx, tenantId, { rules: [...rules, { ...definition, ...NEW }], definition, listing });
    return insertRule(trx, tracking, { ...definition, origin, createdBy: by.email });
  });
  const added = await applyListing({ db, tenantId, by }, listing);
  return { rule: await getRule(db, tenantId, ruleId), added };
}

/** Changes a rule and tracks what it matches now. Throws what `createRule` throws, and `rule_not_found`. */
export async function updateRule(
  tracking: Tracking,
  ruleId: number,
  definition: RuleDefinition,
): Promise<Saved> {
  const { db, tenantId, by } = tracking;
  await getRule(db, tenantId, ruleId);
  const listing = await requireListing(tracking, definition);
  await inTransaction(db, async (trx) => {
    await lockTenant(trx, tenantId);
    const rules = await listStoredRules(trx, tenantId);
    const before = rules.find((rule) => rule.ruleId === ruleId);
    if (!before) throw notFound('rule');
    const others = rules.filter((rule) => rule !== before);
    requireNew(others, definition);
    await requireRoom(trx, tenantId, {
      rules: [...others, { ...before, ...definition }],
      definition,
      listing,
    });
    if (isSameRule(before, definition)) return;
    await trx
      .updateTable('trackingRule')
      .set({ ...toColumns(definition), origin: 'person' })
      .where('tenantId', '=', tenantId)
      .where('ruleId', '=', ruleId)
      .execute();
    await auditRule(trx, tracking, 'rule_changed', definition);
  });
  const added = await applyListing({ db, tenantId, by }, listing);
  return { rule: await getRule(db, tenantId, ruleId), added };
}

/** Deletes a rule. What it added stays. Throws `rule_not_found`. */
export async function deleteRule(db: Db, tenantId: number, ruleId: number, by: Actor): Promise<void> {
  await inTransaction(db, async (trx) => {
    await lockTenant(trx, tenantId);
    const rule = (await listStoredRules(trx, tenantId)).find((one) => one.ruleId === ruleId);
    if (!rule) throw notFound('rule');
    await deleteStoredRule(trx, { tenantId, by }, rule);
  });
}

/**
 * What a rule would track now: a new one, or another definition of the rule `ruleId`. Saves nothing. `q` searches the full
 * names. Throws what GitHub's API fails with.
 */
export async function previewRule(
  { db, github, tenantId }: Omit<Tracking, 'by'>,
  {
    definition,
    ruleId,
    q = '',
  }: { definition: RuleDefinition; ruleId?: number | undefined; q?: string | undefined },
): Promise<RulePreview> {
  const listing = await readListing(github, [definition]);
  const others = (await listStoredRules(db, tenantId)).filter((rule) => rule.ruleId !== ruleId);
  const previewed = { ...definition, ...NEW };
  const { matches } = await makePlan(db, tenantId, [previewed, ...others], listing);
  const own = matches.filter((match) => match.ruleId === NEW.ruleId);
  const counts = { matching: own.length, new: 0, tracked: 0, removed: 0, no_push_access: 0, over_limit: 0 };
  for (const { state } of own) counts[state] += 1;
  const sought = q.trim().toLowerCase();
  const found = own.filter(({ repository }) => repository.fullName.toLowerCase().includes(sought));
  const ordered = [...found.filter(isNew), ...found.filter((match) => !isNew(match))];
  const failure =
    failureOf(definition, listing) ?? (counts.over_limit > 0 ? toTooWide(counts.over_limit) : undefined);
  return {
    description: describeRule(definition),
    counts,
    matches: ordered.slice(0, MAX_MATCHES).map(({ repository, state }) => ({
      githubId: repository.id,
      fullName: repository.fullName,
      visibility: repository.visibility,
      fork: repository.fork,
      archived: repository.archived,
      state,
    })),
    truncated: ordered.length > MAX_MATCHES,
    warning: failure ? { code: failure.code, message: failure.message } : null,
  };
}

/** Lets rules track a repository again that somebody removed. The next evaluation adds it if a rule matches it. */
export async function removeExclusion(
  { db, tenantId, by }: Omit<Tracking, 'github'>,
  githubId: number,
): Promise<void> {
  await inTransaction(db, async (trx) => {
    const row = await trx
      .selectFrom('trackingExclusion')
      .select(['owner', 'name'])
      .where('tenantId', '=', tenantId)
      .where('githubId', '=', githubId)
      .executeTakeFirst();
    if (!row) return;
    await trx
      .deleteFrom('trackingExclusion')
      .where('tenantId', '=', tenantId)
      .where('githubId', '=', githubId)
      .execute();
    const subject = `${row.owner}/${row.name}`;
    await recordAudit(trx, by, { tenantId, kind: 'exclusion_removed', subject });
  });
}

/**
 * Evaluates all rules of a tenant and returns the ids of the repositories that they added. If GitHub cannot be asked, the
 * rules say why, and nothing is thrown.
 */
export async function evaluateRules(
  evaluation: Evaluation,
  github: GitHubClient | Failure,
): Promise<number[]> {
  const { db, tenantId, by } = evaluation;
  try {
    if (github instanceof Failure) throw github;
    const listing = await readListing(github, await listStoredRules(db, tenantId));
    return await applyListing(evaluation, listing);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    await saveRuleFailure(db, tenantId, error, by.now);
    return [];
  }
}

const NEW = { ruleId: 0, origin: 'person', createdBy: '' } as const;
const isNew = ({ state }: Match) => state === 'new';

async function getRule(db: Db, tenantId: number, ruleId: number): Promise<TrackingRule> {
  const rule = (await listRules(db, tenantId)).find((one) => one.ruleId === ruleId);
  if (!rule) throw notFound('rule');
  return rule;
}

function requireNew(rules: readonly RuleDefinition[], definition: RuleDefinition): void {
  if (!rules.some((rule) => isSameRule(rule, definition))) return;
  throw new Failure('rule_exists', `This tenant has the same rule already: ${describeRule(definition)}.`);
}

/** The list for all rules, with this one. Throws `owner_not_found`. */
async function requireListing(
  { db, github, tenantId }: Tracking,
  definition: RuleDefinition,
): Promise<Listing> {
  const listing = await readListing(github, [definition, ...(await listStoredRules(db, tenantId))]);
  const failure = listing.failures.get(definition.owner.toLowerCase());
  if (failure?.code === 'owner_not_found') throw failure;
  return listing;
}

/** Throws `rule_too_wide` if the new one of these rules matches more repositories than rules may track. */
async function requireRoom(
  trx: Transaction<Tables>,
  tenantId: number,
  {
    rules,
    definition,
    listing,
  }: { rules: readonly StoredRule[]; definition: RuleDefinition; listing: Listing },
): Promise<void> {
  const { matches } = await makePlan(trx, tenantId, rules, listing);
  const leftOut = matches.filter(
    ({ state, repository }) => state === 'over_limit' && matchesRule(definition, repository),
  );
  if (leftOut.length > 0) throw toTooWide(leftOut.length);
}
