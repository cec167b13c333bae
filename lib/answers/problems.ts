import * as z from 'zod';
import { Count, Instant } from './figures.ts';

/** Problems of one cause. */
export const ProblemGroup = z.object({
  kind: z.enum(['repository_failing', 'loss_near', 'token_expires', 'token_refused', 'not_running']),
  code: z.string(),
  message: z.string(),
  since: Instant,
  /** How many repositories it is about; 0: it is the tenant's. */
  repositoryCount: Count,
  /** The first of them by name. */
  repositories: z.array(z.object({ repositoryId: z.int(), fullName: z.string() })),
  /** Of the repository that has the least; null where it is not known. */
  daysUntilLoss: Count.nullable(),
});

export type ProblemGroup = z.infer<typeof ProblemGroup>;
