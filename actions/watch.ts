import { serveJob } from '../lib/app.ts';
import { withMailer } from '../lib/mail.ts';
import { sendNotices } from '../lib/problems/notices.ts';
import { watchProblems } from '../lib/problems/watch.ts';

/** Stop sending this long before the activation ends. */
const RESERVE_MS = 30_000;

/** Started by its own alarm, so it works even if nothing is collected. Stores current problems and notifies channels. */
export const main = serveJob(async (services) => {
  const { db, clock, config, activation } = services;
  const changes = await watchProblems(db, clock());
  const isTime = () => activation.deadline.getTime() - Date.now() > RESERVE_MS;
  const sent = await withMailer(services, (sending) =>
    sendNotices({ ...sending, pagesUrl: config.pagesUrl, isTime }),
  );
  return { ...changes, ...sent };
});
