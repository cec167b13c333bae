import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';
import type { GroupChoice } from '../../lib/answers/groups.ts';
import { Segments } from '../controls/segments.tsx';
import { usePlace } from '../location.ts';
import { viewOf } from '../view.ts';
import { DashboardGrid, toItems } from './dashboard-grid.tsx';
import type { DashboardDocument } from './document.ts';
import type { Drawings } from './drawings.ts';
import type { DashboardView as View } from './gallery/figures.ts';
import { RepositoryPicker } from './repository-picker.tsx';
import type { Tables } from './tables.ts';

interface DashboardViewProps {
  tenantId: number;
  document: DashboardDocument;
  tables: Tables;
  drawings: Drawings;
  /** Beside the tabs. */
  toolbar?: ComponentChildren;
  /** Called with the tenant's groups, once an answer names them. */
  onGroups?: (groups: GroupChoice[]) => void;
}

/** A dashboard's tabs, and its widgets. The address holds the choices. */
export function DashboardView(props: DashboardViewProps) {
  const { tenantId, document, tables, drawings, toolbar, onGroups } = props;
  const view = useDashboardView(document);
  const number = useTabNumber(document);
  const tab = document.tabs[number - 1];
  const items = useMemo(() => toItems(tab?.widgets ?? []), [tab]);
  return (
    <>
      <DashboardFilters tenantId={tenantId} document={document}>
        {toolbar}
      </DashboardFilters>
      <DashboardGrid
        key={number}
        tenantId={tenantId}
        items={items}
        view={view}
        tables={tables}
        drawings={drawings}
        onGroups={onGroups}
      />
    </>
  );
}

interface DashboardFiltersProps {
  tenantId: number;
  document: DashboardDocument;
  children?: ComponentChildren;
}

/** Tabs and repositories. */
export function DashboardFilters({ tenantId, document, children }: DashboardFiltersProps) {
  const number = useTabNumber(document);
  return (
    <div class="toolbar">
      {document.tabs.length > 1 && (
        <Segments
          label="Tabs"
          current={String(number)}
          segments={document.tabs.map(({ title }, index) => ({
            value: String(index + 1),
            label: title,
            changes: { tab: index === 0 ? null : String(index + 1) },
          }))}
        />
      )}
      {children}
      <RepositoryPicker tenantId={tenantId} />
    </div>
  );
}

/** The number of the tab that the address names, from 1. */
export function useTabNumber({ tabs }: DashboardDocument): number {
  const { query } = usePlace();
  return Math.min(Math.max(1, Number(query.get('tab')) || 1), Math.max(1, tabs.length));
}

const STANDARD_RANGE = '30';

/** The days, comparison and repositories that the address names, or the dashboard's own days. */
export function useDashboardView({ range: standard = STANDARD_RANGE }: DashboardDocument): View {
  const { query } = usePlace();
  const { range, from, to, compare, group } = viewOf(query);
  const repositories = (query.get('repositories') ?? '').split(',').map(Number).filter(Boolean);
  return {
    ...(from && { from }),
    ...(to && { to }),
    ...(!from && !to && { range: range ?? standard }),
    ...(compare && { compare }),
    ...(group && { group: Number(group) }),
    ...(repositories.length > 0 && { repositories }),
  };
}

/** The days that the address names one by one, for the button that shows them. */
export function useNamedDays(): { from: string; to: string; by: 'day' } | undefined {
  const { from, to } = viewOf(usePlace().query);
  return from && to ? { from, to, by: 'day' } : undefined;
}
