import { requireInitialized } from './db/schema.ts';
import type { DeliveryServices } from './deliveries/attempt.ts';
import type { Content } from './deliveries/content.ts';
import type { Scope } from './deliveries/receivers.ts';
import { deliverToAll } from './deliveries.ts';
import { toReportMail } from './reports/mail.ts';
import { toReportMessage } from './reports/message.ts';
import { type DueReport, dueReports } from './reports/period.ts';
import { drawChart } from './reports/picture.ts';
import { readReport } from './reports/report.ts';
import { judgeSilence } from './traffic/silence.ts';

/**
 * Sends the newest due weekly and monthly report to everybody who takes them and did not get them. A failed report is retried
 * until the next one is due. The first report is about the period after a receiver was added. Throws `not_initialized` and
 * `schema_mismatch`.
 */
export async function sendReports(services: DeliveryServices): Promise<{ sent: number; failed: number }> {
  const { db, clock, pagesUrl, mailer, isTime } = services;
  await requireInitialized(db);
  const total = { sent: 0, failed: 0 };
  let isJudged = false;

  async function read({ period }: DueReport, { tenantName: name, access, groupId }: Scope): Promise<Content> {
    // Runs may have read silent days since the watchdog's last round.
    if (!isJudged) await judgeSilence(db, clock());
    isJudged = true;
    const { tenantId } = access;
    const subject = { tenant: { tenantId, name }, groupId, access };
    const report = await readReport(db, subject, period, clock());
    // Without a mail server nobody needs the picture, which takes longest.
    const toMail = mailer === null ? null : toReportMail(report, pagesUrl, await drawChart(report));
    return { message: toReportMessage(report, pagesUrl), toMail };
  }

  for (const due of dueReports(clock())) {
    if (!isTime()) break;
    const { about, period, dueAt } = due;
    const { sent, failed } = await deliverToAll(
      services,
      { about, key: period.from },
      { createdBy: dueAt.toISOString() },
      (scope) => read(due, scope),
    );
    total.sent += sent;
    total.failed += failed;
  }
  return total;
}
