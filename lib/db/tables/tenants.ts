import { choice, generated, instant, integer, longText, optional, text } from '../columns.ts';

const ROLES = ['manager', 'viewer', 'repository viewer'] as const;

/**
 * A role in one tenant; `access.ts` has its rights. A `repository viewer` sees the repositories in `memberRepository`
 * and those of the groups in `memberGroup`, a `viewer` sees all of them, and a `manager` can edit everything in the tenant.
 */
export type Role = (typeof ROLES)[number];

/** Tenants, their members and their dashboards. */
export const tenantTables = {
  tenant: {
    tenantId: generated(integer),
    name: text(100),
    serverId: integer,
    githubUser: text(100),
    tokenSealed: text(4000),
    tokenExpiresAt: optional(instant),
    tokenCheckedAt: optional(instant),
    leasedRunId: optional(integer),
    leasedUntil: optional(instant),
    createdAt: instant,
    createdBy: text(320),
  },
  member: {
    tenantId: integer,
    email: text(320),
    role: choice(ROLES, 20),
    addedAt: instant,
    /** The account that holds the role; null until somebody signs in with the address. */
    issuer: optional(text(300)),
    subject: optional(text(255)),
    claimedAt: optional(instant),
  },
  memberRepository: {
    tenantId: integer,
    email: text(320),
    repositoryId: integer,
  },
  dashboard: {
    tenantId: integer,
    dashboardId: generated(integer),
    name: text(100),
    version: integer,
    /** JSON. */
    document: longText,
    changedAt: instant,
    changedBy: text(320),
    /** The import that made it; null if a person did, or has changed it since. */
    importId: optional(integer),
  },
};
