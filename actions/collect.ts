import { openActivations } from '../lib/activations.ts';
import { serveJob } from '../lib/app.ts';
import { startAllRuns } from '../lib/run-start.ts';

/** How long before the activation's end nothing is waited for any more. */
const RESERVE_MS = 30_000;

/** What the alarm starts: a run for every tenant with repositories that are due. Answers how many, and which runs. */
export const main = serveJob(async ({ db, clock, activation }) => {
  const activations = openActivations(() => activation.deadline.getTime() - Date.now() - RESERVE_MS);
  return { ...(await startAllRuns({ db, activations, now: clock() }, null)) };
});
