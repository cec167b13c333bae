import { serveJob } from '../lib/app.ts';
import { withMailer } from '../lib/mail.ts';
import { sendReports } from '../lib/reports.ts';

/** Stop sending this long before the activation ends. */
const RESERVE_MS = 30_000;

/** Started by an alarm on Mondays, and hourly: sends the reports of the last full week and month that are due. */
export const main = serveJob(async (services) => {
  const { config, activation } = services;
  const isTime = () => activation.deadline.getTime() - Date.now() > RESERVE_MS;
  return withMailer(services, async (sending) => ({
    ...(await sendReports({ ...sending, pagesUrl: config.pagesUrl, isTime })),
  }));
});
