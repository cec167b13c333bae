import { serveJob } from '../lib/app.ts';
import { sendReports } from '../lib/reports.ts';

/** How long before the activation's end nothing more is sent. */
const RESERVE_MS = 30_000;

/** What an alarm starts on Mondays, and every hour for what failed: the report of the week that ended. */
export const main = serveJob(async (services) => {
  const { config, activation } = services;
  const isTime = () => activation.deadline.getTime() - Date.now() > RESERVE_MS;
  return { ...(await sendReports({ ...services, pagesUrl: config.pagesUrl, isTime })) };
});
