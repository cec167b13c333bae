import type { Transaction } from 'kysely';
import type { Day } from '../day.ts';
import type { Db } from '../db/database.ts';
import { added, inTransaction, updateRows } from '../db/portable.ts';
import type { ExtraKind } from '../db/tables/repositories.ts';
import type { Tables } from '../db/tables.ts';
import {
  type Extra,
  type ExtraReading,
  type ExtraState,
  type ExtraSubject,
  listExtraStates,
  saveExtraStates,
} from '../extras/extra.ts';
import { releaseExtra } from '../extras/releases.ts';
import { starExtra } from '../extras/stars.ts';
import { readStoredRunDays, workflowExtra } from '../extras/workflow-runs.ts';
import { Failure } from '../failure.ts';
import { type AnswerMemory, createMemory } from '../github/memory.ts';
import type { GitHubClient } from '../github.ts';
import type { Instant } from '../instant.ts';
import { workOff } from '../queue.ts';
import type { RunKey } from '../runs/lease.ts';
import type { RepositoryKey } from '../traffic/tables.ts';
import { openAnswers, type StoredAnswers, saveAnswers } from './known-answers.ts';
import { lockRepositories } from './outcome.ts';
import { openReadAhead, type ReadAhead } from './read-ahead.ts';
import { logDefect } from './repository.ts';
import { openSaving } from './saving.ts';

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
 * is stored as a whole or not at all, and a refusal fails neither the repository nor the run. Stops when GitHub refuses everything. Throws
 * if the database fails.
 */
export async function collectExtras(collector: ExtrasCollector, run: RunKey): Promise<CollectedExtras> {
  const { db, fingerprint } = collector;
  const queue = await listDueExtras(db, run, collector.clock());
  const ids = queue.map(({ subject }) => subject.repositoryId);
  const answers = openAnswers(db, { tenantId: run.tenantId, fingerprint, of: 'releases' }, ids);
  const runDays = openReadAhead(ids, (some) => readStoredRunDays(db, run.tenantId, some, collector.clock()));
  const saving = openSaving<Answer>((batch) => inTransaction(db, (trx) => saveExtras(trx, run, batch)));
  let readCount = 0;
  let refusal: Failure | null = null;
  const isTime = () => refusal === null && collector.isTime();
  const left = await workOff(queue, { concurrency: CONCURRENCY, isTime }, async (due) => {
    const { read, obstacle } = await saving.join((save) =>
      collectExtrasOf({ ...collector, answers, runDays, save }, due),
    );
    readCount += read;
    if (obstacle === null) return 'done';
    if (obstacle.code !== 'out_of_time') refusal ??= obstacle;
    return 'later';
  });
  return { readCount, left: left.length, refusal };
}

interface ExtrasAtWork extends ExtrasCollector {
  answers: StoredAnswers;
  runDays: ReadAhead<ReadonlySet<Day>>;
  save: (answer: Answer) => Promise<void>;
}

/** Collects and stores the extras of one repository. `obstacle` is a failure that others would meet too. */
async function collectExtrasOf(
  { github, clock, fingerprint, answers, runDays, save }: ExtrasAtWork,
  { subject, states }: DueExtras,
): Promise<{ read: number; obstacle: Failure | null }> {
  const { tenantId, repositoryId } = subject;
  const memory = createMemory(await answers.take(repositoryId));
  const storedRunDays = async () => (await runDays(repositoryId)) ?? new Set<Day>();
  const readings: ExtraReading[] = [];
  let obstacle: Failure | null = null;
  for (const extra of EXTRAS) {
    const state = states.get(extra.kind);
    if (!extra.isDue(subject, state, clock())) continue;
    try {
      readings.push(await extra.read({ github, now: clock(), memory, storedRunDays }, subject, state));
    } catch (error) {
      if (error instanceof Failure) obstacle = error;
      // A defect must not fail a repository that was collected.
      else logDefect(error, { tenantId, repositoryId });
      break;
    }
  }
  await save({ key: { tenantId, repositoryId }, states, readings, memory, fingerprint, now: clock() });
  return { read: readings.length, obstacle };
}

/** What GitHub answered for the extras of one repository. */
interface Answer extends Pick<DueExtras, 'states'> {
  key: RepositoryKey;
  readings: readonly ExtraReading[];
  /** What GitHub answered about its releases, now and before. */
  memory: AnswerMemory;
  fingerprint: string;
  now: Date;
}

async function saveExtras(
  trx: Transaction<Tables>,
  { tenantId, runId }: RunKey,
  batch: readonly Answer[],
): Promise<void> {
  const ids = batch.map(({ key }) => key.repositoryId);
  const held = new Set((await lockRepositories(trx, tenantId, ids)).map((row) => row.repositoryId));
  // The others were removed meanwhile.
  const answers = batch.filter(({ key }) => held.has(key.repositoryId));
  for (const extra of EXTRAS) {
    const all = answers.flatMap(({ key, readings, now }) => {
      const reading = readings.find(({ kind }) => kind === extra.kind);
      return reading && reading.found !== null ? [{ ...key, found: reading.found, now }] : [];
    });
    if (all.length > 0) await extra.save(trx, all);
  }
  const tried = answers.flatMap(({ key, states, readings, now }) =>
    readings.map((reading) => ({ ...key, before: states.get(reading.kind), reading, now })),
  );
  await saveExtraStates(trx, tried);
  const known = answers.map(({ key, memory, ...answer }) => ({
    ...key,
    ...answer,
    answers: memory.changed,
  }));
  await saveAnswers(trx, known);
  await updateRows(
    trx,
    {
      into: 'runRepository',
      key: ['tenantId', 'runId', 'repositoryId'],
      update: { requestCount: added('requestCount'), unchangedCount: added('unchangedCount') },
    },
    answers.map(({ key, readings, memory }) => ({
      ...key,
      runId,
      requestCount: readings.reduce((sum, reading) => sum + reading.requestCount, 0),
      unchangedCount: memory.unchanged,
    })),
  );
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
