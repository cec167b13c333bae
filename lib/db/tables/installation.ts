import { choice, instant, integer, optional, smallint, text } from '../columns.ts';

const SYSTEM_ROLES = ['administrator', 'maintainer'] as const;

/**
 * A role in all tenants; `access.ts` has its rights. An `administrator` may do everything. A `maintainer` sees everything
 * and manages repositories, runs and dashboards.
 */
export type SystemRole = (typeof SYSTEM_ROLES)[number];

/** Tables of the whole installation: its schema, the people who signed in, and the system roles. */
export const installationTables = {
  schemaVersion: {
    version: integer,
    appliedAt: instant,
  },
  installation: {
    installationId: smallint,
    displayName: text(200),
    initializedAt: instant,
  },
  identityProvider: {
    issuer: text(300),
    tokenIssuer: text(301),
    userinfoUrl: text(2000),
    keySet: text(8000),
    readAt: instant,
  },
  principal: {
    issuer: text(300),
    subject: text(255),
    email: text(320),
    displayName: text(200),
    verifiedAt: instant,
    /** Tokens issued until then are refused. */
    signedOutAt: optional(instant),
  },
  revokedToken: {
    tokenId: text(64),
    expiresAt: instant,
  },
  systemRole: {
    email: text(320),
    role: choice(SYSTEM_ROLES, 20),
    grantedAt: instant,
    /** The account that holds the role; null until somebody signs in with the address. */
    issuer: optional(text(300)),
    subject: optional(text(255)),
    claimedAt: optional(instant),
  },
};
