import { serveJob } from '../lib/app.ts';
import { deleteOldProblems } from '../lib/problems/watch.ts';
import { deleteOldRuns } from '../lib/runs/end.ts';
import { fanOut, openFanOut, parseOrder } from '../lib/runs/fan-out.ts';

/** Enough for the next minute to come, when this one's activations are used up. */
const RESERVE_MS = 75_000;
/** How long before the activation's end no more is deleted. */
const LAST_MS = 20_000;

/**
 * What the alarm starts: a run for every tenant with repositories that are due; once all have had their turn, logs are
 * deleted that are kept no longer. Answers which runs, and how many repositories they have.
 */
export const main = serveJob(async (services) => {
  const { db, clock, activation } = services;
  const order = parseOrder(activation.parameters, 'due', clock());
  const fanned = await fanOut(openFanOut(services, RESERVE_MS), order, 'collect');
  if (fanned.handedOver) return { ...fanned };
  const isTime = () => activation.deadline.getTime() - Date.now() > LAST_MS;
  const oldRuns = await deleteOldRuns(db, { now: clock(), isTime });
  return { ...fanned, deleted: { runs: oldRuns, problems: await deleteOldProblems(db, clock()) } };
});
