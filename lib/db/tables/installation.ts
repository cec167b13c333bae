import type { Instant } from '../../instant.ts';

/**
 * A role in all tenants, whose rights `access.ts` has: an `administrator` may do everything; a `maintainer` sees everything
 * and looks after repositories, runs and dashboards.
 */
export type SystemRole = 'administrator' | 'maintainer';

interface SchemaVersion {
  version: number;
  appliedAt: Instant;
}

interface Installation {
  installationId: number;
  displayName: string;
  initializedAt: Instant;
}

interface IdentityProvider {
  issuer: string;
  tokenIssuer: string;
  userinfoUrl: string;
  keySet: string;
  readAt: Instant;
}

interface Principal {
  issuer: string;
  subject: string;
  email: string;
  displayName: string;
  verifiedAt: Instant;
}

interface SystemRoleRow {
  email: string;
  role: SystemRole;
  grantedAt: Instant;
}

/** What the installation has as a whole: its schema, who signs in, and who looks after all tenants. */
export interface InstallationTables {
  schemaVersion: SchemaVersion;
  installation: Installation;
  identityProvider: IdentityProvider;
  principal: Principal;
  systemRole: SystemRoleRow;
}
