import { useCallback, useId, useMemo, useState } from 'preact/hooks';
import { offerFile } from '../controls/download.tsx';
import { Menu } from '../controls/menu.tsx';
import { Notice } from '../controls/notice.tsx';
import { plural } from '../format.ts';
import { dataNamesOf, type Widget } from './document.ts';
import type { Drawing, Drawn } from './draw.ts';
import { fileNameOf } from './file.ts';
import { Picture } from './picture.tsx';
import type { RowsByName } from './tables.ts';
import { toFile, type Values } from './values.ts';
import { ValuesTables } from './values-table.tsx';
import { ERROR_TITLES, WidgetError } from './widget-error.ts';

interface WidgetPanelProps {
  widget: Widget;
  rows: RowsByName | undefined;
}

/** A widget with its title, menu and table, or the reason why it cannot be drawn. */
export function WidgetPanel({ widget, rows }: WidgetPanelProps) {
  const { title, x, y, w, h, spec } = widget;
  const id = useId();
  const [lastDrawn, setDrawn] = useState<Drawn>();
  const [drawError, setDrawError] = useState<Error>();
  const [asTable, setAsTable] = useState(false);
  const read = useMemo(() => rows && ownRows(spec, rows), [spec, rows]);
  const own = read instanceof WidgetError ? undefined : read;
  const failed = read instanceof WidgetError ? read : drawError;
  const drawn = own && !isEmpty(own) ? lastDrawn : undefined;
  const onDrawn = useCallback((made: Drawn | undefined, error?: Error) => {
    setDrawn(made);
    setDrawError(error);
  }, []);
  const nameless = title || 'Widget';
  const step = own && stepOf(own);
  const label = step ? `${nameless} by ${step}` : nameless;
  return (
    <section
      class="panel widget"
      aria-labelledby={id}
      style={{ '--x': x + 1, '--y': y + 1, '--w': w, '--h': h }}
    >
      <header class="panel-head">
        <h2 id={id}>
          {nameless} {step && <span class="widget-step">by {step}</span>}
        </h2>
        {drawn && (
          <Menu
            label={`Menu of ${nameless}`}
            items={itemsOf(nameless, drawn, asTable, () => setAsTable(!asTable))}
          />
        )}
      </header>
      {!read && <div class="widget-box chart-box loading" />}
      {failed && <WidgetErrorNotice error={failed} />}
      {own && isEmpty(own) && <p class="none">No traffic in this period.</p>}
      {own && !isEmpty(own) && (
        <div class={asTable || drawError ? 'widget-hidden' : 'widget-shown'}>
          <Picture
            spec={spec}
            rows={own}
            label={describeWidget(label, spec, drawn?.values)}
            onDrawn={onDrawn}
          />
        </div>
      )}
      {drawn?.values.length === 0 && dataNamesOf(spec).length > 0 && (
        <p class="none">Nothing to draw in this period.</p>
      )}
      {asTable && drawn && <ValuesTables title={label} tables={drawn.values} />}
    </section>
  );
}

type OwnRows = Drawing['rows'];

/** Only the tables that the specification names, so that others do not redraw it. */
function ownRows(spec: unknown, rows: RowsByName): OwnRows | WidgetError {
  const own: OwnRows = {};
  for (const name of dataNamesOf(spec)) {
    const table = rows[name] ?? [];
    if (table instanceof WidgetError) return table;
    own[name] = table;
  }
  return own;
}

/** The step of the rows, if it depends on the range. */
function stepOf(rows: OwnRows): string {
  const steps = Object.values(rows).map(([first]) => first?.STEP);
  return [...new Set(steps)].filter((step) => step && step !== 'range').join(' and ');
}

function isEmpty(rows: OwnRows): boolean {
  const tables = Object.values(rows);
  return tables.length > 0 && tables.every((table) => table.length === 0);
}

function WidgetErrorNotice({ error }: { error: Error }) {
  const title = error instanceof WidgetError ? ERROR_TITLES[error.code] : 'Cannot be drawn';
  return (
    <div class="panel-body">
      <Notice kind="error" title={title}>
        <p>{error.message}</p>
      </Notice>
    </div>
  );
}

/** What screen readers say instead of the drawing. */
function describeWidget(title: string, spec: unknown, tables: Values[] | undefined): string {
  const { description } = (spec ?? {}) as { description?: unknown };
  const said = typeof description === 'string' ? `${title}: ${description}` : `${title}.`;
  const count = tables?.reduce((sum, { rows }) => sum + rows.length, 0) ?? 0;
  const rows = tables ? ` ${plural(count, 'row')}; the menu shows them as a table.` : '';
  return `${said}${rows}`;
}

function itemsOf(title: string, drawn: Drawn, asTable: boolean, onTable: () => void) {
  const name = fileNameOf(title);
  const save = (making: Promise<Blob>, ending: string) =>
    void making.then((file) => offerFile(file, `${name}.${ending}`)).catch(() => undefined);
  const csv = () => Promise.resolve(new Blob([toFile(drawn.values)], { type: 'text/csv' }));
  return [
    { label: asTable ? 'Show chart' : 'Show table', onPick: onTable },
    { label: 'Save as PNG', onPick: () => save(drawn.png(), 'png') },
    { label: 'Save as SVG', onPick: () => save(drawn.svg(), 'svg') },
    { label: 'Save as CSV', onPick: () => save(csv(), 'csv') },
  ];
}
