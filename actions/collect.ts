import { serveJob } from '../lib/app.ts';
import { fanOut, openFanOut } from '../lib/runs/fan-out.ts';
import { parseOrder } from '../lib/runs/fan-out-order.ts';

/** Enough for the next minute to come, when this one's activations are used up. */
const RESERVE_MS = 75_000;

/**
 * What the alarm starts: a run for every tenant with repositories that are due. Answers which runs, and how many
 * repositories they have.
 */
export const main = serveJob(async (services) => {
  const order = parseOrder(services.activation.parameters, 'due', services.clock());
  return { ...(await fanOut(openFanOut(services, RESERVE_MS), order, 'collect')) };
});
