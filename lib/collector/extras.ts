import type { Transaction } from 'kysely';
import type { Db } from '../db/database.ts';
import { inTransaction } from '../db/portable.ts';
import type { ExtraKind } from '../db/tables/repositories.ts';
import type { Tables } from '../db/tables.ts';
import {
  type Extra,
  type ExtraReading,
  type ExtraState,
  type ExtraSubject,
  listExtraStates,
  saveExtraState,
} from '../extras/extra.ts';
import { releaseExtra } from '../extras/releases.ts';
import { starExtra } from '../extras/stars.ts';
import { workflowExtra } from '../extras/workflow-runs.ts';
import { Failure } from '../failure.ts';
import { type AnswerMemory, createMemory } from '../github/memory.ts';
import type { GitHubClient } from '../github.ts';
import type { Instant } from '../instant.ts';
import { workOff } from '../queue.ts';
import type { RunKey } from '../runs/lease.ts';
import { openAnswers, type StoredAnswers, saveAnswers } from './known-answers.ts';
import { logDefect } from './repository.ts';

/** What collecting extras works with. */
export interface ExtrasCollector {
  db: Db;
  github: GitHubClient;
  /** Identifies the token without revealing it. */
  fingerprint: string;
  clock: () => Date;
  /** False when nothing more may be begun. */
  isTime: () => boolean;
}

const EXTRAS: readonly Extra[] = [starExtra, releaseExtra, workflowExtra];
/** Repositories at once. Each asks one thing at a time. */
const CONCURRENCY = 20;

/** A repository with an extra that is due. */
interface DueExtras {
  subject: ExtraSubject;
  states: Map<ExtraKind, ExtraState>;
}

/** What an activation did about the extras of a run. */
export interface CollectedExtras {
  /** How many extras were read, or refused for themselves. */
  readCount: number;
  /** Repositories with an extra that was not read, because there was no time or GitHub refused everything. */
  left: number;
  /** Why GitHub refused everything; null when it did not. */
  refusal: Failure | null;
}

/**
 * Collects the due extras of the repositories that the run collected, those first that have waited longest. Each repository
 * is stored on its own, and a refusal fails neither the repository nor the run. Stops when GitHub refuses everything. Throws
 * if the database fails.
 */
export async function collectExtras(collector: ExtrasCollector, run: RunKey): Promise<CollectedExtras> {
  const { db, fingerprint } = collector;
  const queue = await listDueExtras(db, run, collector.clock());
  const ids = queue.map(({ subject }) => subject.repositoryId);
  const answers = openAnswers(db, { tenantId: run.tenantId, fingerprint, of: 'releases' }, ids);
  let readCount = 0;
  let refusal: Failure | null = null;
  const isTime = () => refusal === null && collector.isTime();
  const left = await workOff(queue, { concurrency: CONCURRENCY, isTime }, async (due) => {
    const { read, obstacle } = await collectExtrasOf({ ...collector, answers }, run, due);
    readCount += read;
    if (obstacle === null) return 'done';
    if (obstacle.code !== 'out_of_time') refusal ??= obstacle;
    return 'later';
  });
  return { readCount, left: left.length, refusal };
}

/** Collects and stores the extras of one repository. `obstacle` is a failure that others would meet too. */
async function collectExtrasOf(
  collector: ExtrasCollector & { answers: StoredAnswers },
  run: RunKey,
  { subject, states }: DueExtras,
): Promise<{ read: number; obstacle: Failure | null }> {
  const { db, github, clock, fingerprint, answers } = collector;
  const { tenantId, repositoryId } = subject;
  const memory = createMemory(await answers.take(repositoryId));
  const readings: ExtraReading[] = [];
  let obstacle: Failure | null = null;
  for (const extra of EXTRAS) {
    const state = states.get(extra.kind);
    if (!extra.isDue(subject, state, clock())) continue;
    const context = { db, github, now: clock(), memory };
    try {
      readings.push(await extra.read(context, subject, state));
    } catch (error) {
      if (error instanceof Failure) obstacle = error;
      // A defect must not fail a repository that was collected.
      else logDefect(error, { tenantId, repositoryId });
      break;
    }
  }
  const answer = { readings, memory, fingerprint, now: clock() };
  await inTransaction(db, (trx) => saveExtras(trx, run, { subject, states }, answer));
  return { read: readings.length, obstacle };
}

/** What GitHub answered for the extras of one repository. */
interface Answer {
  readings: readonly ExtraReading[];
  /** What GitHub answered about its releases, now and before. */
  memory: AnswerMemory;
  fingerprint: string;
  now: Date;
}

async function saveExtras(
  trx: Transaction<Tables>,
  run: RunKey,
  { subject, states }: DueExtras,
  { readings, memory, fingerprint, now }: Answer,
): Promise<void> {
  const { tenantId, repositoryId } = subject;
  // Locks the row, as a collection does. The repository may have been removed meanwhile.
  const held = await trx
    .selectFrom('repository')
    .select('repositoryId')
    .where('tenantId', '=', tenantId)
    .where('repositoryId', '=', repositoryId)
    .forUpdate()
    .executeTakeFirst();
  if (!held) return;
  for (const reading of readings) {
    await reading.save(trx);
    await saveExtraState(trx, subject, states.get(reading.kind), reading, now);
  }
  await saveAnswers(trx, subject, { fingerprint, answers: memory.changed, now });
  const requests = readings.reduce((sum, reading) => sum + reading.requestCount, 0);
  await trx
    .updateTable('runRepository')
    .set((eb) => ({
      requestCount: eb('requestCount', '+', requests),
      unchangedCount: eb('unchangedCount', '+', memory.unchanged),
    }))
    .where('tenantId', '=', tenantId)
    .where('runId', '=', run.runId)
    .where('repositoryId', '=', repositoryId)
    .execute();
}

/** The repositories that the run collected and that have a due extra, those first that have waited longest. */
async function listDueExtras(db: Db, { tenantId, runId }: RunKey, now: Date): Promise<DueExtras[]> {
  const rows = await db
    .selectFrom('runRepository as w')
    .innerJoin('repository as r', (join) =>
      join.onRef('r.tenantId', '=', 'w.tenantId').onRef('r.repositoryId', '=', 'w.repositoryId'),
    )
    .leftJoin('repositoryFact as f', (join) =>
      join
        .onRef('f.tenantId', '=', 'r.tenantId')
        .onRef('f.repositoryId', '=', 'r.repositoryId')
        .onRef('f.factDate', '=', 'r.lastCoveredDate'),
    )
    .select(['r.tenantId', 'r.repositoryId', 'r.githubId', 'r.firstCoveredDate', 'f.stars'])
    .where('w.tenantId', '=', tenantId)
    .where('w.runId', '=', runId)
    .where('w.state', '=', 'succeeded')
    .orderBy('r.repositoryId')
    .execute();
  const states = new Map<number, Map<ExtraKind, ExtraState>>();
  for (const { repositoryId, ...state } of await listExtraStates(db, tenantId))
    states.set(repositoryId, (states.get(repositoryId) ?? new Map()).set(state.kind, state));
  return rows
    .map((subject) => ({ subject, states: states.get(subject.repositoryId) ?? new Map() }))
    .flatMap((due) => {
      const since = waitsSince(due, now);
      return since === null ? [] : [{ ...due, since }];
    })
    .sort((one, other) => (one.since < other.since ? -1 : Number(one.since > other.since)));
}

/** When the extra that has waited longest was last tried, '' if never; null if none is due. */
function waitsSince({ subject, states }: DueExtras, now: Date): Instant | '' | null {
  const due = EXTRAS.filter((extra) => extra.isDue(subject, states.get(extra.kind), now));
  return due.map(({ kind }) => states.get(kind)?.triedAt ?? '').sort()[0] ?? null;
}
