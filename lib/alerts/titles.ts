import type { AlertKind } from '../db/tables/alerts.ts';

/** What each kind of alert is called, in messages and on the pages. */
export const ALERT_TITLES: Record<AlertKind, string> = {
  spike: 'Spike',
  drop: 'Drop',
  referrer: 'New referrer',
  milestone: 'Milestone',
};
