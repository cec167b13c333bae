import { choice, generated, instant, integer, optional, text } from '../columns.ts';

const VISIBILITIES = ['any', 'public', 'private', 'internal'] as const;

/** Groups of repositories. */
export const groupTables = {
  repositoryGroup: {
    tenantId: integer,
    groupId: generated(integer),
    name: text(100),
    /** The group's rule; all four are null without one, and a rule without a topic has none. */
    owner: optional(text(100)),
    namePattern: optional(text(100)),
    topic: optional(text(50)),
    visibility: optional(choice(VISIBILITIES, 10)),
    createdAt: instant,
    createdBy: text(320),
    /** The import that made it; null if a person did, or has changed it since. */
    importId: optional(integer),
  },
  /** The repositories that were chosen by hand. */
  groupRepository: {
    tenantId: integer,
    groupId: integer,
    repositoryId: integer,
  },
  memberGroup: {
    tenantId: integer,
    email: text(320),
    groupId: integer,
  },
};
