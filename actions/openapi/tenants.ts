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
    roles: 'administrator and maintainer: all; manager: its own',
    responses: { 200: TenantList },
    failures: [],
  },
  {
    action: 'tenants',
    method: 'post',
    path: '/',
    summary: 'Create a tenant; the token is checked against GitHub first',
    roles: 'administrator',
    body: TenantRequest,
    responses: { 201: Tenant },
    failures: ['name_taken', 'server_not_found', ...credentialFailures],
  },
  {
    action: 'tenants',
    method: 'get',
    path: '/{tenantId}',
    summary: 'One tenant',
    roles: 'administrator, maintainer, manager',
    responses: { 200: Tenant },
    failures: ['tenant_not_found'],
  },
  {
    action: 'tenants',
    method: 'patch',
    path: '/{tenantId}',
    summary:
      'Rename a tenant or set its GitHub user and token, or (administrator) its installation; GitHub is asked first',
    roles: 'administrator, manager',
    body: TenantUpdate,
    responses: { 200: Tenant },
    failures: ['tenant_not_found', 'name_taken', 'token_unreadable', ...credentialFailures],
  },
  {
    action: 'tenants',
    method: 'delete',
    path: '/{tenantId}',
    summary: 'Delete a tenant with everything that was collected for it; its name must be given',
    roles: 'administrator',
    body: TenantDeletion,
    responses: { 200: TenantDeleted },
    failures: ['tenant_not_found', 'confirmation_wrong'],
  },
];
