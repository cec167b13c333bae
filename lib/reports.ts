import type { Transaction } from 'kysely';
import { claimedUntil, type DeliveryServices, deliver } from './channels/delivery.ts';
import type { ChannelKey } from './channels/sending.ts';
import type { Day } from './day.ts';
import type { Db } from './db/database.ts';
import { inTransaction } from './db/portable.ts';
import { requireInitialized } from './db/schema.ts';
import type { Tables } from './db/tables.ts';
import { toReportMessage } from './reports/message.ts';
import { dueAt, dueWeek, readWeekReport } from './reports/week.ts';
import { judgeSilence } from './traffic/silence.ts';

/**
 * Sends the newest due report to every channel that takes reports and did not get it. A report is claimed before it is sent,
 * so starting this twice sends nothing twice. A failed report is retried until the next week's is due. It arrives twice only
 * if the activation ends between the channel's answer and the note of it. A channel's first report is about the week after
 * it was added. Throws `not_initialized` and `schema_mismatch`.
 */
export async function sendReports(services: DeliveryServices): Promise<{ sent: number; failed: number }> {
  const { db, clock, isTime } = services;
  await requireInitialized(db);
  const week = dueWeek(clock());
  const total = { sent: 0, failed: 0 };
  const pending = await listPending(db, week);
  // Runs may have read silent days since the watchdog's last round.
  if (pending.length > 0) await judgeSilence(db, clock());
  for (const channel of pending) {
    if (!isTime()) break;
    const outcome = await sendReport(services, channel, week);
    if (outcome) total[outcome] += 1;
  }
  return total;
}

interface Receiver extends ChannelKey {
  tenantName: string;
  groupId: number | null;
}

async function listPending(db: Db, week: Day): Promise<Receiver[]> {
  return (
    db
      .selectFrom('channel as c')
      .innerJoin('tenant as t', 't.tenantId', 'c.tenantId')
      .leftJoin('reportSending as r', (join) =>
        join
          .onRef('r.tenantId', '=', 'c.tenantId')
          .onRef('r.channelId', '=', 'c.channelId')
          .on('r.weekStart', '=', week),
      )
      .leftJoin('repositoryGroup as g', (join) =>
        join.onRef('g.tenantId', '=', 'c.tenantId').onRef('g.groupId', '=', 'c.groupId'),
      )
      .select(['c.tenantId', 'c.channelId', 't.name as tenantName', 'c.groupId'])
      .where('c.contents', '<>', 'problems')
      .where('c.createdAt', '<=', dueAt(week).toISOString())
      .where('r.sentAt', 'is', null)
      // Of a group that was deleted there is nothing to report; the whole tenant would be more than was asked for.
      .where((eb) => eb.or([eb('c.groupId', 'is', null), eb('g.groupId', 'is not', null)]))
      .orderBy('c.tenantId')
      .orderBy('c.channelId')
      .execute()
  );
}

async function sendReport(
  services: DeliveryServices,
  { tenantName: name, groupId, ...key }: Receiver,
  week: Day,
): Promise<'sent' | 'failed' | null> {
  const { db, clock, pagesUrl } = services;
  const attempts = await inTransaction(db, (trx) => claim(trx, key, week, clock()));
  if (attempts === null) return null;
  return deliver(services, key, {
    attempts,
    toMessage: async () => {
      const report = await readWeekReport(db, { tenantId: key.tenantId, name, groupId }, week, clock());
      return toReportMessage(report, pagesUrl);
    },
    note: (tried) => updateSending(db, key, week).set(tried).execute(),
  });
}

const updateSending = (db: Db, { tenantId, channelId }: ChannelKey, week: Day) =>
  db
    .updateTable('reportSending')
    .where('tenantId', '=', tenantId)
    .where('channelId', '=', channelId)
    .where('weekStart', '=', week);

/** The number of attempts, including this one. Null if it is claimed by another or must wait. Locks the channel. */
async function claim(
  trx: Transaction<Tables>,
  key: ChannelKey,
  week: Day,
  now: Date,
): Promise<number | null> {
  const channel = await trx
    .selectFrom('channel')
    .select('channelId')
    .where('tenantId', '=', key.tenantId)
    .where('channelId', '=', key.channelId)
    .forUpdate()
    .executeTakeFirst();
  if (!channel) return null;
  const known = await trx
    .selectFrom('reportSending')
    .select(['attempts', 'dueAt', 'sentAt'])
    .where('tenantId', '=', key.tenantId)
    .where('channelId', '=', key.channelId)
    .where('weekStart', '=', week)
    .executeTakeFirst();
  const until = claimedUntil(now);
  if (!known) {
    const row = { ...key, weekStart: week, attempts: 1, dueAt: until };
    await trx.insertInto('reportSending').values(row).execute();
    return 1;
  }
  if (known.sentAt !== null || (known.dueAt ?? '') > now.toISOString()) return null;
  const attempts = known.attempts + 1;
  await updateSending(trx, key, week).set({ attempts, dueAt: until }).execute();
  return attempts;
}
