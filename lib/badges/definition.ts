import * as z from 'zod';

/** What a badge can show. */
const BADGE_METRICS = ['views', 'uniques', 'clones', 'stars', 'downloads'] as const;

/** The styles of shields.io that show a color. */
const BADGE_STYLES = ['flat', 'flat-square', 'plastic', 'for-the-badge'] as const;

const MAX_LABEL = 40;

/** A badge as somebody wants it. Its figure and days are its name, so a share has each pair once. */
export const Badge = z.object({
  metric: z.enum(BADGE_METRICS),
  /** Up to today; `all` is everything known. */
  days: z.union([z.literal([7, 14, 30]), z.literal('all')]),
  label: z
    .string()
    .trim()
    .min(1)
    .max(MAX_LABEL)
    .refine((text) => !/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/u.test(text), 'Give a label without control characters.'),
  /** Of the side with the figure, as `#rrggbb`. */
  color: z.string().regex(/^#[0-9a-f]{6}$/i, 'Give a color as #rrggbb.'),
  style: z.enum(BADGE_STYLES),
});
export type Badge = z.infer<typeof Badge>;
export type BadgeDays = Badge['days'];

/** The badge's name within its share, such as 'views-30': `.svg` is the picture, `.json` is for shields.io. */
export function badgeName({ metric, days }: Pick<Badge, 'metric' | 'days'>): string {
  return `${metric}-${days}`;
}

/** The label that a badge has at first, such as 'views, 30 days'. */
export function defaultLabel({ metric, days }: Pick<Badge, 'metric' | 'days'>): string {
  const name = metric === 'uniques' ? 'unique visitors' : metric;
  if (days !== 'all') return `${name}, ${days} days`;
  return metric === 'stars' || metric === 'downloads' ? name : `${name}, all time`;
}
