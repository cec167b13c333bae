import { serveJob } from '../lib/app.ts';
import { closeAbandoned } from '../lib/runs/end.ts';
import { fanOut, openFanOut, parseOrder } from '../lib/runs/fan-out.ts';

/** Enough to wait for the next minute once this one's activations are used up. */
const RESERVE_MS = 75_000;

/**
 * Started by the hourly alarm. Closes abandoned runs, then starts a run for every tenant that the daily alarm missed.
 * Usually there is nothing to do, which takes two statements.
 */
export const main = serveJob(async (services) => {
  const { db, clock, activation } = services;
  const order = parseOrder(activation.parameters, 'unfinished', clock());
  const closed = await closeAbandoned(db, clock());
  return { closed, ...(await fanOut(openFanOut(services, RESERVE_MS), order, 'sweep')) };
});
