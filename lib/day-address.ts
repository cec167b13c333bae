import { addDays, type Day } from './day.ts';

/** A day, or a span of days, on the pages. */
export interface ShownDay {
  date: Day;
  /** The last day of a span. */
  to?: Day;
  /** On the repository's page; null: on the overview. */
  repositoryId: number | null;
  /** Only this group, on the overview. */
  groupId: number | null;
}

/** Days before and after the day that are shown with it. */
const DAYS_BEFORE = 27;
const DAYS_AFTER = 7;

/** The query of an address that has a day open, with the days around it. */
export function toDayQuery({ date, to = date, repositoryId, groupId }: ShownDay): URLSearchParams {
  const query = new URLSearchParams({
    from: addDays(date, -DAYS_BEFORE),
    to: addDays(to, DAYS_AFTER),
    day: date,
  });
  if (repositoryId === null && groupId !== null) query.set('group', String(groupId));
  return query;
}

/** The address of the page that has a day open, with the days around it. `tenantUrl` is the tenant's overview. */
export function toDayAddress(tenantUrl: string, day: ShownDay): string {
  const { repositoryId } = day;
  const page = repositoryId === null ? tenantUrl : `${tenantUrl}/r/${repositoryId}`;
  return `${page}?${toDayQuery(day)}`;
}
