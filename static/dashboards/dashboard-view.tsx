import { useMemo } from 'preact/hooks';
import { Empty, Failure } from '../controls/notice.tsx';
import { RangeMenu } from '../controls/range-menu.tsx';
import { Segments } from '../controls/segments.tsx';
import { usePlace } from '../location.ts';
import { type DashboardDocument, dataNamesOf, type Tab } from './document.ts';
import type { Drawings } from './drawings.ts';
import { RepositoryPicker } from './repository-picker.tsx';
import { type Tables, type TablesByName, useTables } from './tables.ts';
import { WidgetPanel } from './widget.tsx';

interface DashboardViewProps {
  tenantId: number;
  document: DashboardDocument;
  tables: Tables;
  drawings: Drawings;
}

/** A dashboard's tabs, and filters for all its widgets. The address holds the choices. */
export function DashboardView({ tenantId, document, tables, drawings }: DashboardViewProps) {
  const { query } = usePlace();
  const number = Math.min(Math.max(1, Number(query.get('tab')) || 1), Math.max(1, document.tabs.length));
  const tab = document.tabs[number - 1];
  const names = useMemo(() => dataNamesOf(tab), [tab]);
  const shown = useTables(tables, names, scopeOf(query, document.range));
  return (
    <>
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
        <RangeMenu shown={undefined} standard={document.range} stepless />
        <RepositoryPicker tenantId={tenantId} />
      </div>
      {shown.error && <Failure error={shown.error} retry={shown.reload} />}
      {tab && tab.widgets.length > 0 ? (
        (shown.tables || !shown.error) && (
          <WidgetGrid
            key={number}
            tab={tab}
            tables={shown.tables}
            drawings={drawings}
            loading={shown.loading}
          />
        )
      ) : (
        <Empty title="This tab is empty">
          <p>Edit the dashboard to add widgets.</p>
        </Empty>
      )}
    </>
  );
}

/** The part of the tables to read: the range of the address or the dashboard, and the picked repositories. */
function scopeOf(query: URLSearchParams, standard = '30'): string {
  const scope = new URLSearchParams();
  const from = query.get('from');
  const to = query.get('to');
  if (from) scope.set('from', from);
  if (to) scope.set('to', to);
  if (!from && !to) scope.set('range', query.get('range') ?? standard);
  const repositories = query.get('repositories');
  if (repositories) scope.set('repositories', repositories);
  return scope.toString();
}

interface WidgetGridProps {
  tab: Tab;
  /** Undefined until they are first read. */
  tables: TablesByName | undefined;
  drawings: Drawings;
  loading: boolean;
}

/** Places the widgets on a grid; on a phone in reading order, one below the other. */
function WidgetGrid({ tab, tables, drawings, loading }: WidgetGridProps) {
  const widgets = tab.widgets.map((widget, index) => ({ widget, index }));
  widgets.sort((one, other) => one.widget.y - other.widget.y || one.widget.x - other.widget.x);
  return (
    <div class="widget-grid" aria-busy={loading}>
      {widgets.map(({ widget, index }) => (
        <WidgetPanel key={index} widget={widget} tables={tables} drawings={drawings} />
      ))}
    </div>
  );
}
