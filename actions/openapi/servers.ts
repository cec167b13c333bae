import * as z from 'zod';
import { ServerRequest, ServerUpdate } from '../servers.ts';
import { Count, Instant } from './figures.ts';
import type { Operation } from './operation.ts';

export const Server = z.object({
  serverId: z.int(),
  name: z.string(),
  kind: z.enum(['github', 'enterprise', 'demo']),
  apiUrl: z.string(),
  webUrl: z.string(),
  tenantCount: Count,
  createdAt: Instant,
});
export type Server = z.infer<typeof Server>;

export const ServerList = z.object({ servers: z.array(Server) });
export type ServerList = z.infer<typeof ServerList>;

export const ServerDeleted = z.object({ serverId: z.int() });
export type ServerDeleted = z.infer<typeof ServerDeleted>;

export const serverOperations: Operation[] = [
  {
    action: 'servers',
    method: 'get',
    path: '/',
    summary: 'The GitHub servers that tenants may use',
    roles: 'administrator, maintainer, manager',
    responses: { 200: ServerList },
    failures: [],
  },
  {
    action: 'servers',
    method: 'post',
    path: '/',
    summary: 'Add a GitHub server; the same address again answers the one that is there',
    roles: 'administrator',
    body: ServerRequest,
    responses: { 200: Server, 201: Server },
    failures: ['private_address', 'server_unreachable', 'name_taken'],
  },
  {
    action: 'servers',
    method: 'patch',
    path: '/{serverId}',
    summary: 'Rename a GitHub server',
    roles: 'administrator',
    body: ServerUpdate,
    responses: { 200: Server },
    failures: ['name_taken', 'server_not_found'],
  },
  {
    action: 'servers',
    method: 'delete',
    path: '/{serverId}',
    summary: 'Delete a GitHub server that no tenant uses',
    roles: 'administrator',
    responses: { 200: ServerDeleted },
    failures: ['server_in_use', 'server_not_found'],
  },
];
