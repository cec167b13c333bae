import type { TenantAccess } from '../access.ts';
import type { Alert } from '../answers/alerts.ts';
import type { Db } from '../db/database.ts';
import type { DeliveryServices } from '../deliveries/attempt.ts';
import { listReceivers, type Receiver, type Scope } from '../deliveries/receivers.ts';
import { deliverTo } from '../deliveries.ts';
import { Failure } from '../failure.ts';
import { inGroup } from '../groups.ts';
import { workOff } from '../queue.ts';
import { type AlertPhase, toAlertMessage } from './message.ts';
import { ALERT_COLUMNS, selectAlerts, toAlertSight, toAlerts } from './reading.ts';

/** After this long, an alert is no news: quiet hours and retries are over by then. */
const NEWS_MS = 3 * 86_400_000;
const CONCURRENCY = 5;

/** An alert of which somebody may have to be told. */
interface News {
  tenantId: number;
  alertId: number;
  phase: AlertPhase;
  createdAt: string;
}

/**
 * Tells those who take alerts of what began and of what is over, each once, in a message for each cause. Who may see nothing of an
 * alert is not told, and everybody else only of what they may see. That an alert is over is told to those who heard that it began.
 */
export async function sendAlerts(services: DeliveryServices): Promise<{ sent: number; failed: number }> {
  const { db, clock, isTime } = services;
  const news = await listNews(db, clock());
  const total = { sent: 0, failed: 0 };
  for (const one of news) {
    if (!isTime()) break;
    const receivers = await listTold(db, one, clock());
    const toContent = keep(services, one);
    await workOff(receivers, { concurrency: CONCURRENCY, isTime }, async (receiver) => {
      if ((await toContent(receiver)) === null) return 'done';
      const outcome = await deliverTo(services, receiver, toTopic(one), async (scope) => {
        const content = await toContent(scope);
        if (content === null) throw new Error('The receiver’s scope changed after it was claimed.');
        return content;
      });
      if (outcome === 'sent' || outcome === 'failed') total[outcome] += 1;
      return 'done';
    });
  }
  return total;
}

const toTopic = ({ alertId, phase }: Pick<News, 'alertId' | 'phase'>) =>
  ({ about: 'alerts', key: `${alertId} ${phase}` }) as const;

/** What began or ended lately and no snooze keeps quiet, the oldest first. What ended before it was noticed is told of once. */
async function listNews(db: Db, now: Date): Promise<News[]> {
  const since = new Date(now.getTime() - NEWS_MS).toISOString();
  const rows = await db
    .selectFrom('alert')
    .select(['tenantId', 'alertId', 'kind', 'createdAt', 'closedAt'])
    .where('snoozeId', 'is', null)
    .where(({ eb, or }) => or([eb('createdAt', '>', since), eb('closedAt', '>', since)]))
    .orderBy('alertId')
    .execute();
  return rows.flatMap(({ kind, closedAt, ...row }): News[] => {
    const isOver = (kind === 'spike' || kind === 'drop') && closedAt !== null && closedAt !== row.createdAt;
    return [
      ...(row.createdAt > since ? [{ ...row, phase: 'began' as const }] : []),
      ...(isOver && closedAt > since ? [{ ...row, phase: 'over' as const }] : []),
    ];
  });
}

/** Who has to be told now. */
async function listTold(db: Db, news: News, now: Date): Promise<Receiver[]> {
  const { tenantId, alertId, phase, createdAt: createdBy } = news;
  const filter = { tenantId, createdBy, dueKey: toTopic(news).key };
  const receivers = await listReceivers(db, 'alerts', now, filter);
  if (phase === 'began' || receivers.length === 0) return receivers;
  const heard = await db
    .selectFrom('delivery')
    .select(['receiverKind', 'receiverId'])
    .where('tenantId', '=', tenantId)
    .where('about', '=', 'alerts')
    .where('deliveryKey', '=', toTopic({ alertId, phase: 'began' }).key)
    .where('sentAt', 'is not', null)
    .execute();
  return receivers.filter(({ kind, id }) =>
    heard.some(({ receiverKind, receiverId }) => receiverKind === kind && receiverId === id),
  );
}

/** What to say to a scope, asked once for all who may see the same; null if there is nothing. */
function keep({ db, pagesUrl }: DeliveryServices, { alertId, phase }: News) {
  const kept = new Map<string, Promise<Alert | null>>();
  return async ({ tenantName: name, access, groupId }: Scope) => {
    const key = JSON.stringify([groupId, access.repositoryIds]);
    const found = kept.get(key) ?? readAlert(db, { access, groupId }, alertId);
    kept.set(key, found);
    const alert = await found;
    const isSilent = alert === null || (phase === 'over' && isUntold(alert));
    if (isSilent) return null;
    const tenant = { tenantId: access.tenantId, name };
    return { message: toAlertMessage(alert, { tenant, phase, pagesUrl }), toMail: null };
  };
}

/** Nothing is known of its end. */
const isUntold = ({ ending, changes }: Alert) =>
  ending === null || changes.some(({ over }) => over?.reason === 'unknown');

/** The access within the group; null if it sees none of it, or the group is gone. */
async function narrow(db: Db, access: TenantAccess, groupId: number | null): Promise<TenantAccess | null> {
  if (groupId === null) return access;
  try {
    return await inGroup(db, access, groupId);
  } catch (error) {
    if (error instanceof Failure && error.code === 'group_not_found') return null;
    throw error;
  }
}

async function readAlert(
  db: Db,
  { access, groupId }: Pick<Scope, 'access' | 'groupId'>,
  alertId: number,
): Promise<Alert | null> {
  const within = await narrow(db, access, groupId);
  if (within === null) return null;
  const sight = await toAlertSight(db, within);
  const rows = await selectAlerts(db, sight)
    .select(ALERT_COLUMNS)
    .where('alert.alertId', '=', alertId)
    .execute();
  const [alert] = await toAlerts(db, sight, rows);
  return alert ?? null;
}
