import * as z from 'zod';
import { Count, Instant } from './figures.ts';
import { Server } from './servers.ts';

export const Tenant = z.object({
  tenantId: z.int(),
  name: z.string(),
  server: z.object({ serverId: z.int(), name: z.string(), kind: z.string(), webUrl: z.string() }),
  /** For an installation of an app: the account that it belongs to. */
  githubUser: z.string(),
  /** Null where it reads with a token of its own. */
  installationId: z.int().nullable(),
  /** When the token was last accepted, and when it ends where GitHub says so. */
  tokenCheckedAt: Instant.nullable(),
  tokenExpiresAt: Instant.nullable(),
  repositoryCount: Count,
  memberCount: Count,
  createdAt: Instant,
});
export type Tenant = z.infer<typeof Tenant>;

/** The servers come along so that a page that creates tenants needs no second call. */
export const TenantList = z.object({ tenants: z.array(Tenant), servers: z.array(Server) });
export type TenantList = z.infer<typeof TenantList>;

export const TenantDeleted = z.object({
  tenantId: z.int(),
  deleted: z.object({ repositories: Count, trafficDays: Count, members: Count }),
});
export type TenantDeleted = z.infer<typeof TenantDeleted>;
