import type { Dashboard } from '../../lib/answers/dashboards.ts';
import { DATA_NAMES, type DataName } from '../../lib/dashboards/rules.ts';

export type DashboardDocument = Dashboard['document'];
type Tab = DashboardDocument['tabs'][number];
export type Widget = Tab['widgets'][number];

/** The traffic tables that a specification names. */
export function dataNamesOf(spec: unknown): DataName[] {
  const found = new Set<DataName>();
  const visit = (value: unknown) => {
    if (typeof value !== 'object' || value === null) return;
    const { data } = value as { data?: { name?: unknown } | null };
    const named = DATA_NAMES.find((name) => name === data?.name);
    if (named) found.add(named);
    Object.values(value).forEach(visit);
  };
  visit(spec);
  return [...found];
}

/** What is sent to save a document over a version. */
export const toChange = (document: unknown, version: number) => ({ document, version });
