import { Tenant, TenantDeleted, TenantList } from '../../lib/answers/tenants.ts';
import type { FailureCode } from '../../lib/failure.ts';
import { TenantDeletion, TenantListQuery, TenantRequest, TenantUpdate } from '../tenants.ts';
import type { Operation } from './operation.ts';
import { appFailures } from './servers.ts';

/** GitHub refuses the token, or the app’s installation. */
const credentialFailures: FailureCode[] = [
  'github_token_refused',
  'no_app',
  'app_key_unreadable',
  'installation_not_found',
  'installation_suspended',
  ...appFailures,
];

export const tenantOperations: Operation[] = [
  {
    action: 'tenants',
    method: 'get',
    path: '/',
    summary: 'List the tenants that you may administer, by name, and the GitHub servers',
    needs: 'seeTenant',
    note: 'Without the right seeServers, and on every page but the first, the list of servers is empty.',
    query: TenantListQuery,
    responses: { 200: TenantList },
    failures: [],
  },
  {
    action: 'tenants',
    method: 'post',
    path: '/',
    summary: 'Create a tenant, after checking its token with GitHub',
    needs: 'manageTenants',
    body: TenantRequest,
    responses: { 201: Tenant },
    failures: ['name_taken', 'server_not_found', ...credentialFailures],
  },
  {
    action: 'tenants',
    method: 'get',
    path: '/{tenantId}',
    summary: 'Get a tenant',
    needs: 'seeTenant',
    responses: { 200: Tenant },
    failures: [],
  },
  {
    action: 'tenants',
    method: 'patch',
    path: '/{tenantId}',
    summary:
      'Rename a tenant, or change its GitHub user and token or its installation, after checking them with GitHub',
    needs: 'changeTenant',
    note: 'Setting an installation needs the right manageTenants. A name must differ from those of the other tenants that you can see, not only in case.',
    body: TenantUpdate,
    responses: { 200: Tenant },
    failures: ['name_taken', 'token_unreadable', ...credentialFailures],
  },
  {
    action: 'tenants',
    method: 'delete',
    path: '/{tenantId}',
    summary: 'Delete a tenant and everything collected for it; the body must repeat its name',
    needs: 'manageTenants',
    body: TenantDeletion,
    responses: { 200: TenantDeleted },
    failures: ['confirmation_wrong'],
  },
];
