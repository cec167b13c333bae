import { Report } from '../../lib/answers/reports.ts';
import { ReportRequest } from '../reports.ts';
import type { Operation } from './operation.ts';

export const reportOperations: Operation[] = [
  {
    action: 'reports',
    method: 'get',
    path: '/{tenantId}',
    summary: 'Get the report of a month, a week or any days',
    needs: 'seeTraffic',
    query: ReportRequest,
    responses: { 200: Report },
    files: ['text/markdown', 'text/html'],
    failures: ['group_not_found', 'day_in_future', 'range_reversed', 'range_too_long'],
  },
];
