import * as z from 'zod';
import { BADGE_LENGTHS, BADGE_METRICS, BADGE_STYLES, MAX_BADGE_LABEL } from './names.ts';

/** A badge as somebody wants it. Its figure and days are its name, so a share has each pair once. */
export const Badge = z.object({
  metric: z.enum(BADGE_METRICS),
  /** Up to today; `all` is everything known. */
  days: z.union([z.literal(BADGE_LENGTHS), z.literal('all')]),
  label: z
    .string()
    .trim()
    .min(1)
    .max(MAX_BADGE_LABEL)
    .refine((text) => !/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/u.test(text), 'Give a label without control characters.'),
  /** Of the side with the figure, as `#rrggbb`. */
  color: z.string().regex(/^#[0-9a-f]{6}$/i, 'Give a color as #rrggbb.'),
  style: z.enum(BADGE_STYLES),
});
export type Badge = z.infer<typeof Badge>;
