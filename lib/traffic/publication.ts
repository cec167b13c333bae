import { sql } from 'kysely';
import { addDays, type Day, daysBetween, startOf, toDay, toDayAndMonth } from '../day.ts';
import type { Db } from '../db/database.ts';
import { inTransaction, type Merge, mergeRows } from '../db/portable.ts';
import type { Visibility } from '../github/answers.ts';
import type { Instant } from '../instant.ts';
import { OLD_COPY_DAYS, publishedFrom } from './window.ts';

/** Repositories whose traffic GitHub publishes together: those of one visibility on a server. */
interface Publisher {
  serverId: number;
  visibility: Visibility;
}

/** The newest windows of a publisher's repositories that were read lately. */
export interface ReadWindows {
  repositoryCount: number;
  /** How many of them got a sparse answer, which has no window. */
  sparseCount: number;
  oldestEnd: Day | null;
  newestEnd: Day | null;
  /** When the first of them was read; null when none was. */
  oldestReadAt: Instant | null;
}

/** A repository read longer ago says nothing about GitHub's current state. */
const LATELY_MS = 36 * 3_600_000;
/** A single repository may just get an old copy. */
const MIN_REPOSITORIES = 2;
/** How many repositories are asked every hour while GitHub stands still. */
const SAMPLE_SIZE = 3;

/**
 * The day after which GitHub publishes nothing: every window that was read lately ends on it, three or more days before it
 * was read. Null while GitHub moves on, and where too little was read to tell.
 */
export function toStalledThrough({
  repositoryCount,
  sparseCount,
  oldestEnd,
  newestEnd,
  oldestReadAt,
}: ReadWindows): Day | null {
  if (repositoryCount < MIN_REPOSITORIES || sparseCount > 0) return null;
  if (newestEnd === null || oldestEnd !== newestEnd || oldestReadAt === null) return null;
  return daysBetween(newestEnd, toDay(new Date(oldestReadAt))) < OLD_COPY_DAYS ? null : newestEnd;
}

/** The newest ends that GitHub was seen to publish, for one run; read once, and written when one advances. */
export interface Publications {
  /** The end of the newest window of a visibility; null while none was seen. */
  newestEnd(visibility: Visibility): Day | null;
  /** Notes the end of a window that was read. What it shows no longer, GitHub has forgotten of all repositories alike. */
  advance(visibility: Visibility, through: Day): Promise<void>;
}

/** What is known of the publications of a tenant's server. */
export async function openPublications(db: Db, tenantId: number): Promise<Publications> {
  const rows = await db
    .selectFrom('tenant as t')
    .leftJoin('publication as p', 'p.serverId', 't.serverId')
    .select(['t.serverId', 'p.visibility', 'p.publishedThrough'])
    .where('t.tenantId', '=', tenantId)
    .execute();
  const ends = new Map<string | null, Day | null>(
    rows.map(({ visibility, publishedThrough }) => [visibility, publishedThrough]),
  );
  const serverId = rows[0]?.serverId;
  return {
    newestEnd: (visibility) => ends.get(visibility) ?? null,
    async advance(visibility, through) {
      if (serverId === undefined || (ends.get(visibility) ?? '') >= through) return;
      ends.set(visibility, through);
      await saveEnd(db, { serverId, visibility }, through);
    },
  };
}

const publications: Merge<'publication'> = { into: 'publication', key: ['serverId', 'visibility'] };

/** The publisher's row is locked first, so that two that advance it take turns. */
async function saveEnd(db: Db, { serverId, visibility }: Publisher, through: Day): Promise<void> {
  await inTransaction(db, async (trx) => {
    await mergeRows(trx, publications, [{ serverId, visibility, publishedThrough: through }]);
    await trx
      .updateTable('publication')
      .set({ publishedThrough: through, stalledAt: null })
      .where('serverId', '=', serverId)
      .where('visibility', '=', visibility)
      .where('publishedThrough', '<', through)
      .execute();
    const forgottenBefore = publishedFrom(through);
    await trx
      .updateTable('repository')
      .set({ forgottenBefore })
      .where('tenantId', 'in', (eb) =>
        eb.selectFrom('tenant').select('tenantId').where('serverId', '=', serverId),
      )
      .where('visibility', '=', visibility)
      .where('forgottenBefore', '<', forgottenBefore)
      // GitHub gives no more traffic of it, so nothing is lost any more.
      .where(({ eb, or }) => or([eb('failureCode', 'is', null), eb('failureCode', '<>', 'archived')]))
      .execute();
  });
}

/** A publisher that stands still. */
export interface Stall extends Publisher {
  publishedThrough: Day;
}

/**
 * Stores which publishers stand still, and returns them. One that does, does so until a newer window is read, or a sparse
 * answer.
 */
export async function updateStalls(db: Db, now: Date): Promise<Stall[]> {
  const rows = await listPublications(db, now);
  const stalls: Stall[] = [];
  for (const { serverId, visibility, publishedThrough, stalledAt, ...windows } of rows) {
    const isStalled =
      stalledAt === null ? toStalledThrough(windows) === publishedThrough : windows.sparseCount === 0;
    if (isStalled) stalls.push({ serverId, visibility, publishedThrough });
    if (isStalled === (stalledAt !== null)) continue;
    await db
      .updateTable('publication')
      .set({ stalledAt: isStalled ? now.toISOString() : null })
      .where('serverId', '=', serverId)
      .where('visibility', '=', visibility)
      .where('publishedThrough', '=', publishedThrough)
      .execute();
  }
  return stalls;
}

function listPublications(db: Db, now: Date) {
  const since: Instant = new Date(now.getTime() - LATELY_MS).toISOString();
  return db
    .selectFrom('publication as p')
    .innerJoin('tenant as t', 't.serverId', 'p.serverId')
    .leftJoin('repository as r', (join) =>
      join
        .onRef('r.tenantId', '=', 't.tenantId')
        .onRef('r.visibility', '=', 'p.visibility')
        .on('r.lastSuccessAt', '>', since),
    )
    .select(({ fn }) => [
      'p.serverId',
      'p.visibility',
      'p.publishedThrough',
      'p.stalledAt',
      fn.count<number>('r.repositoryId').as('repositoryCount'),
      sql<number>`sum(case when r.repository_id is not null and r.published_through is null then 1 else 0 end)`.as(
        'sparseCount',
      ),
      fn.min<Day | null>('r.publishedThrough').as('oldestEnd'),
      fn.max<Day | null>('r.publishedThrough').as('newestEnd'),
      fn.min<Instant | null>('r.lastSuccessAt').as('oldestReadAt'),
    ])
    .groupBy(['p.serverId', 'p.visibility', 'p.publishedThrough', 'p.stalledAt'])
    .orderBy('p.serverId')
    .orderBy('p.visibility')
    .execute();
}

/**
 * The repositories that are asked every hour while GitHub stands still, a few of each publisher; the others wait for the
 * alarm. A newer window of any of them ends the stall, and then all are asked again. Those that fail are left out.
 */
export async function listSample(db: Db): Promise<number[]> {
  const stalled = await db
    .selectFrom('publication')
    .select(['serverId', 'visibility'])
    .where('stalledAt', 'is not', null)
    .execute();
  const sample: number[] = [];
  for (const { serverId, visibility } of stalled) {
    const rows = await db
      .selectFrom('repository as r')
      .innerJoin('tenant as t', 't.tenantId', 'r.tenantId')
      .select('r.repositoryId')
      .where('t.serverId', '=', serverId)
      .where('r.visibility', '=', visibility)
      .where('r.schedule', '<>', 'paused')
      .where('r.oldCopyThrough', 'is not', null)
      .where('r.failureAt', 'is', null)
      .orderBy('r.repositoryId')
      .limit(SAMPLE_SIZE)
      .execute();
    sample.push(...rows.map(({ repositoryId }) => repositoryId));
  }
  return sample;
}

/** The first day that a stalled publisher has not published, as an instant. */
export function stalledSince({ publishedThrough }: Stall): Instant {
  return startOf(addDays(publishedThrough, 1)).toISOString();
}

/** What the overview and the channels say about a stall. */
export function toStallMessage({ visibility, publishedThrough }: Stall): string {
  return `GitHub has published no traffic of ${visibility} repositories since ${toDayAndMonth(publishedThrough)}.`;
}
