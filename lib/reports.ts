import { requireInitialized } from './db/schema.ts';
import type { DeliveryServices } from './deliveries/attempt.ts';
import type { Content } from './deliveries/content.ts';
import type { Scope } from './deliveries/receivers.ts';
import { deliverToAll } from './deliveries.ts';
import { toReportMessage } from './reports/message.ts';
import { dueAt, dueWeek, readWeekReport } from './reports/week.ts';
import { judgeSilence } from './traffic/silence.ts';

/**
 * Sends the newest due report to everybody who takes reports and did not get it. A failed report is retried until the next week's
 * is due. The first report is about the week after a channel was added. Throws `not_initialized` and `schema_mismatch`.
 */
export async function sendReports(services: DeliveryServices): Promise<{ sent: number; failed: number }> {
  const { db, clock, pagesUrl } = services;
  await requireInitialized(db);
  const week = dueWeek(clock());
  let isJudged = false;

  async function toContent({ tenantName: name, access, groupId }: Scope): Promise<Content> {
    // Runs may have read silent days since the watchdog's last round.
    if (!isJudged) await judgeSilence(db, clock());
    isJudged = true;
    const report = await readWeekReport(db, { ...access, name, groupId }, week, clock());
    return { message: toReportMessage(report, pagesUrl), mail: null };
  }

  const topic = { about: 'weekly', key: week } as const;
  return deliverToAll(services, topic, { createdBy: dueAt(week).toISOString() }, toContent);
}
