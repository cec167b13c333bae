import { Alert, AlertList, AlertSettings, AlertSnooze, SnoozeDeleted } from '../../lib/answers/alerts.ts';
import { AlertQuery, AlertSettingsRequest, SnoozeRequest } from '../alerts.ts';
import type { Operation } from './operation.ts';

const seen =
  'If you see only some repositories, you get alerts with the figures of those alone, and alerts of a group only if you see all of its repositories.';

export const alertOperations: Operation[] = [
  {
    action: 'alerts',
    method: 'get',
    path: '/{tenantId}',
    summary: 'List a tenant’s alerts about traffic',
    needs: 'seeTraffic',
    note: seen,
    query: AlertQuery,
    responses: { 200: AlertList },
    failures: [],
  },
  {
    action: 'alerts',
    method: 'get',
    path: '/{tenantId}/{alertId}',
    summary: 'Get an alert with what explains it',
    needs: 'seeTraffic',
    note: seen,
    responses: { 200: Alert },
    failures: ['alert_not_found'],
  },
  {
    action: 'alerts',
    method: 'put',
    path: '/{tenantId}/settings',
    summary: 'Choose which kinds of alerts a tenant wants',
    needs: 'changeAlerts',
    body: AlertSettingsRequest,
    responses: { 200: AlertSettings },
    failures: [],
  },
  {
    action: 'alerts',
    method: 'post',
    path: '/{tenantId}/snoozes',
    summary: 'Keep alerts quiet until a day',
    needs: 'changeAlerts',
    note: 'The same kind, repository and group again changes the day, so you can repeat the request.',
    body: SnoozeRequest,
    responses: { 201: AlertSnooze },
    failures: ['repository_not_found', 'group_not_found', 'too_many_snoozes'],
  },
  {
    action: 'alerts',
    method: 'delete',
    path: '/{tenantId}/snoozes/{snoozeId}',
    summary: 'End a snooze',
    needs: 'changeAlerts',
    responses: { 200: SnoozeDeleted },
    failures: ['snooze_not_found'],
  },
];
