import * as z from 'zod';
import { openActivations } from '../lib/activations.ts';
import { json } from '../lib/answer.ts';
import type {
  ExclusionRemoved,
  RuleDeleted,
  RuleList,
  RulePreview,
  RuleSaved,
  TrackingRule,
} from '../lib/answers/rules.ts';
import { createApp, type Services, serve } from '../lib/app.ts';
import type { Actor } from '../lib/audit.ts';
import { requireAccess } from '../lib/caller.ts';
import { Failure } from '../lib/failure.ts';
import { choiceField } from '../lib/fields.ts';
import { parseBody, parseId } from '../lib/request.ts';
import { collectAdded } from '../lib/runs/added.ts';
import { findActiveRun } from '../lib/runs.ts';
import { openGitHubForPerson } from '../lib/tenants/for-person.ts';
import { MAX_EXCEPTIONS, NAME_PATTERN, OWNER_PATTERN } from '../lib/tracking/definition.ts';
import { namePatternField, ownerPatternField } from '../lib/tracking/fields.ts';
import {
  createRule,
  deleteRule,
  evaluateRules,
  listTracking,
  previewRule,
  removeExclusion,
  updateRule,
} from '../lib/tracking.ts';

const exception = z
  .string()
  .trim()
  .max(201)
  .refine(
    (text) => {
      const [ofOwner = '', ofName = '', ...rest] = text.split('/');
      return OWNER_PATTERN.test(ofOwner) && NAME_PATTERN.test(ofName) && rest.length === 0;
    },
    { error: 'Give owner/name, such as acme/secret or acme/test-*.' },
  );

export const RuleRequest = z.strictObject({
  /** An account's name, or a pattern of them. */
  owner: ownerPatternField('trackingRule', 'owner'),
  namePattern: namePatternField('trackingRule', 'namePattern').default('*'),
  /** Full names that the rule leaves out; `*` and `?` as in the others. */
  exceptions: z
    .array(exception)
    .max(MAX_EXCEPTIONS)
    .refine((all) => all.join(',').length <= 2000, { error: 'These are too long together.' })
    .default([]),
  forks: choiceField('trackingRule', 'forks').default('excluded'),
  archived: choiceField('trackingRule', 'archived').default('excluded'),
  visibility: choiceField('trackingRule', 'visibility').default('any'),
});
export type RuleRequest = z.input<typeof RuleRequest>;

export const PreviewRequest = z.strictObject({
  rule: RuleRequest,
  /** The rule that it would replace. */
  ruleId: z.int().positive().optional(),
  q: z.string().max(100).optional(),
});
export type PreviewRequest = z.input<typeof PreviewRequest>;

const app = createApp();

/** Starts collecting what a rule added. */
async function collect(
  { config, db }: Services,
  { tenantId, by }: { tenantId: number; by: Actor },
  repositoryIds: readonly number[],
): Promise<number | null> {
  const activations = openActivations(config.openwhisk);
  return collectAdded({ db, activations, now: by.now }, { tenantId, startedBy: by.email, repositoryIds });
}

async function toSaved(
  services: Services,
  { tenantId, by }: { tenantId: number; by: Actor },
  { rule, added }: { rule: TrackingRule; added: number[] },
): Promise<RuleSaved> {
  return { rule, addedCount: added.length, runId: await collect(services, { tenantId, by }, added) };
}

app.get('/:tenantId', async (c) => {
  const { db, tenantId, now } = await requireAccess(c, 'seeAllTraffic');
  const tracking = await listTracking(db, tenantId);
  return json<RuleList>({ ...tracking, activeRunId: await findActiveRun(db, tenantId, now) });
});

app.post('/:tenantId', async (c) => {
  const { db, services, tenantId, by } = await requireAccess(c, 'changeRepositories');
  const definition = await parseBody(c.req.raw, RuleRequest);
  const { github } = await openGitHubForPerson(services, tenantId);
  const saved = await createRule({ db, github, tenantId, by }, definition);
  return json<RuleSaved>(await toSaved(services, { tenantId, by }, saved), 201);
});

app.post('/:tenantId/preview', async (c) => {
  const { db, services, tenantId } = await requireAccess(c, 'changeRepositories');
  const { rule: definition, ruleId, q } = await parseBody(c.req.raw, PreviewRequest);
  const { github } = await openGitHubForPerson(services, tenantId);
  return json<RulePreview>(await previewRule({ db, github, tenantId }, { definition, ruleId, q }));
});

app.delete('/:tenantId/exclusions/:githubId', async (c) => {
  const { db, services, tenantId, by } = await requireAccess(c, 'changeRepositories');
  const githubId = toGitHubId(c.req.param('githubId'));
  await removeExclusion({ db, tenantId, by }, githubId);
  const github = await openGitHubForPerson(services, tenantId).then(
    (opened) => opened.github,
    (error: unknown) => {
      if (error instanceof Failure) return error;
      throw error;
    },
  );
  const added = await evaluateRules({ db, tenantId, by }, github);
  const runId = await collect(services, { tenantId, by }, added);
  return json<ExclusionRemoved>({ githubId, addedCount: added.length, runId });
});

app.put('/:tenantId/:ruleId', async (c) => {
  const { db, services, tenantId, by } = await requireAccess(c, 'changeRepositories');
  const ruleId = parseId(c.req.param('ruleId'), 'rule');
  const definition = await parseBody(c.req.raw, RuleRequest);
  const { github } = await openGitHubForPerson(services, tenantId);
  const saved = await updateRule({ db, github, tenantId, by }, ruleId, definition);
  return json<RuleSaved>(await toSaved(services, { tenantId, by }, saved));
});

app.delete('/:tenantId/:ruleId', async (c) => {
  const { db, tenantId, by } = await requireAccess(c, 'changeRepositories');
  const ruleId = parseId(c.req.param('ruleId'), 'rule');
  await deleteRule(db, tenantId, ruleId, by);
  return json<RuleDeleted>({ ruleId });
});

/** GitHub's ids are larger than ours may be. */
function toGitHubId(text: string | undefined): number {
  const id = Number(text);
  if (/^[1-9]\d{0,15}$/.test(text ?? '') && Number.isSafeInteger(id)) return id;
  throw new Failure('rule_not_found', 'There is no such repository among those that rules leave out.');
}

export const main = serve(app);
