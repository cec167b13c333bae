import { Tenant, TenantDeleted, TenantList } from '../../lib/answers/tenants.ts';
import type { FailureCode } from '../../lib/failure.ts';
import { TenantDeletion, TenantRequest, TenantUpdate } from '../tenants.ts';
import type { Operation } from './operation.ts';
import { appFailures } from './servers.ts';

/** GitHub does not accept the token, or the app where it is installed. */
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
    summary: 'The tenants that the principal may administer, and the GitHub servers',
    needs: 'seeTenant',
    responses: { 200: TenantList },
    failures: [],
  },
  {
    action: 'tenants',
    method: 'post',
    path: '/',
    summary: 'Create a tenant; the token is checked against GitHub first',
    needs: 'manageTenants',
    body: TenantRequest,
    responses: { 201: Tenant },
    failures: ['name_taken', 'server_not_found', ...credentialFailures],
  },
  {
    action: 'tenants',
    method: 'get',
    path: '/{tenantId}',
    summary: 'One tenant',
    needs: 'seeTenant',
    responses: { 200: Tenant },
    failures: [],
  },
  {
    action: 'tenants',
    method: 'patch',
    path: '/{tenantId}',
    summary:
      'Rename a tenant or set its GitHub user and token, or (administrator) its installation; GitHub is asked first',
    needs: 'changeTenant',
    note: 'Setting an installation needs the right manageTenants.',
    body: TenantUpdate,
    responses: { 200: Tenant },
    failures: ['name_taken', 'token_unreadable', ...credentialFailures],
  },
  {
    action: 'tenants',
    method: 'delete',
    path: '/{tenantId}',
    summary: 'Delete a tenant with everything that was collected for it; its name must be given',
    needs: 'manageTenants',
    body: TenantDeletion,
    responses: { 200: TenantDeleted },
    failures: ['confirmation_wrong'],
  },
];
