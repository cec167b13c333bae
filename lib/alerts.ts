import { sql } from 'kysely';
import type { TenantAccess } from './access.ts';
import { ALERT_COLUMNS, selectAlerts, toAlertSight, toAlerts } from './alerts/reading.ts';
import { readAlertKinds } from './alerts/settings.ts';
import { listSnoozes } from './alerts/snoozes.ts';
import type { Alert, AlertList } from './answers/alerts.ts';
import { type Day, toDay } from './day.ts';
import type { Db } from './db/database.ts';
import type { AlertKind } from './db/tables/alerts.ts';
import { notFound } from './request.ts';
import { inScope } from './stats/scope.ts';

/** Which alerts to list. Pages count from 1. */
export interface AlertRequest {
  state?: Alert['state'] | undefined;
  kind?: AlertKind | undefined;
  /** Only those about this repository, or about this group. */
  repositoryId?: number | undefined;
  groupId?: number | undefined;
  page: number;
  size: number;
}

/** A page of the alerts that the access may see, open ones first, with what decides about the next ones. */
export async function listAlerts(
  db: Db,
  access: TenantAccess,
  { page, size, ...request }: AlertRequest,
  now: Date,
): Promise<AlertList> {
  const sight = await toAlertSight(db, access);
  const found = () => narrow(selectAlerts(db, sight), request);
  const { total } = await found()
    .select(({ fn }) => fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow();
  const rows = await found()
    .select(ALERT_COLUMNS)
    .orderBy(sql`case when alert.closed_at is null then 0 else 1 end`)
    .orderBy('alert.alertDate', 'desc')
    .orderBy('alert.alertId', 'desc')
    .limit(size)
    .offset((page - 1) * size)
    .execute();
  return {
    alerts: await toAlerts(db, sight, rows),
    page: { number: page, size, total },
    openCount: await countOpenAlerts(db, access),
    snoozes: await listSnoozes(db, sight, toDay(now)),
    settings: { kinds: await readAlertKinds(db, access.tenantId) },
    judgedThrough: await findJudgedThrough(db, access),
  };
}

function narrow(
  alerts: ReturnType<typeof selectAlerts>,
  { state, kind, repositoryId, groupId }: Omit<AlertRequest, 'page' | 'size'>,
) {
  let query = alerts;
  if (state) query = query.where('alert.closedAt', state === 'open' ? 'is' : 'is not', null);
  if (kind) query = query.where('alert.kind', '=', kind);
  const about = (column: 'c.repositoryId' | 'c.groupId', id: number) =>
    query.where(({ exists, selectFrom }) =>
      exists(
        selectFrom('alertChange as c')
          .select('c.changeId')
          .whereRef('c.tenantId', '=', 'alert.tenantId')
          .whereRef('c.alertId', '=', 'alert.alertId')
          .where(column, '=', id),
      ),
    );
  if (repositoryId !== undefined) query = about('c.repositoryId', repositoryId);
  if (groupId !== undefined) query = about('c.groupId', groupId);
  return query;
}

/** How many open alerts the access may see. */
export async function countOpenAlerts(db: Db, access: TenantAccess): Promise<number> {
  const { count } = await selectAlerts(db, await toAlertSight(db, access))
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('alert.closedAt', 'is', null)
    .executeTakeFirstOrThrow();
  return count;
}

/** One alert. Throws `alert_not_found`, also if the access may see nothing of it. */
export async function getAlert(db: Db, access: TenantAccess, alertId: number): Promise<Alert> {
  const sight = await toAlertSight(db, access);
  const rows = await selectAlerts(db, sight)
    .select(ALERT_COLUMNS)
    .where('alert.alertId', '=', alertId)
    .execute();
  const [alert] = await toAlerts(db, sight, rows);
  if (!alert) throw notFound('alert');
  return alert;
}

async function findJudgedThrough(db: Db, access: TenantAccess): Promise<Day | null> {
  const row = await db
    .selectFrom('alertJudgement')
    .select(({ fn }) => fn.max<Day | null>('judgedThrough').as('through'))
    .where(inScope(access))
    .executeTakeFirst();
  return row?.through ?? null;
}
