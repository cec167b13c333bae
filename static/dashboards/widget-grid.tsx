import type { Tab } from './document.ts';
import type { RowsByName } from './use-rows.ts';
import { WidgetPanel } from './widget.tsx';

interface WidgetGridProps {
  tab: Tab;
  /** Undefined while they are first being read. */
  rows: RowsByName | undefined;
  loading: boolean;
}

/** Widgets at their places; on a phone one below the other, as one would read them. */
export function WidgetGrid({ tab, rows, loading }: WidgetGridProps) {
  const widgets = tab.widgets.map((widget, index) => ({ widget, index }));
  widgets.sort((one, other) => one.widget.y - other.widget.y || one.widget.x - other.widget.x);
  return (
    <div class="widget-grid" aria-busy={loading}>
      {widgets.map(({ widget, index }) => (
        <WidgetPanel key={index} widget={widget} rows={rows} />
      ))}
    </div>
  );
}
