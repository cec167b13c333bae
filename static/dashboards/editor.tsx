import type { Dashboard } from '../../actions/openapi/dashboards.ts';
import type { Tables } from './tables.ts';
export function Editor(_: { tenantId: number; dashboard: Dashboard; tables: Tables }) {
  return null;
}
