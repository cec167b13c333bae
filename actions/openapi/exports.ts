import { ExportPart, ExportPlan } from '../../lib/answers/exports.ts';
import { ExportPartQuery } from '../exports.ts';
import type { Operation } from './operation.ts';

export const exportOperations: Operation[] = [
  {
    action: 'exports',
    method: 'get',
    path: '/{tenantId}',
    summary: 'List what an export of the tenant holds',
    needs: 'seeTraffic',
    note: 'Who sees only some repositories exports those.',
    responses: { 200: ExportPlan },
    failures: [],
  },
  {
    action: 'exports',
    method: 'get',
    path: '/{tenantId}/{table}',
    summary: 'Export a table, part by part',
    needs: 'seeTraffic',
    note: 'Who sees only some repositories exports those.',
    query: ExportPartQuery,
    responses: { 200: ExportPart },
    failures: [],
  },
];
