import { openActivations } from '../lib/activations.ts';
import { serveJob } from '../lib/app.ts';
import { startAllRuns } from '../lib/run-start.ts';

/** What the alarm starts: a run for every tenant with repositories that are due. Answers how many, and which runs. */
export const main = serveJob(async ({ db, clock }) => ({
  ...(await startAllRuns({ db, activations: openActivations(), now: clock() }, null)),
}));
