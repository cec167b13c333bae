import { type Expression, expressionBuilder, type Selectable, type SqlBool, sql } from 'kysely';
import type { TenantAccess } from '../access.ts';
import { listAnnotationsOf } from '../annotations.ts';
import type { Alert, AlertChange, AlertReason } from '../answers/alerts.ts';
import type { Annotation } from '../answers/annotations.ts';
import { addDays, type Day } from '../day.ts';
import type { Db } from '../db/database.ts';
import type { Tables } from '../db/tables.ts';
import { listStoredGroups, readContents } from '../groups/contents.ts';
import { toFullName, toReleaseUrl } from '../repositories/repository.ts';
import { toAlertEnding, toAlertSubject, toAlertTitle, toRiseText } from './words.ts';

/** The columns of an alert. */
export const ALERT_COLUMNS = [
  'alert.alertId',
  'alert.kind',
  'alert.name',
  'alert.alertDate',
  'alert.createdAt',
  'alert.closedAt',
  'alert.snoozeId',
] as const;

type AlertRow = Omit<Selectable<Tables['alert']>, 'tenantId'>;

/** Changes that an answer lists. */
const MAX_CHANGES = 20;
/** How many days before and after an alert something may explain it. */
const DAYS_AROUND = 1;

/** What somebody may see of alerts. */
export interface AlertSight extends TenantAccess {
  /** The groups of which it sees every repository; null means all. A sum would tell of a repository that is not seen. */
  groupIds: number[] | null;
}

/** The sight that an access gives. */
export async function toAlertSight(db: Db, access: TenantAccess): Promise<AlertSight> {
  const { tenantId, repositoryIds } = access;
  if (repositoryIds === null) return { ...access, groupIds: null };
  // A group of one repository has no alerts: they would be the repository's.
  const groups = repositoryIds.length < 2 ? [] : await listStoredGroups(db, tenantId);
  if (groups.length === 0) return { ...access, groupIds: [] };
  const contents = await readContents(db, { tenantId, repositoryIds: null }, groups);
  const seen = new Set(repositoryIds);
  const groupIds = groups.flatMap(({ groupId }) => {
    const ids = contents.get(groupId)?.repositoryIds ?? [];
    return ids.length > 1 && ids.every((id) => seen.has(id)) ? [groupId] : [];
  });
  return { ...access, groupIds };
}

/** The change `c` is one that the sight sees. */
function isSeen({ repositoryIds, groupIds }: AlertSight): Expression<SqlBool> {
  const { eb, or } = expressionBuilder<{ c: Tables['alertChange'] }, 'c'>();
  if (repositoryIds === null) return sql<SqlBool>`1 = 1`;
  const seen = [
    ...(repositoryIds.length > 0 ? [eb('c.repositoryId', 'in', repositoryIds)] : []),
    ...(groupIds !== null && groupIds.length > 0 ? [eb('c.groupId', 'in', groupIds)] : []),
  ];
  return seen.length > 0 ? or(seen) : sql<SqlBool>`1 = 0`;
}

/** The alerts of which the sight sees a change. Those of removed repositories have none left. */
export function selectAlerts(db: Db, sight: AlertSight) {
  return db
    .selectFrom('alert')
    .where('alert.tenantId', '=', sight.tenantId)
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('alertChange as c')
          .select('c.changeId')
          .whereRef('c.tenantId', '=', 'alert.tenantId')
          .whereRef('c.alertId', '=', 'alert.alertId')
          .where(isSeen(sight)),
      ),
    );
}

/** The rows as answers, with what the sight sees of each; those of which it sees nothing are left out. */
export async function toAlerts(db: Db, sight: AlertSight, rows: readonly AlertRow[]): Promise<Alert[]> {
  if (rows.length === 0) return [];
  const ids = rows.map(({ alertId }) => alertId);
  const changes = await listChanges(db, sight, ids);
  const reasons = await listReasons(db, sight, ids);
  const annotated = await openAnnotations(db, sight, rows);
  const alerts: Alert[] = [];
  for (const row of rows) {
    const own = changes.get(row.alertId) ?? [];
    if (own.length === 0) continue;
    const found = [...(reasons.get(row.alertId) ?? []), ...(await annotated(row, own))];
    alerts.push({ ...toAlert(row, own), reasons: found });
  }
  return alerts;
}

/** The newest alerts that began in a span and that the access may see, without what explains them, and how many there are. */
export async function listAlertsOf(
  db: Db,
  access: TenantAccess,
  { from, to, limit }: { from: Day; to: Day; limit: number },
): Promise<{ alerts: Omit<Alert, 'reasons'>[]; count: number }> {
  const sight = await toAlertSight(db, access);
  const rows = await selectAlerts(db, sight)
    .select(ALERT_COLUMNS)
    .select(sql<number>`count(*) over ()`.as('count'))
    .where('alert.alertDate', '>=', from)
    .where('alert.alertDate', '<=', to)
    .orderBy('alert.alertDate', 'desc')
    .orderBy('alert.alertId', 'desc')
    .limit(limit)
    .execute();
  if (rows.length === 0) return { alerts: [], count: 0 };
  const changes = await listChanges(
    db,
    sight,
    rows.map(({ alertId }) => alertId),
  );
  const alerts = rows.flatMap(({ count: _, ...row }) => {
    const own = changes.get(row.alertId);
    return own ? [toAlert(row, own)] : [];
  });
  return { alerts, count: rows[0]?.count ?? 0 };
}

function toAlert(
  { alertId, kind, name, alertDate, createdAt, closedAt, snoozeId }: AlertRow,
  changes: AlertChange[],
): Omit<Alert, 'reasons'> {
  return {
    alertId,
    kind,
    state: closedAt === null ? 'open' : 'past',
    subject: toAlertSubject(changes),
    title: toAlertTitle(kind, name, changes),
    ending: toAlertEnding(kind, changes),
    date: alertDate,
    referrer: name,
    changes: changes.slice(0, MAX_CHANGES),
    changeCount: changes.length,
    createdAt,
    closedAt,
    snoozed: snoozeId !== null,
  };
}

/** The changes of alerts, the largest figure first. */
async function listChanges(db: Db, sight: AlertSight, alertIds: readonly number[]) {
  const rows = await db
    .selectFrom('alertChange as c')
    .leftJoin('repository as r', (join) =>
      join.onRef('r.tenantId', '=', 'c.tenantId').onRef('r.repositoryId', '=', 'c.repositoryId'),
    )
    .leftJoin('repositoryGroup as g', (join) =>
      join.onRef('g.tenantId', '=', 'c.tenantId').onRef('g.groupId', '=', 'c.groupId'),
    )
    .selectAll('c')
    .select(['r.owner', 'r.name', 'g.name as groupName'])
    .where('c.tenantId', '=', sight.tenantId)
    .where('c.alertId', 'in', [...alertIds])
    .where(isSeen(sight))
    .orderBy('c.amount', 'desc')
    .orderBy('c.changeId')
    .execute();
  const changes = new Map<number, AlertChange[]>();
  for (const { alertId, repositoryId, groupId, owner, name, groupName, ...row } of rows) {
    const own = changes.get(alertId) ?? [];
    changes.set(alertId, own);
    own.push({
      repository:
        repositoryId === null
          ? null
          : { repositoryId, fullName: toFullName({ owner: owner ?? '', name: name ?? '' }) },
      group: groupId === null ? null : { groupId, name: groupName ?? '' },
      metric: row.metric,
      date: row.changeDate,
      noticedOn: row.noticedDate,
      value: row.amount,
      expected: row.expected,
      people: row.people,
      expectedPeople: row.expectedPeople,
      over:
        row.overDate === null || row.overReason === null
          ? null
          : { date: row.overDate, reason: row.overReason },
    });
  }
  return changes;
}

/** What GitHub's lists and releases said of repositories that the sight sees, when the alerts began. */
async function listReasons(db: Db, { tenantId, repositoryIds }: AlertSight, alertIds: readonly number[]) {
  const reasons = new Map<number, AlertReason[]>();
  if (repositoryIds?.length === 0) return reasons;
  const rows = await db
    .selectFrom('alertReason as n')
    .innerJoin('repository as r', (join) =>
      join.onRef('r.tenantId', '=', 'n.tenantId').onRef('r.repositoryId', '=', 'n.repositoryId'),
    )
    .innerJoin('tenant as t', 't.tenantId', 'n.tenantId')
    .innerJoin('githubServer as s', 's.serverId', 't.serverId')
    .select(['n.alertId', 'n.kind', 'n.name as what', 'n.reasonDate', 'n.movement', 'n.amount'])
    .select(['r.repositoryId', 'r.owner', 'r.name', 's.webUrl as serverUrl'])
    .where('n.tenantId', '=', tenantId)
    .where('n.alertId', 'in', [...alertIds])
    .$if(repositoryIds !== null, (query) => query.where('n.repositoryId', 'in', repositoryIds ?? []))
    .orderBy('n.reasonId')
    .execute();
  for (const { alertId, kind, what, reasonDate, movement, amount, ...repository } of rows) {
    const own = reasons.get(alertId) ?? [];
    reasons.set(alertId, own);
    own.push({
      kind,
      text:
        kind === 'release'
          ? `${what} was released`
          : toRiseText({ kind, name: what, movement: movement ?? 'rose', amount }),
      date: reasonDate,
      repository: { repositoryId: repository.repositoryId, fullName: toFullName(repository) },
      url: kind === 'release' ? toReleaseUrl(repository, what) : null,
    });
  }
  return reasons;
}

/** Reads annotations now and not when an alert began: people change them. Few days have any, so that one read is usually enough. */
async function openAnnotations(db: Db, sight: AlertSight, rows: readonly AlertRow[]) {
  const dates = rows.map(({ alertDate }) => alertDate).sort();
  const first = dates[0] ?? '';
  const last = dates.at(-1) ?? first;
  // The alert's own days are not known yet. A drop is certain some days after its beginning.
  const found = await listAnnotationsOf(db, sight, {
    from: addDays(first, -DAYS_AROUND),
    to: addDays(last, 14),
  });
  return async (row: AlertRow, changes: readonly AlertChange[]): Promise<AlertReason[]> => {
    const span = spanOf(row, changes);
    if (!found.some(({ date, to }) => date <= span.to && to >= span.from)) return [];
    const repositoryIds = await listChanged(db, sight, changes);
    const own = await listAnnotationsOf(db, { tenantId: sight.tenantId, repositoryIds }, span);
    return own.map(toReason);
  };
}

function spanOf({ alertDate }: AlertRow, changes: readonly AlertChange[]): { from: Day; to: Day } {
  const noticed = changes.map(({ noticedOn }) => noticedOn).sort();
  return {
    from: addDays(alertDate, -DAYS_AROUND),
    to: addDays(noticed.at(-1) ?? alertDate, DAYS_AROUND),
  };
}

/** The repositories that changes are about, with those of groups. */
async function listChanged(db: Db, sight: AlertSight, changes: readonly AlertChange[]): Promise<number[]> {
  const ids = changes.flatMap(({ repository }) => repository?.repositoryId ?? []);
  const groupIds = changes.flatMap(({ group }) => group?.groupId ?? []);
  if (groupIds.length === 0) return ids;
  const groups = await listStoredGroups(db, sight.tenantId, groupIds);
  const contents = await readContents(db, sight, groups);
  return [...new Set([...ids, ...[...contents.values()].flatMap(({ repositoryIds }) => repositoryIds)])];
}

function toReason({ text, link, date }: Annotation): AlertReason {
  return { kind: 'annotation', text, date, repository: null, url: link };
}
