import { AuditLog } from '../../lib/answers/audit.ts';
import { AuditQuery } from '../audit.ts';
import type { Operation } from './operation.ts';

export const auditOperations: Operation[] = [
  {
    action: 'audit',
    method: 'get',
    path: '/',
    summary: 'List who did what, in the whole installation with all its tenants, newest first',
    needs: 'seeAllAudit',
    query: AuditQuery,
    responses: { 200: AuditLog },
    csv: true,
    failures: [],
  },
  {
    action: 'audit',
    method: 'get',
    path: '/{tenantId}',
    summary: 'List who did what in a tenant, newest first',
    needs: 'seeAudit',
    query: AuditQuery,
    responses: { 200: AuditLog },
    csv: true,
    failures: [],
  },
];
