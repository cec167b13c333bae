import { addDays, type Day, daysBetween, daysFrom } from '../../lib/day.ts';
import { checkStored, type StoredDay, show } from './check-stored.ts';
import type { Evidence } from './evidence.ts';
import { type ExpectedDay, settledThrough, stateOfUnread, toExpectedDays } from './expected.ts';
import { frozenAfter } from './freeze.ts';
import { hasDays } from './ledger.ts';
import { isInOutage } from './outage.ts';
import type { Campaign } from './parts.ts';
import type { Tracked } from './world.ts';

/** Compares every day with GitHub's answers and with what really happened. Returns how many. */
export async function checkDays(
  campaign: Campaign,
  all: readonly Evidence[],
): Promise<{ problems: string[]; compared: number }> {
  const { problems, compared, storedOf } = await checkStored(campaign, all);
  for (const evidence of all) {
    const { tracked, repositoryId, readings } = evidence;
    const complain = (text: string) => void problems.push(`${tracked.name}: ${text}`);
    checkReadings(campaign, evidence, complain);
    checkSaved(campaign, evidence, storedOf(repositoryId), complain);
    await checkShown(campaign, evidence, toExpectedDays(readings), complain);
  }
  return { problems, compared };
}

/**
 * The log and GitHub's own record must agree: no success unless GitHub gave days, and always a success if GitHub answered
 * everything and nothing was killed or cut.
 */
function checkReadings(campaign: Campaign, evidence: Evidence, complain: (text: string) => void): void {
  const { said, readings, invented } = evidence;
  for (const at of invented) complain(`the log has a success at ${at}, for which GitHub gave no days`);
  const known = new Set(readings.map(({ at }) => at));
  for (const reading of said)
    if (
      hasDays(reading) &&
      reading.failures === 0 &&
      !campaign.harmed.has(reading.at) &&
      !known.has(reading.at)
    )
      complain(`GitHub answered everything at ${reading.at}, and nothing came of it`);
}

/** Every day that a calm day could have saved is final, whatever the log says, even after 12 days without an alarm. */
function checkSaved(
  campaign: Campaign,
  { tracked, readings }: Evidence,
  stored: ReadonlyMap<Day, StoredDay>,
  complain: (text: string) => void,
): void {
  const sure = listSureDays(campaign, tracked.addedOn).filter((day) => !isInOutage(campaign, tracked, day));
  const collected = new Set(readings.map(({ at }) => at.slice(0, 10)));
  for (const day of sure) if (!collected.has(day)) complain(`it was not collected on ${day}, which was calm`);
  const first = sure[0] ?? tracked.addedOn;
  const last = sure.at(-1) ?? tracked.addedOn;
  for (const day of daysFrom(addDays(first, -12), last)) {
    const isSaved = sure.some((reading) => isFinalAt(campaign, tracked, day, reading));
    const state = stored.get(day)?.state;
    if (isSaved && state !== 'measured' && state !== 'zero')
      complain(`${day} could have been saved, and is ${state ?? 'missing'}`);
  }
}

/** Whether a collection at 08:00 of a day makes another day final. */
function isFinalAt({ plan }: Campaign, { tenant }: Tracked, day: Day, reading: Day): boolean {
  const age = daysBetween(day, reading);
  if (tenant.served.answers === 'sparse')
    return day <= settledThrough(`${reading}T08:00:00.000Z`) && age <= 12;
  const stopped = frozenAfter(plan, reading);
  const newest = stopped ?? addDays(reading, -1);
  return day <= newest && daysBetween(day, newest) < 14;
}

/** Days on which nothing prevents collecting a repository: calm days after a calm or silent day. */
function listSureDays({ plan }: Campaign, addedOn: Day): Day[] {
  return plan.days.flatMap(({ day, mood }, index) => {
    const before = plan.days[index - 1];
    return mood === 'calm' && before?.mood !== 'disturbed' && day >= addedOn ? [day] : [];
  });
}

interface Shown {
  buckets: Day[];
  series: Record<'viewCount' | 'viewUniques' | 'cloneCount' | 'cloneUniques', (number | null)[]> & {
    state: string[];
  };
  lostDays: Day[];
}

/** What the API shows: stored days unchanged, all others as not published, lost, or before the first. */
async function checkShown(
  campaign: Campaign,
  { tracked, repositoryId, readings }: Evidence,
  expected: ReadonlyMap<Day, ExpectedDay>,
  complain: (text: string) => void,
): Promise<void> {
  const { plan, installation } = campaign;
  const from = addDays(plan.days[0]?.day ?? '', -20);
  const to = plan.days.at(-1)?.day ?? '';
  const path = `/stats/${tracked.tenant.tenantId}/${repositoryId}?from=${from}&to=${to}&by=day`;
  const { status, body } = await installation.as('ada@example.com')('GET', path);
  if (status !== 200) return complain(`${path} answered ${status}`);
  const { buckets, series, lostDays } = body as Shown;
  const lost: Day[] = [];
  for (const [place, day] of buckets.entries()) {
    const { viewCount, viewUniques, cloneCount, cloneUniques, state } = series;
    const figures = [viewCount, viewUniques, cloneCount, cloneUniques].map((column) => column[place] ?? null);
    const unread = { state: stateOfUnread(day, readings, to), figures: [null, null, null, null] };
    const must = expected.get(day) ?? unread;
    if (must.state === 'lost') lost.push(day);
    const is = { state: state[place] ?? '', figures };
    if (show(is) !== show(must)) complain(`${day} is shown as ${show(is)} instead of ${show(must)}`);
  }
  if (lostDays.join() !== lost.join()) complain(`lost days are shown as ${lostDays}, not ${lost}`);
}
