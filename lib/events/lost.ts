import { addDays, type Day, daysBetween, daysFrom } from '../day.ts';
import type { Db } from '../db/database.ts';
import { type Standpoint, stateOfMissing } from '../traffic/window.ts';

/** A repository with as many lost days in a span. */
export interface Losing
  extends Pick<Standpoint, 'firstCoveredDate' | 'publishedThrough' | 'forgottenBefore'> {
  repositoryId: number;
  lostDays: number;
}

/** Days in a row that several repositories have lost. */
export interface LostSpan {
  from: Day;
  to: Day;
  repositoryIds: number[];
}

/** Stored days that are read to find lost ones among them. */
const MAX_DAYS = 20_000;

/**
 * The lost days of repositories in a span, newest first: each row of days once, with all repositories that lost exactly these.
 * Reads a bounded number of days, of the repositories that lost most.
 */
export async function listLostSpans(
  db: Db,
  tenantId: number,
  repositories: readonly Losing[],
  { from, to, today }: { from: Day; to: Day; today: Day },
): Promise<LostSpan[]> {
  const losing = repositories
    .filter(({ lostDays }) => lostDays > 0)
    .sort((one, other) => other.lostDays - one.lostDays)
    .slice(0, Math.max(1, Math.floor(MAX_DAYS / (daysBetween(from, to) + 1))));
  if (losing.length === 0) return [];
  const rows = await db
    .selectFrom('trafficDay')
    .select(['repositoryId', 'trafficDate'])
    .where('tenantId', '=', tenantId)
    .where(
      'repositoryId',
      'in',
      losing.map(({ repositoryId }) => repositoryId),
    )
    .where('trafficDate', '>=', from)
    .where('trafficDate', '<=', to)
    .execute();
  const stored = new Map(losing.map(({ repositoryId }) => [repositoryId, new Set<Day>()]));
  for (const { repositoryId, trafficDate } of rows) stored.get(repositoryId)?.add(trafficDate);
  const days = daysFrom(from, to);
  const spans = new Map<string, LostSpan>();
  for (const one of losing) {
    const lost = days.filter(
      (day) => !stored.get(one.repositoryId)?.has(day) && stateOfMissing(day, one, today) === 'lost',
    );
    for (const span of toSpans(lost)) {
      const key = `${span.from} ${span.to}`;
      const same = spans.get(key) ?? { ...span, repositoryIds: [] };
      same.repositoryIds.push(one.repositoryId);
      spans.set(key, same);
    }
  }
  return [...spans.values()].sort((one, other) => (one.from < other.from ? 1 : -1));
}

/** Days, oldest first, as rows of consecutive ones. */
export function toSpans(days: readonly Day[]): { from: Day; to: Day }[] {
  const spans: { from: Day; to: Day }[] = [];
  for (const day of days) {
    const last = spans.at(-1);
    if (last && addDays(last.to, 1) === day) last.to = day;
    else spans.push({ from: day, to: day });
  }
  return spans;
}
