import { Report, ReportSent } from '../../lib/answers/reports.ts';
import type { FailureCode } from '../../lib/failure.ts';
import { SendReportRequest } from '../report-now.ts';
import { ReportRequest } from '../reports.ts';
import { sending } from './channels.ts';
import type { Operation } from './operation.ts';

const period: FailureCode[] = ['group_not_found', 'day_in_future', 'range_reversed', 'range_too_long'];

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
    failures: period,
  },
  {
    action: 'report-now',
    method: 'post',
    path: '/{tenantId}',
    summary: 'Send a report to yourself or to a channel',
    needs: 'seeTraffic',
    peopleOnly: true,
    note: 'A channel needs the right `changeChannels`. What failed is sent when you repeat the request with the same key.',
    body: SendReportRequest,
    responses: { 200: ReportSent, 202: ReportSent },
    failures: ['channel_not_found', 'too_many_reports', ...period, ...sending],
  },
];
