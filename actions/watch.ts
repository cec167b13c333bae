import { serveJob } from '../lib/app.ts';
import { sendNotices } from '../lib/problems/notices.ts';
import { watchProblems } from '../lib/problems/watch.ts';

/** How long before the activation's end nothing more is sent. */
const RESERVE_MS = 30_000;

/** What an alarm of its own starts: notes what needs a person, and tells the channels. Needs no collection to have run. */
export const main = serveJob(async (services) => {
  const { db, clock, config, activation } = services;
  const changes = await watchProblems(db, clock());
  const isTime = () => activation.deadline.getTime() - Date.now() > RESERVE_MS;
  return { ...changes, ...(await sendNotices({ ...services, pagesUrl: config.pagesUrl, isTime })) };
});
