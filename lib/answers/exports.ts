import * as z from 'zod';
import { Count, Instant } from './figures.ts';

/** What an export holds now, so far as you may see it. */
export const ExportPlan = z.object({
  /** What every file of it says of itself. */
  format: z.string(),
  version: z.int(),
  exportedAt: Instant,
  tenant: z.object({ tenantId: z.int(), name: z.string() }),
  server: z.object({ name: z.string(), webUrl: z.string() }),
  /** In the order in which to read them. */
  tables: z.array(z.object({ table: z.string(), rows: Count })),
});
export type ExportPlan = z.infer<typeof ExportPlan>;

/** A part of a table. */
export const ExportPart = z.object({
  table: z.string(),
  rows: Count,
  /** The names of the columns in `data`. Repositories are named by `repositoryId`, which the table `repositories` explains. */
  columns: z.array(z.string()),
  /** JSON, compressed with gzip, in base64: a list for each column, of one value per row. */
  data: z.string(),
  /** Null if this is the last part. */
  nextCursor: z.string().nullable(),
});
export type ExportPart = z.infer<typeof ExportPart>;
