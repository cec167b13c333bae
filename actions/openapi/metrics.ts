import { METRIC_TYPES } from '../../lib/metrics/exposition.ts';
import { MetricsQuery } from '../metrics.ts';
import type { Operation } from './operation.ts';

export const metricOperations: Operation[] = [
  {
    action: 'metrics',
    method: 'get',
    path: '/{tenantId}',
    summary: 'Get the newest final figures and the health of collecting, for Prometheus',
    needs: 'seeTraffic',
    query: MetricsQuery,
    responses: {},
    text: METRIC_TYPES,
    failures: ['group_not_found'],
  },
];
