import { useEffect, useMemo } from 'preact/hooks';
import type { GroupChoice } from '../../lib/answers/groups.ts';
import type { MenuItem } from '../controls/menu.tsx';
import { Empty, Failure } from '../controls/notice.tsx';
import { dataNamesOf, type Widget } from './document.ts';
import type { Drawings } from './drawings.ts';
import { type DashboardView, useFigures } from './gallery/figures.ts';
import { GalleryWidget } from './gallery/gallery-widget.tsx';
import { groupNameOf } from './gallery/group-name.ts';
import { hasFigures, isGallery, settingsOf, titleOf } from './gallery/settings.ts';
import { Grid, type Placed } from './grid/grid.tsx';
import { type Tables, useTables } from './tables.ts';
import { VegaWidget } from './widget.tsx';

/** A widget on the grid, with a key that it keeps while you edit. */
export interface GridItem extends Placed {
  widget: Widget;
}

/** The widgets of a tab as items of the grid. */
export const toItems = (widgets: readonly Widget[]): GridItem[] =>
  widgets.map((widget, key) => toItem(widget, key));

/** A widget as an item of the grid. */
export function toItem(widget: Widget, key: number): GridItem {
  const { x, y, w, h } = widget;
  const title = widget.title || (isGallery(widget) ? titleOf(settingsOf(widget)) : 'Widget');
  return { key, title, kind: widget.kind ?? 'vega-lite', x, y, w, h, widget };
}

/** What changes a dashboard. */
interface Editing {
  onLayout: (items: GridItem[], announced: string) => void;
  itemsOf: (item: GridItem) => MenuItem[];
}

interface DashboardGridProps {
  tenantId: number;
  items: readonly GridItem[];
  view: DashboardView;
  tables: Tables;
  drawings: Drawings;
  editing?: Editing | undefined;
  /** Called with the tenant's groups, once an answer names them. */
  onGroups?: ((groups: GroupChoice[]) => void) | undefined;
}

/** The widgets of a tab. Those of the gallery take one call together; Vega-Lite reads the tables that it names. */
export function DashboardGrid(props: DashboardGridProps) {
  const { tenantId, items, view, tables, drawings, editing, onGroups } = props;
  const wanted = useMemo(() => listFigures(items), [items]);
  const figures = useFigures(tenantId, view, wanted);
  const names = useMemo(() => dataNamesOf(items.map(({ widget }) => widget)), [items]);
  const shown = useTables(tables, names, scopeOf(view));
  useEffect(() => {
    if (figures.groups) onGroups?.(figures.groups);
  }, [figures.groups, onGroups]);
  const hasVega = items.some(({ widget }) => !isGallery(widget));
  useEffect(() => {
    if (hasVega) drawings.prepare();
  }, [drawings, hasVega]);
  if (items.length === 0 && !editing)
    return (
      <Empty title="This tab is empty">
        <p>Edit the dashboard to add widgets.</p>
      </Empty>
    );
  return (
    <>
      {figures.error && <Failure error={figures.error} retry={figures.reload} />}
      {shown.error && <Failure error={shown.error} retry={shown.reload} />}
      <Grid items={items} loading={figures.loading || shown.loading} onChange={editing?.onLayout}>
        {(item, handle) => {
          const { widget } = item;
          const menu = editing?.itemsOf(item) ?? [];
          if (!isGallery(widget))
            return shown.tables || !shown.error ? (
              <VegaWidget
                title={widget.title}
                spec={widget.spec}
                tables={shown.tables}
                drawings={drawings}
                handle={handle}
                items={menu}
              />
            ) : null;
          const settings = settingsOf(widget);
          return (
            <GalleryWidget
              tenantId={tenantId}
              title={widget.title}
              settings={settings}
              shown={hasFigures(settings) ? figures.of(settings) : undefined}
              groupName={groupNameOf(settings, figures.groups)}
              handle={handle}
              items={menu}
            />
          );
        }}
      </Grid>
    </>
  );
}

const listFigures = (items: readonly GridItem[]) =>
  items.flatMap(({ widget }) => (isGallery(widget) ? [settingsOf(widget)] : [])).filter(hasFigures);

/** The part of the tables to read. */
function scopeOf({ range, from, to, group, repositories }: DashboardView): string {
  const scope = new URLSearchParams();
  if (range) scope.set('range', range);
  if (from) scope.set('from', from);
  if (to) scope.set('to', to);
  if (group !== undefined) scope.set('group', String(group));
  if (repositories) scope.set('repositories', repositories.join());
  return scope.toString();
}
