import * as z from 'zod';
import { isDay } from '../lib/day.ts';

const day = z.string().refine(isDay, 'Give a day that exists, as YYYY-MM-DD.');

/** Either a named range ending today, or from and to (both included). Without any: 30 days. */
const span = {
  range: z.enum(['7', '14', '30', '90', '365', 'all']).optional(),
  from: day.optional(),
  to: day.optional(),
  /** Without it: days up to 92 days, weeks up to two years, then months. */
  by: z.enum(['day', 'week', 'month']).optional(),
  format: z.enum(['json', 'csv']).default('json'),
};

export const OverviewQuery = z.strictObject({
  ...span,
  q: z.string().max(100).optional(),
  sort: z
    .enum(['name', 'viewCount', 'viewUniques', 'cloneCount', 'cloneUniques', 'change', 'stars'])
    .default('viewCount'),
  order: z.enum(['asc', 'desc']).optional(),
  page: z.coerce.number().int().min(1).max(10_000).default(1),
  size: z.coerce.number().int().min(1).max(100).default(50),
});

export const RepositoryQuery = z.strictObject(span);

export const TableQuery = z.strictObject({
  ...span,
  q: z.string().max(100).optional(),
  page: z.coerce.number().int().min(1).max(10_000).default(1),
  size: z.coerce.number().int().min(1).max(1000).default(100),
});
