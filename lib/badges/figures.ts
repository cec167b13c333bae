import type { TenantAccess } from '../access.ts';
import type { Totals } from '../answers/figures.ts';
import { addDays, toDay } from '../day.ts';
import type { Db } from '../db/database.ts';
import { readTogether, readTraffic } from '../stats/overview.ts';
import { listNewestWindows } from '../traffic/tables.ts';
import type { BadgeDays } from './names.ts';

/** What is known of some days, or of all time. */
export interface BadgeFigures {
  totals: Totals;
  /** GitHub's own count of the visitors of 14 days; null for other days, for several repositories, and if it is not recent. */
  exactUniques: number | null;
  stars: { total: number | null; gained: number | null };
  downloads: { total: number | null; gained: number | null };
}

/** The figures of each length that was asked for. */
export type BadgeSource = ReadonlyMap<BadgeDays, BadgeFigures>;

/** GitHub's count is as old as its last answer. An older one than this is of other days. */
const MAX_WINDOW_AGE = 3;

/** The figures of the repositories in scope together, the same as the pages', for each length once. */
export async function readBadgeSource(
  db: Db,
  access: TenantAccess,
  lengths: Iterable<BadgeDays>,
  now: Date,
): Promise<BadgeSource> {
  const source = new Map<BadgeDays, BadgeFigures>();
  for (const days of new Set(lengths)) {
    const range = days === 'all' ? 'all' : (String(days) as '7' | '14' | '30');
    const found = await readTraffic(db, access, { range, compare: 'none' }, now);
    const { totals, stars, downloads } = await readTogether(db, access, found);
    const [only, ...others] = found.rows;
    const exactUniques =
      days === 14 && only && others.length === 0 ? await readExactUniques(db, access, only, now) : null;
    source.set(days, { totals, exactUniques, stars, downloads });
  }
  return source;
}

async function readExactUniques(
  db: Db,
  { tenantId }: TenantAccess,
  { repositoryId }: { repositoryId: number },
  now: Date,
): Promise<number | null> {
  const today = toDay(now);
  const [newest] = await listNewestWindows(db, { tenantId, repositoryId }, today);
  return newest && newest.observedDate >= addDays(today, -MAX_WINDOW_AGE) ? newest.viewUniques : null;
}
