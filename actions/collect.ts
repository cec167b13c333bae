import { deleteOldAlerts } from '../lib/alerts/judge.ts';
import { serveJob } from '../lib/app.ts';
import { deleteOldAudit } from '../lib/audit.ts';
import { deleteOldDeliveries } from '../lib/deliveries/records.ts';
import { deleteOldKeys } from '../lib/keys.ts';
import { deleteUnansweredAddresses } from '../lib/mail-addresses.ts';
import { deleteOldProblems } from '../lib/problems/watch.ts';
import { mayDelete } from '../lib/retention.ts';
import { deleteOldRuns } from '../lib/runs/end.ts';
import { fanOut, openFanOut, parseOrder } from '../lib/runs/fan-out.ts';

/** Enough to wait for the next minute once this one's activations are used up. */
const RESERVE_MS = 75_000;
const NOTHING = { runs: 0, problems: 0, alerts: 0, deliveries: 0, audit: 0, keys: 0, mailAddresses: 0 };
/** Stop deleting this long before the activation ends. */
const STOP_MS = 20_000;

/**
 * Started by the daily alarm. Starts a run for every tenant with due repositories, then deletes logs that are too old.
 * Returns the runs, and how many repositories they have.
 */
export const main = serveJob(async (services) => {
  const { db, clock, activation } = services;
  const order = parseOrder(activation.parameters, 'due', clock());
  const fanned = await fanOut(openFanOut(services, RESERVE_MS), order, 'collect');
  if (fanned.handedOver) return { ...fanned };
  if (!(await mayDelete(db, clock()))) return { ...fanned, deleted: NOTHING };
  const isTime = () => activation.deadline.getTime() - Date.now() > STOP_MS;
  const oldRuns = await deleteOldRuns(db, { now: clock(), isTime });
  const problems = await deleteOldProblems(db, clock());
  const alerts = await deleteOldAlerts(db, clock());
  const deliveries = await deleteOldDeliveries(db, clock());
  const audit = await deleteOldAudit(db, clock());
  const keys = await deleteOldKeys(db, clock());
  const mailAddresses = await deleteUnansweredAddresses(db, clock());
  const logs = { runs: oldRuns, problems, alerts, deliveries, audit };
  return { ...fanned, deleted: { ...logs, keys, mailAddresses } };
});
