import type { Transaction } from 'kysely';
import type { AlertSnooze } from '../answers/alerts.ts';
import { type Actor, recordAudit } from '../audit.ts';
import { addDays, type Day, toDay, toDayAndMonth } from '../day.ts';
import type { Db } from '../db/database.ts';
import { inTransaction } from '../db/portable.ts';
import type { AlertKind } from '../db/tables/alerts.ts';
import type { Tables } from '../db/tables.ts';
import { Failure } from '../failure.ts';
import { getGroupName } from '../groups.ts';
import { lockTenant } from '../locks.ts';
import { requireRepositories, toFullName } from '../repositories/repository.ts';
import { notFound } from '../request.ts';
import type { AlertSight } from './reading.ts';
import { ALERT_TITLES } from './titles.ts';

/** What a snooze is about: at least one of the three, and not both a repository and a group. */
interface SnoozeScope {
  kind: AlertKind | null;
  repositoryId: number | null;
  groupId: number | null;
}

/** A snooze, and by whom. `until` is the first day on which alerts are sent again. */
export interface NewSnooze extends SnoozeScope {
  until: Day;
}

const MAX_SNOOZES = 200;
/** Longer, and the kind should be off. */
const MAX_DAYS = 366;

function selectSnoozes(db: Db, tenantId: number, today: Day) {
  return db
    .selectFrom('alertSnooze as z')
    .leftJoin('repository as r', (join) =>
      join.onRef('r.tenantId', '=', 'z.tenantId').onRef('r.repositoryId', '=', 'z.repositoryId'),
    )
    .leftJoin('repositoryGroup as g', (join) =>
      join.onRef('g.tenantId', '=', 'z.tenantId').onRef('g.groupId', '=', 'z.groupId'),
    )
    .select(['z.snoozeId', 'z.kind', 'z.repositoryId', 'z.groupId', 'z.untilDate', 'z.createdAt', 'z.author'])
    .select(['r.owner', 'r.name', 'g.name as groupName'])
    .where('z.tenantId', '=', tenantId)
    .where('z.untilDate', '>', today)
    .orderBy('z.untilDate')
    .orderBy('z.snoozeId');
}

type SnoozeRow = Awaited<ReturnType<ReturnType<typeof selectSnoozes>['execute']>>[number];

function toSnooze({
  owner,
  name,
  groupName,
  repositoryId,
  groupId,
  untilDate,
  ...row
}: SnoozeRow): AlertSnooze {
  const fullName = toFullName({ owner: owner ?? '', name: name ?? '' });
  return {
    ...row,
    repository: repositoryId === null ? null : { repositoryId, fullName },
    group: groupId === null ? null : { groupId, name: groupName ?? '' },
    until: untilDate,
  };
}

/** The snoozes that hold on a day, as far as the sight sees what they are about; the first to end first. */
export async function listSnoozes(
  db: Db,
  { tenantId, repositoryIds, groupIds }: AlertSight,
  today: Day,
): Promise<AlertSnooze[]> {
  const rows = await selectSnoozes(db, tenantId, today).execute();
  return rows
    .filter(
      (row) =>
        (row.repositoryId === null || repositoryIds === null || repositoryIds.includes(row.repositoryId)) &&
        (row.groupId === null || groupIds === null || groupIds.includes(row.groupId)),
    )
    .map(toSnooze);
}

/** The snooze that keeps an alert quiet which is about these changes; null if none does. A kind or all changes must match. */
export function findSnooze(
  snoozes: readonly AlertSnooze[],
  kind: AlertKind,
  changes: readonly { repositoryId: number | null; groupId: number | null }[],
): number | null {
  const ofKind = snoozes.filter((one) => one.kind === null || one.kind === kind);
  const covering = (change: { repositoryId: number | null; groupId: number | null }) =>
    ofKind.find(({ repository, group }) => {
      if (repository !== null) return repository.repositoryId === change.repositoryId;
      return group === null || group.groupId === change.groupId;
    });
  const found = changes.map(covering);
  const [first] = found;
  return first && found.every((one) => one !== undefined) ? first.snoozeId : null;
}

/**
 * Keeps alerts quiet until a day: those that are open, and those that begin before it. The same again changes its end.
 * Throws `invalid_input`, `repository_not_found`, `group_not_found`, `too_many_snoozes` and `tenant_not_found`.
 */
export async function saveSnooze(
  db: Db,
  { tenantId, by, author }: { tenantId: number; by: Actor; author: string },
  { until, ...scope }: NewSnooze,
): Promise<AlertSnooze> {
  const today = toDay(by.now);
  requireUntil(until, today);
  return inTransaction(db, async (trx) => {
    await lockTenant(trx, tenantId);
    if (scope.repositoryId !== null) await requireRepositories(trx, tenantId, [scope.repositoryId]);
    if (scope.groupId !== null) await getGroupName(trx, tenantId, scope.groupId);
    await deleteEnded(trx, tenantId, today);
    const rows = await selectSnoozes(trx, tenantId, today).execute();
    const same = rows.find(
      (row) =>
        row.kind === scope.kind && row.repositoryId === scope.repositoryId && row.groupId === scope.groupId,
    );
    if (!same && rows.length >= MAX_SNOOZES)
      throw new Failure(
        'too_many_snoozes',
        `A tenant has at most ${MAX_SNOOZES} snoozes at once. End one, or snooze a kind.`,
      );
    const snoozeId = same
      ? same.snoozeId
      : await insertSnooze(trx, tenantId, { ...scope, until, by, author });
    if (same)
      await trx
        .updateTable('alertSnooze')
        .set({ untilDate: until, author, createdBy: by.email, createdAt: by.now.toISOString() })
        .where('tenantId', '=', tenantId)
        .where('snoozeId', '=', snoozeId)
        .execute();
    const saved = await getSnooze(trx, tenantId, snoozeId, today);
    await quietOpenAlerts(trx, tenantId, saved);
    const detail = `until ${toDayAndMonth(until)}`;
    await recordAudit(trx, by, { tenantId, kind: 'alerts_snoozed', subject: toSnoozeWords(saved), detail });
    return saved;
  });
}

function requireUntil(until: Day, today: Day): void {
  const problem =
    until <= today
      ? 'Give a day after today (UTC).'
      : until > addDays(today, MAX_DAYS)
        ? 'Give a day within a year. To be told no more at all, turn the kind off.'
        : null;
  if (problem === null) return;
  throw new Failure('invalid_input', `until: ${problem}`, {
    problems: [{ path: 'until', message: problem }],
  });
}

async function insertSnooze(
  trx: Transaction<Tables>,
  tenantId: number,
  { until, by, author, ...scope }: NewSnooze & { by: Actor; author: string },
): Promise<number> {
  const { snoozeId } = await trx
    .insertInto('alertSnooze')
    .values({
      tenantId,
      ...scope,
      untilDate: until,
      createdAt: by.now.toISOString(),
      createdBy: by.email,
      author,
    })
    .returning('snoozeId')
    .executeTakeFirstOrThrow();
  return snoozeId;
}

async function deleteEnded(trx: Transaction<Tables>, tenantId: number, today: Day): Promise<void> {
  await trx
    .deleteFrom('alertSnooze')
    .where('tenantId', '=', tenantId)
    .where('untilDate', '<=', today)
    .execute();
}

async function getSnooze(db: Db, tenantId: number, snoozeId: number, today: Day): Promise<AlertSnooze> {
  const row = await selectSnoozes(db, tenantId, today).where('z.snoozeId', '=', snoozeId).executeTakeFirst();
  if (!row) throw notFound('snooze');
  return toSnooze(row);
}

/** Open alerts that the snooze covers have no end to tell of either. */
async function quietOpenAlerts(
  trx: Transaction<Tables>,
  tenantId: number,
  snooze: AlertSnooze,
): Promise<void> {
  const rows = await trx
    .selectFrom('alert as a')
    .innerJoin('alertChange as c', (join) =>
      join.onRef('c.tenantId', '=', 'a.tenantId').onRef('c.alertId', '=', 'a.alertId'),
    )
    .select(['a.alertId', 'a.kind', 'c.repositoryId', 'c.groupId'])
    .where('a.tenantId', '=', tenantId)
    .where('a.closedAt', 'is', null)
    .execute();
  const ids = [...new Set(rows.map(({ alertId }) => alertId))].filter((alertId) => {
    const own = rows.filter((row) => row.alertId === alertId);
    const [first] = own;
    return first !== undefined && findSnooze([snooze], first.kind, own) !== null;
  });
  if (ids.length === 0) return;
  await trx
    .updateTable('alert')
    .set({ snoozeId: snooze.snoozeId })
    .where('tenantId', '=', tenantId)
    .where('alertId', 'in', ids)
    .execute();
}

/** Ends a snooze. Open alerts that it kept quiet are told of again. Throws `snooze_not_found`. */
export async function deleteSnooze(
  db: Db,
  { tenantId, by }: { tenantId: number; by: Actor },
  snoozeId: number,
): Promise<void> {
  await inTransaction(db, async (trx) => {
    await lockTenant(trx, tenantId);
    const snooze = await getSnooze(trx, tenantId, snoozeId, toDay(by.now));
    await trx
      .deleteFrom('alertSnooze')
      .where('tenantId', '=', tenantId)
      .where('snoozeId', '=', snoozeId)
      .execute();
    await trx
      .updateTable('alert')
      .set({ snoozeId: null })
      .where('tenantId', '=', tenantId)
      .where('snoozeId', '=', snoozeId)
      .where('closedAt', 'is', null)
      .execute();
    await recordAudit(trx, by, { tenantId, kind: 'alerts_unsnoozed', subject: toSnoozeWords(snooze) });
  });
}

/** Such as "Spike of acme/api", or "all of the group SDKs". */
function toSnoozeWords({ kind, repository, group }: AlertSnooze): string {
  const what = kind === null ? 'all' : ALERT_TITLES[kind];
  if (repository !== null) return `${what} of ${repository.fullName}`;
  return group === null ? `${what} of all repositories` : `${what} of the group ${group.name}`;
}
