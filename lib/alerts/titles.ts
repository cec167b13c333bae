import type { AlertChange } from '../answers/alerts.ts';
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
