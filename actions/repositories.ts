import * as z from 'zod';
import { openActivations } from '../lib/activations.ts';
import { json } from '../lib/answer.ts';
import type {
  Discovered,
  RepositoriesAdded,
  RepositoryAdded,
  RepositoryDetail,
  RepositoryList,
  RepositoryRemoved,
  ScheduleSet,
} from '../lib/answers/repositories.ts';
import { createApp, type Services, serve } from '../lib/app.ts';
import { requireAccess } from '../lib/caller.ts';
import { Failure } from '../lib/failure.ts';
import { choiceField, textField } from '../lib/fields.ts';
import { createPersonRateLimiter } from '../lib/github-limits/person-rate-limiter.ts';
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
import { type RunStarter, startAddedRun } from '../lib/runs/start.ts';
import { findActiveRun } from '../lib/runs.ts';
import { openTenantGitHub } from '../lib/tenants/github.ts';

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

export const DiscoverQuery = z.strictObject({ q: z.string().max(100).optional() });

/** A page of 300 always stays below the platform's limit of 1 MiB. */
export const RepositoryListQuery = z.strictObject({
  q: z.string().max(100).optional(),
  schedule: Schedule.optional(),
  page: z.coerce.number().int().min(1).max(10_000).default(1),
  size: z.coerce.number().int().min(1).max(300).default(100),
});

/** GitHub must answer this long before the activation ends. */
const RESERVE_MS = 10_000;
const MAX_MS = 50_000;
/** How long adding a hundred repositories may take at GitHub. */
const ASKING_MS = 10_000;

const app = createApp();

async function openGitHubForPerson({ activation, ...services }: Services, tenantId: number) {
  const timeLeft = Math.min(activation.deadline.getTime() - Date.now() - RESERVE_MS, MAX_MS);
  const deadline = new Date(services.clock().getTime() + timeLeft);
  const maxWait = Math.max(0, timeLeft - ASKING_MS);
  const toRateLimiter = (fingerprint: string) =>
    createPersonRateLimiter({ db: services.db, fingerprint, maxWait });
  return openTenantGitHub(services, tenantId, deadline, toRateLimiter);
}

/** Starts collecting the added repositories. Null if the platform refused; then the next alarm collects them. */
async function collectAdded(
  { config }: Services,
  starter: Pick<RunStarter, 'db' | 'now'>,
  added: { tenantId: number; startedBy: string; repositoryIds: number[] },
): Promise<number | null> {
  if (added.repositoryIds.length === 0) return null;
  const activations = openActivations(config.openwhisk);
  return startAddedRun({ ...starter, activations }, added).catch((error: unknown) => {
    if (error instanceof Failure) return null;
    throw error;
  });
}

app.get('/:tenantId', async (c) => {
  const { db, access, tenantId, now } = await requireAccess(c, 'seeTraffic');
  const listed = await listTenantRepositories(db, access, parseQuery(c.req.raw, RepositoryListQuery), now);
  return json<RepositoryList>({ ...listed, activeRunId: await findActiveRun(db, tenantId, now) });
});

app.post('/:tenantId', async (c) => {
  const { db, services, tenantId, by, now } = await requireAccess(c, 'changeRepositories');
  const request = await parseBody(c.req.raw, RepositoryRequest);
  const { github } = await openGitHubForPerson(services, tenantId);
  const repository = await addRepository({ db, github, tenantId, by }, request);
  const repositoryIds = [repository.repositoryId];
  const runId = await collectAdded(services, { db, now }, { tenantId, startedBy: by.email, repositoryIds });
  return json<RepositoryAdded>({ repository, runId }, 201);
});

app.post('/:tenantId/batch', async (c) => {
  const { db, services, tenantId, by, now } = await requireAccess(c, 'changeRepositories');
  const { repositories } = await parseBody(c.req.raw, RepositoryBatch);
  const { github } = await openGitHubForPerson(services, tenantId);
  const { added, refused } = await addRepositories({ db, github, tenantId, by }, repositories);
  const repositoryIds = added.map(({ repositoryId }) => repositoryId);
  const runId = await collectAdded(services, { db, now }, { tenantId, startedBy: by.email, repositoryIds });
  return json<RepositoriesAdded>({ added, refused, runId });
});

app.patch('/:tenantId', async (c) => {
  const { db, tenantId, by } = await requireAccess(c, 'changeRepositories');
  const request = await parseBody(c.req.raw, ScheduleRequest);
  return json<ScheduleSet>({ repositories: await setSchedule(db, tenantId, request, by) });
});

app.get('/:tenantId/discover', async (c) => {
  const { db, services, tenantId } = await requireAccess(c, 'changeRepositories');
  const { q } = parseQuery(c.req.raw, DiscoverQuery);
  const { github } = await openGitHubForPerson(services, tenantId);
  return json<Discovered>(await discoverRepositories({ db, github }, tenantId, q));
});

app.get('/:tenantId/:repositoryId', async (c) => {
  const { db, access, tenantId, now } = await requireAccess(c, 'seeTraffic');
  const repositoryId = parseId(c.req.param('repositoryId'), 'repository');
  const repository = toRepository(await requireRepositoryRow(db, access, repositoryId), now);
  return json<RepositoryDetail>({ repository, stored: await readStored(db, tenantId, repositoryId) });
});

app.delete('/:tenantId/:repositoryId', async (c) => {
  const { db, access, by } = await requireAccess(c, 'changeRepositories');
  const repositoryId = parseId(c.req.param('repositoryId'), 'repository');
  return json<RepositoryRemoved>(await removeRepository(db, access, repositoryId, by));
});

export const main = serve(app);
