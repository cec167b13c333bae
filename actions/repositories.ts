import * as z from 'zod';

/** GitHub's own rules for account and repository names. */
const owner = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .regex(/^[A-Za-z0-9](?:[A-Za-z0-9_-]*)$/);
const name = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .regex(/^(?!\.{1,2}$)[A-Za-z0-9._-]+$/);

export const RepositoryRequest = z.strictObject({ owner, name });
export type RepositoryRequest = z.infer<typeof RepositoryRequest>;

export const RepositoryBatch = z.strictObject({ repositories: z.array(RepositoryRequest).min(1).max(100) });
export type RepositoryBatch = z.infer<typeof RepositoryBatch>;

export const DiscoverQuery = z.strictObject({ q: z.string().max(100).optional() });
