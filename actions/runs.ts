import * as z from 'zod';
import { openActivations } from '../lib/activations.ts';
import { json } from '../lib/answer.ts';
import type { ProblemLog, RunDetail, RunList, RunStarted, RunsStarted } from '../lib/answers/runs.ts';
import { createApp, serve } from '../lib/app.ts';
import { requireAccess, requireSystemRight } from '../lib/caller.ts';
import { listProblems } from '../lib/problems/list.ts';
import { MAX_ID, parseBody, parseId, parseQuery } from '../lib/request.ts';
import { fanOut, openFanOut, toOrder } from '../lib/runs/fan-out.ts';
import { startRun, toRunRepositories } from '../lib/runs/start.ts';
import { listRuns, readRun } from '../lib/runs.ts';

/** Without `repositoryIds`, all repositories that are not paused. */
export const RunRequest = z.strictObject({
  repositoryIds: z.array(z.int().positive().max(MAX_ID)).min(1).max(1000).optional(),
  /** Asks GitHub for everything again and reports the differences from the stored figures. */
  verify: z.boolean().default(false),
});
export type RunRequest = z.input<typeof RunRequest>;

export const RunListQuery = z.strictObject({
  cursor: z.string().max(100).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(25),
});

/** A page has the problems of so many tenants. */
export const ProblemLogQuery = z.strictObject({
  cursor: z.string().max(1000).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});

/** The caller waits at most ten seconds. `collect` does the rest. */
const RESERVE_MS = 20_000;

/** A page of 300 always stays below the platform's limit of 1 MiB. */
export const RunDetailQuery = z.strictObject({
  page: z.coerce.number().int().min(1).max(10_000).default(1),
  size: z.coerce.number().int().min(1).max(300).default(300),
});

const app = createApp();

app.get('/', async (c) => {
  const { db } = await requireSystemRight(c, 'seeAllRuns');
  return json<RunList>(await listRuns(db, null, parseQuery(c.req.raw, RunListQuery)));
});

app.post('/', async (c) => {
  const { services, principal, now } = await requireSystemRight(c, 'startAllRuns');
  const order = toOrder('due', principal.email, now);
  const started = await fanOut(openFanOut(services, RESERVE_MS), order, 'collect');
  return json<RunsStarted>(started, 202);
});

// Must come before `/:tenantId`.
app.get('/problems', async (c) => {
  const { db } = await requireSystemRight(c, 'seeAllRuns');
  return json<ProblemLog>(await listProblems(db, parseQuery(c.req.raw, ProblemLogQuery)));
});

app.get('/:tenantId', async (c) => {
  const { db, tenantId } = await requireAccess(c, 'seeRuns');
  return json<RunList>(await listRuns(db, tenantId, parseQuery(c.req.raw, RunListQuery)));
});

app.post('/:tenantId', async (c) => {
  const { db, access, by, tenantId, now } = await requireAccess(c, 'startRuns');
  const { repositoryIds, verify } = await parseBody(c.req.raw, RunRequest);
  const services = { db, activations: openActivations(c.env.config.openwhisk), now };
  const repositories = await toRunRepositories(db, access, repositoryIds);
  const reason = verify ? 'verify' : 'person';
  const order = { tenantId, reason, startedBy: by.email, repositories } as const;
  const started = await startRun(services, order);
  return json<RunStarted>(started, started.already ? 200 : 202);
});

app.get('/:tenantId/:runId', async (c) => {
  const { db, tenantId } = await requireAccess(c, 'seeRuns');
  const runId = parseId(c.req.param('runId'), 'run');
  return json<RunDetail>(await readRun(db, tenantId, runId, parseQuery(c.req.raw, RunDetailQuery)));
});

export const main = serve(app);
