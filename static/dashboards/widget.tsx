import type { ComponentChildren } from 'preact';
import { useCallback, useMemo, useState } from 'preact/hooks';
import { offerFile } from '../controls/download.tsx';
import { Menu, type MenuItem } from '../controls/menu.tsx';
import { Notice } from '../controls/notice.tsx';
import { plural } from '../format.ts';
import { dataNamesOf } from './document.ts';
import type { Drawing, Drawings, Drawn } from './drawings.ts';
import { fileNameOf } from './file.ts';
import { Picture } from './picture.tsx';
import type { FileFormat, Values } from './protocol.ts';
import type { TablesByName } from './tables.ts';
import { ValuesTables } from './values-table.tsx';
import { ERROR_TITLES, WidgetError } from './widget-error.ts';

interface VegaWidgetProps {
  title: string;
  spec: unknown;
  tables: TablesByName | undefined;
  drawings: Drawings;
  /** Beside the title: how it is moved. */
  handle?: ComponentChildren;
  /** In the menu, after its own items. */
  items?: MenuItem[];
}

/** A Vega-Lite widget with its title, menu and table, or the reason why it cannot be drawn. */
export function VegaWidget({ title, spec, tables, drawings, handle, items = [] }: VegaWidgetProps) {
  const [lastDrawn, setDrawn] = useState<Drawn>();
  const [drawError, setDrawError] = useState<Error>();
  const [fileError, setFileError] = useState<Error>();
  const [attempt, setAttempt] = useState(0);
  const [asTable, setAsTable] = useState(false);
  const read = useMemo(() => tables && ownTables(spec, tables), [spec, tables]);
  const own = read instanceof WidgetError ? undefined : read;
  const failed = read instanceof WidgetError ? read : drawError;
  const drawn = own && !isEmpty(own) ? lastDrawn : undefined;
  const onDrawn = useCallback((made: Drawn | undefined, error?: Error) => {
    setDrawn(made);
    setDrawError(error);
    setFileError(undefined);
  }, []);
  const nameless = title || 'Widget';
  const step = own && stepOf(own);
  const label = step ? `${nameless} by ${step}` : nameless;
  function tryAgain() {
    setDrawError(undefined);
    setAttempt(attempt + 1);
  }
  function save(format: FileFormat) {
    setFileError(undefined);
    drawn
      ?.file(format)
      .then((file) => offerFile(file, `${fileNameOf(nameless)}.${format}`))
      .catch(setFileError);
  }
  const drawnItems = drawn
    ? [
        { label: asTable ? 'Show chart' : 'Show table', onPick: () => setAsTable(!asTable) },
        { label: 'Save as PNG', onPick: () => save('png') },
        { label: 'Save as SVG', onPick: () => save('svg') },
        { label: 'Save as CSV', onPick: () => save('csv') },
      ]
    : [];
  return (
    <>
      <header class="panel-head">
        {handle}
        <h2>
          {nameless} {step && <span class="widget-step">by {step}</span>}
        </h2>
        {(drawn || items.length > 0) && (
          <Menu label={`Menu of ${nameless}`} items={[...drawnItems, ...items]} />
        )}
      </header>
      {!read && <div class="widget-box chart-box loading" />}
      {failed && <WidgetErrorNotice error={failed} retry={tryAgain} />}
      {fileError && <WidgetErrorNotice error={fileError} />}
      {own && isEmpty(own) && <p class="none">No traffic in this period.</p>}
      {own && !isEmpty(own) && (
        <div class={asTable || drawError ? 'widget-hidden' : 'widget-shown'}>
          <Picture
            drawings={drawings}
            spec={spec}
            tables={own}
            attempt={attempt}
            label={describeWidget(label, spec, drawn?.values)}
            onDrawn={onDrawn}
          />
        </div>
      )}
      {drawn?.values.length === 0 && dataNamesOf(spec).length > 0 && (
        <p class="none">Nothing to draw in this period.</p>
      )}
      {asTable && drawn && <ValuesTables title={label} tables={drawn.values} />}
    </>
  );
}

type OwnTables = Drawing['tables'];

/** Only the tables that the specification names, so that others do not redraw it. */
function ownTables(spec: unknown, tables: TablesByName): OwnTables | WidgetError {
  const own: OwnTables = {};
  for (const name of dataNamesOf(spec)) {
    const table = tables[name];
    if (table instanceof WidgetError) return table;
    if (table) own[name] = table;
  }
  return own;
}

/** The step of the rows, if it depends on the range. */
function stepOf(tables: OwnTables): string {
  const steps = Object.values(tables).map(({ step }) => step);
  return [...new Set(steps)].filter((step) => step && step !== 'range').join(' and ');
}

function isEmpty(tables: OwnTables): boolean {
  const own = Object.values(tables);
  return own.length > 0 && own.every((table) => table.isEmpty);
}

interface WidgetErrorNoticeProps {
  error: Error;
  retry?: () => void;
}

/** Says why a widget is not drawn, with "Try again" where that can help. */
function WidgetErrorNotice({ error, retry }: WidgetErrorNoticeProps) {
  const code = error instanceof WidgetError ? error.code : 'not_drawable';
  return (
    <div class="panel-body">
      <Notice kind="error" title={ERROR_TITLES[code]}>
        <p>{error.message}</p>
        {retry && code === 'stopped' && (
          <p>
            <button type="button" class="button small" onClick={retry}>
              Try again
            </button>
          </p>
        )}
      </Notice>
    </div>
  );
}

/** What screen readers say instead of the drawing. */
function describeWidget(title: string, spec: unknown, tables: Values[] | undefined): string {
  const { description } = (spec ?? {}) as { description?: unknown };
  const said = typeof description === 'string' ? `${title}: ${description}` : `${title}.`;
  const count = tables?.reduce((sum, table) => sum + table.count, 0) ?? 0;
  const rows = tables ? ` ${plural(count, 'row')}; the menu shows them as a table.` : '';
  return `${said}${rows}`;
}
