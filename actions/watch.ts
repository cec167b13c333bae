import { judgeAlerts } from '../lib/alerts/judge.ts';
import { sendAlerts } from '../lib/alerts/sending.ts';
import { serveJob } from '../lib/app.ts';
import { withMailer } from '../lib/mail.ts';
import { sendNotices } from '../lib/problems/notices.ts';
import { watchProblems } from '../lib/problems/watch.ts';

/** Stop sending this long before the activation ends. */
const RESERVE_MS = 30_000;

/**
 * Started by its own alarm, so it works even if nothing is collected. Stores current problems and alerts about traffic, and tells
 * those who take them.
 */
export const main = serveJob(async (services) => {
  const { db, clock, config, activation } = services;
  const changes = await watchProblems(db, clock());
  const isTime = () => activation.deadline.getTime() - Date.now() > RESERVE_MS;
  const told = await withMailer(services, async (mailing) => {
    const sending = { ...mailing, pagesUrl: config.pagesUrl, isTime };
    const notices = await sendNotices(sending);
    // After the problems: they find the silent days, which are not judged.
    const judged = await judgeAlerts(db, { now: clock(), isTime });
    const alerts = await sendAlerts(sending);
    return { ...judged, sent: notices.sent + alerts.sent, failed: notices.failed + alerts.failed };
  });
  return { ...changes, ...told };
});
