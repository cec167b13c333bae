import type { TenantAccess } from '../access.ts';
import type { Alert } from '../answers/alerts.ts';
import type { Db } from '../db/database.ts';
import type { DeliveryServices } from '../deliveries/attempt.ts';
import { listReceivers, type Receiver, type Scope } from '../deliveries/receivers.ts';
import { deliverTogether } from '../deliveries.ts';
import { Failure } from '../failure.ts';
import { inGroup } from '../groups.ts';
import { workOff } from '../queue.ts';
import { type AlertNews, type AlertPhase, toAlertMessage, toAlertsMessage } from './message.ts';
import { ALERT_COLUMNS, selectAlerts, toAlertSight, toAlerts } from './reading.ts';

/** After this long, an alert is no news: quiet hours and retries are over by then. */
const NEWS_MS = 3 * 86_400_000;
const CONCURRENCY = 5;
/** More than so many at once are told of in one message. */
const MAX_MESSAGES = 3;
/** How many alerts are kept for others who may see the same. */
const MAX_KEPT = 1000;

/** An alert of which somebody may have to be told. */
interface News {
  tenantId: number;
  alertId: number;
  phase: AlertPhase;
  createdAt: string;
}

/**
 * Tells every receiver of alerts once what began and what is over: in one message for each cause, or in a single one if there are many.
 * Receivers learn only of what they may see. Only those who were told that an alert began are told that it is over.
 */
export async function sendAlerts(services: DeliveryServices): Promise<{ sent: number; failed: number }> {
  const { db, clock, isTime, pagesUrl } = services;
  const byTenant = new Map<number, News[]>();
  for (const one of await listNews(db, clock()))
    byTenant.set(one.tenantId, [...(byTenant.get(one.tenantId) ?? []), one]);
  const total = { sent: 0, failed: 0 };
  for (const [tenantId, news] of byTenant) {
    if (!isTime()) break;
    const toNews = keep(db);
    const told = await listToldOf(db, news, clock());
    await workOff(told, { concurrency: CONCURRENCY, isTime }, async ({ receiver, news: due }) => {
      const seen: News[] = [];
      for (const one of due) if ((await toNews(receiver, one)) !== null) seen.push(one);
      const bundles = seen.length > MAX_MESSAGES ? [seen] : seen.map((one) => [one]);
      for (const bundle of bundles) {
        if (!isTime()) break;
        const topics = { about: 'alerts', keys: bundle.map(toKey) } as const;
        const outcome = await deliverTogether(services, receiver, topics, async (scope, keys) => {
          const claimed = bundle.filter((one) => keys.includes(toKey(one)));
          const said: AlertNews[] = [];
          for (const one of claimed) said.push((await toNews(scope, one)) ?? throwChanged());
          const place = { tenant: { tenantId, name: scope.tenantName }, pagesUrl };
          const [first] = said;
          const isOne = first !== undefined && said.length === 1;
          const message = isOne
            ? toAlertMessage(first.alert, { ...place, ...first })
            : toAlertsMessage(said, place);
          return { message, toMail: null };
        });
        if (outcome === 'sent' || outcome === 'failed') total[outcome] += 1;
      }
      return 'done';
    });
  }
  return total;
}

function throwChanged(): never {
  throw new Error('The receiver’s scope changed after it was claimed.');
}

const toKey = ({ alertId, phase }: Pick<News, 'alertId' | 'phase'>) => `${alertId} ${phase}`;

interface Told {
  receiver: Receiver;
  news: News[];
}

/** Who has to be told now, and of what. */
async function listToldOf(db: Db, news: readonly News[], now: Date): Promise<Told[]> {
  const told = new Map<string, Told>();
  for (const one of news)
    for (const receiver of await listTold(db, one, now)) {
      const key = `${receiver.kind} ${receiver.id}`;
      const own = told.get(key) ?? { receiver, news: [] };
      own.news.push(one);
      told.set(key, own);
    }
  return [...told.values()];
}

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
  const filter = { tenantId, createdBy, dueKey: toKey(news) };
  const receivers = await listReceivers(db, 'alerts', now, filter);
  if (phase === 'began' || receivers.length === 0) return receivers;
  const heard = await db
    .selectFrom('delivery')
    .select(['receiverKind', 'receiverId'])
    .where('tenantId', '=', tenantId)
    .where('about', '=', 'alerts')
    .where('deliveryKey', '=', toKey({ alertId, phase: 'began' }))
    .where('sentAt', 'is not', null)
    .execute();
  return receivers.filter(({ kind, id }) =>
    heard.some(({ receiverKind, receiverId }) => receiverKind === kind && receiverId === id),
  );
}

/** What a scope may see of an alert, asked once for all who may see the same; null if there is nothing to say. */
function keep(db: Db) {
  const kept = new Map<string, Promise<Alert | null>>();
  return async ({ access, groupId }: Scope, { alertId, phase }: News): Promise<AlertNews | null> => {
    const key = JSON.stringify([alertId, phase, groupId, access.repositoryIds]);
    const found = kept.get(key) ?? readAlert(db, { access, groupId }, alertId);
    if (kept.size >= MAX_KEPT) kept.clear();
    kept.set(key, found);
    const alert = await found;
    const isSilent = alert === null || (phase === 'over' && isUntold(alert));
    return isSilent ? null : { alert, phase };
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
