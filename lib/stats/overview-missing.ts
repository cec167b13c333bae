import { type RawBuilder, sql } from 'kysely';
import type { TenantAccess } from '../access.ts';
import { addDays, type Day, type DaySpan, toDayNumber } from '../day.ts';
import type { Db } from '../db/database.ts';
import { sqlGivesTraffic } from '../repositories/repository.ts';
import type { MissingSpans } from '../traffic/window.ts';
import { coverage, type Span, selectNamedDays } from './scope.ts';

/** A repository, and its days that are lost, or can still come, where nothing is stored. */
export interface Counted {
  repositoryId: number;
  missing: MissingSpans;
}

/** The first and last day that is stored of a repository. */
export interface StoredSpan {
  repositoryId: number;
  firstDate: Day;
  lastDate: Day;
}

/**
 * The day on which the lost days of most repositories end, and days begin that can still come. It tells of a stored day, by its
 * date alone, what would be if it were not stored. The repositories for which it is wrong are exceptions. They are few: others
 * stand where GitHub does, and have no days from before they were collected.
 */
export function commonEdge(repositories: readonly Counted[]): Day {
  const counts = new Map<number, number>();
  for (const { missing } of repositories) counts.set(missing.lost[1], (counts.get(missing.lost[1]) ?? 0) + 1);
  const [most] = [...counts].sort(([, one], [, other]) => other - one);
  return addDays('1970-01-01', most ? most[0] + 1 : 0);
}

/** The ids of the repositories with stored days for which the edge is wrong. */
export function listExceptions(
  repositories: readonly Counted[],
  stored: readonly StoredSpan[],
  edge: Day,
): number[] {
  const missing = new Map(repositories.map((one) => [one.repositoryId, one.missing]));
  const isRight = ({ repositoryId, firstDate, lastDate }: StoredSpan) => {
    const spans = missing.get(repositoryId);
    const days = [toDayNumber(firstDate), toDayNumber(lastDate)] as const;
    return spans === undefined || isRightFor(days, spans, toDayNumber(edge));
  };
  return stored.filter((one) => !isRight(one)).map(({ repositoryId }) => repositoryId);
}

function isRightFor([first, last]: DaySpan, { lost, coming }: MissingSpans, edge: number): boolean {
  const isLostBefore = first >= edge || (lost[0] <= first && Math.min(last, edge - 1) <= lost[1]);
  const canComeFrom = last < edge || (coming[0] <= Math.max(first, edge) && last <= coming[1]);
  return isLostBefore && canComeFrom;
}

/** How many days are stored that would be lost, of each of these repositories that has any in the span. */
export async function countCovered(db: Db, exceptions: TenantAccess, span: Span, today: Day) {
  if (exceptions.repositoryIds?.length === 0) return new Map<number, number>();
  const rows = await selectNamedDays(db, exceptions, span)
    .select('d.repositoryId')
    .select(countIf(coverage(today).isCovered).as('coveredDays'))
    .groupBy('d.repositoryId')
    .execute();
  return new Map(rows.map(({ repositoryId, coveredDays }) => [repositoryId, coveredDays]));
}

/** The same by day, of all these repositories together, with the days that could still come. */
export async function countByDay(db: Db, exceptions: TenantAccess, span: Span, today: Day) {
  if (exceptions.repositoryIds?.length === 0) return [];
  const { isCovered, isShown } = coverage(today);
  return selectNamedDays(db, exceptions, span)
    .select('d.trafficDate as date')
    .select(({ fn }) => fn.countAll<number>().as('knownDays'))
    .select([
      countIf(isCovered).as('coveredDays'),
      countIf(sql`${isShown} and ${sqlGivesTraffic}`).as('shownDays'),
    ])
    .groupBy('d.trafficDate')
    .execute();
}

/** SQL that counts the rows for which a condition holds. */
export const countIf = (condition: RawBuilder<unknown>) =>
  sql<number>`count(case when ${condition} then 1 end)`;
