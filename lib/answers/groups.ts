import * as z from 'zod';
import { Count, Instant } from './figures.ts';

const Rule = z.object({
  owner: z.string(),
  namePattern: z.string(),
  topic: z.string().nullable(),
  visibility: z.enum(['any', 'public', 'private', 'internal']),
});

const groupFields = {
  groupId: z.int(),
  name: z.string(),
  /** Null for a group that was chosen by hand, and for those who see only some of the tenant's repositories. */
  rule: Rule.nullable(),
  /** What it holds, in words. */
  description: z.string(),
  /** How many of the repositories that you may see are in it. */
  repositoryCount: Count,
  createdAt: Instant,
  createdBy: z.string(),
};

/** What depends on a group: repository viewers, and channels whose weekly report is about it. */
const Uses = z.object({ members: Count, channels: Count });

const NamedRepository = z.object({ repositoryId: z.int(), fullName: z.string() });

/** A tenant's groups and the repositories that you may see, both by name. */
export const GroupList = z.object({
  groups: z.array(z.object({ ...groupFields, uses: Uses.nullable() })),
  repositories: z.array(NamedRepository),
});
export type GroupList = z.infer<typeof GroupList>;

export const Group = z.object({
  ...groupFields,
  /** Its repositories by name. `chosen`: by hand; the others are there because the rule matches them. */
  repositories: z.array(NamedRepository.extend({ chosen: z.boolean() })),
});
export type Group = z.infer<typeof Group>;

export const GroupDeleted = z.object({ groupId: z.int() });
export type GroupDeleted = z.infer<typeof GroupDeleted>;

/** What a rule would match now. */
export const GroupPreview = z.object({
  description: z.string(),
  matches: z.enum(['none', 'some', 'all']),
  matchCount: Count,
  /** All repositories of the tenant. */
  repositoryCount: Count,
  /** The first 1,000 that match, by name. */
  repositories: z.array(NamedRepository),
});
export type GroupPreview = z.infer<typeof GroupPreview>;

/** A group in a menu, with how many of the repositories that you may see are in it. */
export const GroupChoice = z.object({ groupId: z.int(), name: z.string(), count: Count });
export type GroupChoice = z.infer<typeof GroupChoice>;
