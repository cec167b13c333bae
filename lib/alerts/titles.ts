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

/** Where the pages show an alert: its day, of its repository, its group or all. */
export function toAlertDay({ date, changes, changeCount }: Alert): ShownDay {
  const [first] = changes;
  const repositories = new Set(changes.map(({ repository }) => repository?.repositoryId ?? null));
  const isOfOne = repositories.size === 1 && changeCount <= changes.length;
  return {
    date,
    repositoryId: (isOfOne && first?.repository?.repositoryId) || null,
    groupId: first?.group?.groupId ?? null,
  };
}
