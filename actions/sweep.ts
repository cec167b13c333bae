import { openActivations } from '../lib/activations.ts';
import { serveJob } from '../lib/app.ts';
import { closeAbandoned } from '../lib/runs/end.ts';
import { fanOut, openFanOut, parseOrder } from '../lib/runs/fan-out.ts';
import { hasShares, startPublicationOfAll } from '../lib/shares/start.ts';

/** Enough to wait for the next minute once this one's activations are used up. */
const RESERVE_MS = 75_000;

/** The hour of the day (UTC) in which shared files are looked after in any case: some may be left of a tenant that was deleted. */
const CLEANING_HOUR = 4;

/**
 * Started by the hourly alarm. Closes abandoned runs, then starts a run for every tenant that the daily alarm missed, and at its
 * end the publication of what is shared. Usually there is nothing to do, which takes three statements.
 */
export const main = serveJob(async (services) => {
  const { db, clock, config, activation } = services;
  const order = parseOrder(activation.parameters, 'unfinished', clock());
  const closed = await closeAbandoned(db, clock());
  const started = await fanOut(openFanOut(services, RESERVE_MS), order, 'sweep');
  if ((await hasShares(db)) || clock().getUTCHours() === CLEANING_HOUR)
    await startPublicationOfAll(openActivations(config.openwhisk));
  return { closed, ...started };
});
