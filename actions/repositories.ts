import * as z from 'zod';
import { openActivations } from '../lib/activations.ts';
import { json } from '../lib/answer.ts';
import type {
  Discovered,
  RepositoriesAdded,
  Repository,
  RepositoryAdded,
  RepositoryDetail,
  RepositoryList,
  RepositoryRemoved,
  ScheduleSet,
} from '../lib/answers/repositories.ts';
import { createApp, type Services, serve } from '../lib/app.ts';
import type { Actor } from '../lib/audit.ts';
import { requireAccess } from '../lib/caller.ts';
import { choiceField, textField } from '../lib/fields.ts';
import { addRepositories, addRepository, discoverRepositories } from '../lib/repositories/add.ts';
import { removeRepository } from '../lib/repositories/removal.ts';
import {
  listTenantRepositories,
  readStored,
  requireRepositoryRow,
  toRepository,
} from '../lib/repositories/repository.ts';
import { setSchedule } from '../lib/repositories/schedule.ts';
import { MAX_ID, parseBody, parseId, parseQuery } from '../lib/request.ts';
import { collectAdded } from '../lib/runs/added.ts';
import { findActiveRun } from '../lib/runs.ts';
import { startPublication } from '../lib/shares/start.ts';
import { openGitHubForPerson } from '../lib/tenants/for-person.ts';

/** GitHub's rules for account and repository names. Some old accounts begin with `-`. */
const owner = textField('repository', 'owner').regex(
  /^[A-Za-z0-9_-]+$/,
  'Give an account name: letters, digits, - and _.',
);
const name = textField('repository', 'name').regex(
  /^(?!\.{1,2}$)[A-Za-z0-9._-]+$/,
  'Give a repository name: letters, digits, ., - and _.',
);

export const RepositoryRequest = z.strictObject({ owner, name });
export type RepositoryRequest = z.infer<typeof RepositoryRequest>;

export const RepositoryBatch = z.strictObject({ repositories: z.array(RepositoryRequest).min(1).max(100) });
export type RepositoryBatch = z.infer<typeof RepositoryBatch>;

/** `weekly` collects from Thursday on. `paused` does not collect, so days are lost after GitHub's 14 days. */
export const Schedule = choiceField('repository', 'schedule');

export const ScheduleRequest = z.strictObject({
  repositoryIds: z.array(z.int().positive().max(MAX_ID)).min(1).max(1000),
  schedule: Schedule,
});
export type ScheduleRequest = z.infer<typeof ScheduleRequest>;

export const DiscoverQuery = z.strictObject({
  q: z.string().max(100).optional(),
  /** The `nextCursor` of the page before. */
  cursor: z.coerce.number().int().min(1).max(100).optional(),
});

/** A page of 300 always stays below the platform's limit of 1 MiB. */
export const RepositoryListQuery = z.strictObject({
  q: z.string().max(100).optional(),
  schedule: Schedule.optional(),
  /** `unmatched`: only those that a rule added and that no rule matches any more. */
  state: z.enum(['unmatched']).optional(),
  page: z.coerce.number().int().min(1).max(10_000).default(1),
  size: z.coerce.number().int().min(1).max(300).default(100),
});

const app = createApp();

/** Starts collecting what was added. */
async function collect(
  { config, db }: Services,
  { tenantId, by }: { tenantId: number; by: Actor },
  added: readonly Repository[],
): Promise<number | null> {
  const starter = { db, activations: openActivations(config.openwhisk), now: by.now };
  const repositoryIds = added.map(({ repositoryId }) => repositoryId);
  return collectAdded(starter, { tenantId, startedBy: by.email, repositoryIds });
}

app.get('/:tenantId', async (c) => {
  const { db, access, tenantId, now } = await requireAccess(c, 'seeTraffic');
  const listed = await listTenantRepositories(db, access, parseQuery(c.req.raw, RepositoryListQuery), now);
  return json<RepositoryList>({ ...listed, activeRunId: await findActiveRun(db, tenantId, now) });
});

app.post('/:tenantId', async (c) => {
  const { db, services, tenantId, by } = await requireAccess(c, 'changeRepositories');
  const request = await parseBody(c.req.raw, RepositoryRequest);
  const { github } = await openGitHubForPerson(services, tenantId);
  const repository = await addRepository({ db, github, tenantId, by }, request);
  const runId = await collect(services, { tenantId, by }, [repository]);
  return json<RepositoryAdded>({ repository, runId }, 201);
});

app.post('/:tenantId/batch', async (c) => {
  const { db, services, tenantId, by } = await requireAccess(c, 'changeRepositories');
  const { repositories } = await parseBody(c.req.raw, RepositoryBatch);
  const { github } = await openGitHubForPerson(services, tenantId);
  const { added, refused } = await addRepositories({ db, github, tenantId, by }, repositories);
  const runId = await collect(services, { tenantId, by }, added);
  return json<RepositoriesAdded>({ added, refused, runId });
});

app.patch('/:tenantId', async (c) => {
  const { db, tenantId, by } = await requireAccess(c, 'changeRepositories');
  const request = await parseBody(c.req.raw, ScheduleRequest);
  return json<ScheduleSet>({ repositories: await setSchedule(db, tenantId, request, by) });
});

app.get('/:tenantId/discover', async (c) => {
  const { db, services, tenantId } = await requireAccess(c, 'changeRepositories');
  const query = parseQuery(c.req.raw, DiscoverQuery);
  const { github } = await openGitHubForPerson(services, tenantId);
  return json<Discovered>(await discoverRepositories({ db, github }, tenantId, query));
});

app.get('/:tenantId/:repositoryId', async (c) => {
  const { db, access, tenantId, now } = await requireAccess(c, 'seeTraffic');
  const repositoryId = parseId(c.req.param('repositoryId'), 'repository');
  const repository = toRepository(await requireRepositoryRow(db, access, repositoryId), now);
  return json<RepositoryDetail>({ repository, stored: await readStored(db, tenantId, repositoryId) });
});

app.delete('/:tenantId/:repositoryId', async (c) => {
  const { db, services, access, tenantId, by } = await requireAccess(c, 'changeRepositories');
  const repositoryId = parseId(c.req.param('repositoryId'), 'repository');
  const removed = await removeRepository(db, access, repositoryId, by);
  await startPublication({ db, activations: openActivations(services.config.openwhisk) }, tenantId);
  return json<RepositoryRemoved>(removed);
});

export const main = serve(app);
