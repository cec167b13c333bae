import type { Alert, AlertChange } from '../answers/alerts.ts';
import type { ShownDay } from '../day-address.ts';
import type { AlertKind } from '../db/tables/alerts.ts';

/** What each kind of alert is called, in messages and on the pages. */
export const ALERT_TITLES: Record<AlertKind, string> = {
  spike: 'Spike',
  drop: 'Drop',
  referrer: 'New referrer',
  milestone: 'Milestone',
};

/** The name of what changed, as far as the reader may see it. */
export function nameOf({ repository, group }: AlertChange): string {
  return repository?.fullName ?? group?.name ?? '';
}

/** Whether an alert is about more than one repository or group, so that each has to be named. */
export function isOfSeveral(changes: readonly AlertChange[]): boolean {
  return new Set(changes.map(nameOf)).size > 1;
}

/** The only repository that an alert is about; null if it is about several, or about a group. */
export function onlyRepositoryOf({
  changes,
  changeCount,
}: Pick<Alert, 'changes' | 'changeCount'>): AlertChange['repository'] {
  const ids = new Set(changes.map(({ repository }) => repository?.repositoryId ?? null));
  return ids.size === 1 && changeCount <= changes.length ? (changes[0]?.repository ?? null) : null;
}

/** Where the pages show an alert: its day, of its repository, its group or all. */
export function toAlertDay(alert: Alert): ShownDay {
  return {
    date: alert.date,
    repositoryId: onlyRepositoryOf(alert)?.repositoryId ?? null,
    groupId: alert.changes[0]?.group?.groupId ?? null,
  };
}
