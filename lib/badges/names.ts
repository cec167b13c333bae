/** What a badge can show. */
export const BADGE_METRICS = ['views', 'uniques', 'clones', 'stars', 'downloads'] as const;
type BadgeMetric = (typeof BADGE_METRICS)[number];

/** The numbers of days that a badge can show, up to today; `all` is everything known. */
export const BADGE_LENGTHS = [7, 14, 30] as const;
export type BadgeDays = (typeof BADGE_LENGTHS)[number] | 'all';

/** The styles of shields.io that show a color. */
export const BADGE_STYLES = ['flat', 'flat-square', 'plastic', 'for-the-badge'] as const;

export const MAX_BADGE_LABEL = 40;

/** What tells the badges of a share apart. */
interface BadgeKey {
  metric: BadgeMetric;
  days: BadgeDays;
}

/** The badge's name within its share, such as 'views-30': `.svg` is the picture, `.json` is for shields.io. */
export function badgeName({ metric, days }: BadgeKey): string {
  return `${metric}-${days}`;
}

/** The label that a badge has at first, such as 'views, 30 days'. */
export function defaultLabel({ metric, days }: BadgeKey): string {
  const name = metric === 'uniques' ? 'unique visitors' : metric;
  if (days !== 'all') return `${name}, ${days} days`;
  return metric === 'stars' || metric === 'downloads' ? name : `${name}, all time`;
}
