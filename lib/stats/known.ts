import type { Known } from '../answers/stats.ts';
import { addDays, type Day, daysFrom } from '../day.ts';
import type { Db } from '../db/database.ts';
import { listDayStates, type RepositoryKey } from '../traffic/tables.ts';
import { type DayState, type Standpoint, stateOfMissing } from '../traffic/window.ts';

/** What is known of each day of a repository since its first one, through `today`. */
export async function readKnown(
  db: Db,
  key: RepositoryKey,
  standpoint: Pick<Standpoint, 'firstCoveredDate' | 'publishedThrough' | 'forgottenBefore'>,
  today: Day,
): Promise<Known> {
  const rows = await listDayStates(db, key);
  const first = [rows[0]?.trafficDate, standpoint.firstCoveredDate].filter((day) => day != null).sort()[0];
  const spans: Known['spans'] = [];
  const known: Known = { spans, knownDays: rows.length, publishedDays: rows.length };
  if (first === undefined) return known;
  const stored = new Map(rows.map(({ trafficDate, state }) => [trafficDate, state]));
  for (const date of daysFrom(first, today)) {
    const state = merged(stored.get(date) ?? stateOfMissing(date, standpoint, today));
    if (state === 'lost') known.publishedDays += 1;
    const last = spans.at(-1);
    if (last?.state === state && addDays(last.to, 1) === date) last.to = date;
    else spans.push({ state, from: date, to: date });
  }
  return known;
}

/** A measured zero is as well known as any other figure. */
const merged = (state: DayState): DayState => (state === 'zero' ? 'measured' : state);
