import * as z from 'zod';
import { Count, Instant } from './figures.ts';
import { Server } from './servers.ts';

export const Tenant = z.object({
  tenantId: z.int(),
  name: z.string(),
  server: z.object({ serverId: z.int(), name: z.string(), kind: z.string(), webUrl: z.string() }),
  /** The token's user, or the account of the app's installation. */
  githubUser: z.string(),
  /** Null if the tenant uses a token. */
  installationId: z.int().nullable(),
  /** When GitHub last accepted the token, and when it expires, if GitHub says so. */
  tokenCheckedAt: Instant.nullable(),
  tokenExpiresAt: Instant.nullable(),
  repositoryCount: Count,
  memberCount: Count,
  createdAt: Instant,
});
export type Tenant = z.infer<typeof Tenant>;

/**
 * By name. The first page includes the servers for those who may see them, so that the page that creates tenants needs one
 * call only.
 */
export const TenantList = z.object({
  /** `mayChange`: you may rename it and change its token. */
  tenants: z.array(Tenant.extend({ mayChange: z.boolean() })),
  nextCursor: z.string().nullable(),
  servers: z.array(Server),
});
export type TenantList = z.infer<typeof TenantList>;
export type ListedTenant = TenantList['tenants'][number];

export const TenantDeleted = z.object({
  tenantId: z.int(),
  deleted: z.object({ repositories: Count, trafficDays: Count, members: Count }),
});
export type TenantDeleted = z.infer<typeof TenantDeleted>;
