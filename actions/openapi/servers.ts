import { InstallationList, Server, ServerDeleted, ServerList } from '../../lib/answers/servers.ts';
import type { FailureCode } from '../../lib/failure.ts';
import { AppRequest, ServerRequest, ServerUpdate } from '../servers.ts';
import { githubOutages } from './failures.ts';
import type { Operation } from './operation.ts';

/** GitHub refuses the app or its key. */
export const appFailures: FailureCode[] = [
  'app_not_found',
  'app_suspended',
  'app_key_refused',
  'clock_skew',
  'missing_permission',
  'blocked',
  ...githubOutages,
];

export const serverOperations: Operation[] = [
  {
    action: 'servers',
    method: 'get',
    path: '/',
    summary: 'List the GitHub servers that tenants may use, and how many do',
    needs: 'seeServers',
    responses: { 200: ServerList },
    failures: [],
  },
  {
    action: 'servers',
    method: 'post',
    path: '/',
    summary: 'Add a GitHub server, or get the one with the same address',
    needs: 'changeServers',
    body: ServerRequest,
    responses: { 200: Server, 201: Server },
    failures: ['private_address', 'server_unreachable', 'name_taken'],
  },
  {
    action: 'servers',
    method: 'patch',
    path: '/{serverId}',
    summary: 'Rename a GitHub server',
    needs: 'changeServers',
    body: ServerUpdate,
    responses: { 200: Server },
    failures: ['name_taken', 'server_not_found'],
  },
  {
    action: 'servers',
    method: 'delete',
    path: '/{serverId}',
    summary: 'Delete a GitHub server, if no tenant uses it',
    needs: 'changeServers',
    responses: { 200: ServerDeleted },
    failures: ['server_in_use', 'server_not_found'],
  },
  {
    action: 'servers',
    method: 'put',
    path: '/{serverId}/app',
    summary: 'Set the GitHub App of a server, after checking its id and private key with GitHub',
    needs: 'changeServers',
    body: AppRequest,
    responses: { 200: Server },
    failures: ['server_not_found', 'app_key_malformed', 'app_mismatch', ...appFailures],
  },
  {
    action: 'servers',
    method: 'delete',
    path: '/{serverId}/app',
    summary: 'Remove the GitHub App of a server, if no tenant uses it',
    needs: 'changeServers',
    responses: { 200: Server },
    failures: ['server_not_found', 'app_in_use'],
  },
  {
    action: 'servers',
    method: 'get',
    path: '/{serverId}/installations',
    summary: 'List where the GitHub App of a server is installed',
    needs: 'changeServers',
    responses: { 200: InstallationList },
    failures: ['server_not_found', 'no_app', 'app_key_unreadable', ...appFailures],
  },
];
