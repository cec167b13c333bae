import type { Generated } from 'kysely';
import type { Instant } from '../../instant.ts';

/**
 * A role in one tenant, whose rights `access.ts` has: a `repository viewer` sees the repositories that `memberRepository`
 * names, a `viewer` all of them, and a `manager` changes what is the tenant's.
 */
export type Role = 'manager' | 'viewer' | 'repository viewer';

interface Tenant {
  tenantId: Generated<number>;
  name: string;
  serverId: number;
  githubUser: string;
  tokenSealed: string;
  tokenExpiresAt: Instant | null;
  tokenCheckedAt: Instant | null;
  leasedRunId: number | null;
  leasedUntil: Instant | null;
  createdAt: Instant;
  createdBy: string;
}

interface Member {
  tenantId: number;
  email: string;
  role: Role;
  addedAt: Instant;
}

interface MemberRepository {
  tenantId: number;
  email: string;
  repositoryId: number;
}

interface Dashboard {
  tenantId: number;
  dashboardId: Generated<number>;
  name: string;
  version: number;
  /** JSON. */
  document: string;
  changedAt: Instant;
  changedBy: string;
}

/** Tenants, their members and their dashboards. */
export interface TenantTables {
  tenant: Tenant;
  member: Member;
  memberRepository: MemberRepository;
  dashboard: Dashboard;
}
