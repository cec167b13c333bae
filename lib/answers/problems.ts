import * as z from 'zod';
import { choiceField } from '../fields.ts';
import { Count, Instant } from './figures.ts';

/** Problems with the same cause. */
export const ProblemGroup = z.object({
  kind: choiceField('problem', 'kind'),
  code: z.string(),
  message: z.string(),
  since: Instant,
  /** How many repositories are affected; 0 if the problem is the tenant's. */
  repositoryCount: Count,
  /** The first few of them, by name. */
  repositories: z.array(z.object({ repositoryId: z.int(), fullName: z.string() })),
  /** The smallest of the repositories' figures; null if unknown. */
  daysUntilLoss: Count.nullable(),
});

export type ProblemGroup = z.infer<typeof ProblemGroup>;
