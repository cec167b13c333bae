import * as z from 'zod';

/** Without repositoryIds: all repositories that are due. */
export const RunRequest = z.strictObject({
  repositoryIds: z.array(z.int().positive()).min(1).max(1000).optional(),
});
export type RunRequest = z.infer<typeof RunRequest>;

export const RunListQuery = z.strictObject({
  cursor: z.string().max(100).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(25),
});
