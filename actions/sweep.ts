import { serveJob } from '../lib/app.ts';
import { closeAbandoned } from '../lib/runs/end.ts';
import { fanOut, openFanOut, parseOrder } from '../lib/runs/fan-out.ts';

/** Enough for the next minute to come, when this one's activations are used up. */
const RESERVE_MS = 75_000;

/**
 * What the second alarm starts every hour: closes runs that no activation works on any more, then starts a run for every
 * tenant that an alarm should have collected. Mostly there is nothing to do, which takes two statements.
 */
export const main = serveJob(async (services) => {
  const { db, clock, activation } = services;
  const order = parseOrder(activation.parameters, 'unfinished', clock());
  const closed = await closeAbandoned(db, clock());
  return { closed, ...(await fanOut(openFanOut(services, RESERVE_MS), order, 'sweep')) };
});
