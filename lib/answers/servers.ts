import * as z from 'zod';
import { choiceField } from '../fields.ts';
import { Count, Instant } from './figures.ts';

export const Server = z.object({
  serverId: z.int(),
  name: z.string(),
  kind: choiceField('githubServer', 'kind'),
  apiUrl: z.string(),
  webUrl: z.string(),
  tenantCount: Count,
  createdAt: Instant,
  /** Its GitHub App without the key, or null. */
  app: z.object({ appId: z.string(), name: z.string(), htmlUrl: z.string(), checkedAt: Instant }).nullable(),
});
export type Server = z.infer<typeof Server>;

export const ServerList = z.object({ servers: z.array(Server) });
export type ServerList = z.infer<typeof ServerList>;

/** Where a server's app is installed. */
export const InstallationList = z.object({
  installations: z.array(z.object({ id: z.int(), account: z.string(), suspended: z.boolean() })),
});
export type InstallationList = z.infer<typeof InstallationList>;

export const ServerDeleted = z.object({ serverId: z.int() });
export type ServerDeleted = z.infer<typeof ServerDeleted>;
