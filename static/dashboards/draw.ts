import { type Loader, type LoggerInterface, parse, type Spec, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { type DataName, listSpecProblems, MAX_DOCUMENT_BYTES } from '../../lib/dashboards/rules.ts';
import { dataNamesOf } from './document.ts';
import { boundedInterpreter } from './expressions.ts';
import type { Row } from './tables.ts';
import { themeConfig } from './theme-config.ts';
import { type Values, valuesOf } from './values.ts';
import { WidgetError } from './widget-error.ts';

const MAX_MARKS = 10_000;

export interface Size {
  width: number;
  height: number;
}

/** What a widget is drawn from, and where. */
export interface Drawing {
  spec: unknown;
  rows: Partial<Record<DataName, Row[]>>;
  size: Size;
  /** Emptied and drawn into. */
  box: HTMLElement;
  /** Holds the inputs that parameters are bound to. */
  inputs: HTMLElement;
  onTip: (tip: Tip | null) => void;
}

/** A tooltip, as text. */
export interface Tip {
  x: number;
  y: number;
  lines: [string, string][];
}

/** A drawn widget. */
export interface Drawn {
  /** What it shows, as tables: one for each data source of its layers and views. */
  values: Values[];
  warnings: string[];
  resize(size: Size): void;
  svg(): Promise<Blob>;
  png(): Promise<Blob>;
  close(): void;
}

const noLoading = () => Promise.reject(new Error('Nothing is loaded here.'));
/** Vega loads data and images and follows links only through this loader, which refuses all. */
const loader = { options: {}, load: noLoading, sanitize: noLoading, http: noLoading, file: noLoading };

/** Vega's own events and those of dragging. A specification gets no other events of the page. */
const EVENTS = {
  bind: 'any',
  selector: false,
  timer: false,
  window: ['pointermove', 'pointerup', 'mousemove', 'mouseup', 'touchmove', 'touchend'],
};

/** Draws a specification. Throws a `WidgetError`. */
export async function drawWidget({ spec, rows, size, box, inputs, onTip }: Drawing): Promise<Drawn> {
  const log = openLog();
  const compiled = toVega(fitInto(requireDrawable(spec), size), log);
  const view = toView(compiled, log, onTip);
  try {
    for (const name of dataNamesOf(spec)) view.data(name, copy(rows[name] ?? []));
    // Evaluate before drawing: too many marks must never be drawn.
    await view.runAsync();
    log.rethrow();
    requireFewMarks(view);
    view.renderer('canvas').initialize(box, inputs);
    await view.runAsync();
    log.rethrow();
  } catch (error) {
    view.finalize();
    throw toWidgetError(error, 'not_drawable');
  }
  return {
    values: valuesOf(view, spec, compiled),
    warnings: log.warnings,
    resize: (wanted) => resize(view, spec, wanted),
    svg: async () => new Blob([await view.toSVG()], { type: 'image/svg+xml' }),
    png: () => toPng(view),
    close: () => void view.finalize(),
  };
}

/** The API refuses such a specification; the page does not rely on that. Throws a `WidgetError` for its worst problem. */
function requireDrawable(spec: unknown): Json {
  const [problem] = listSpecProblems(spec, '');
  if (problem)
    throw new WidgetError(problem.code, `${problem.message}${problem.path && ` (${problem.path})`}`);
  if (JSON.stringify(spec).length > MAX_DOCUMENT_BYTES)
    throw new WidgetError('too_large', 'A specification must be at most 256 kB long.');
  return spec as Json;
}

function toWidgetError(error: unknown, code: WidgetError['code']): WidgetError {
  if (error instanceof WidgetError) return error;
  return new WidgetError(code, error instanceof Error ? error.message : String(error));
}

/** Vega logs errors of a run instead of throwing them. */
function openLog() {
  const warnings: string[] = [];
  let first: unknown;
  const log = {
    warnings,
    level: () => log,
    error(...parts: unknown[]) {
      first ??= parts.find((part) => part instanceof Error) ?? new Error(parts.join(' '));
      return log;
    },
    warn(...parts: unknown[]) {
      warnings.push(parts.join(' '));
      return log;
    },
    info: () => log,
    debug: () => log,
    rethrow() {
      if (first) throw first;
    },
  };
  return log;
}
type Log = ReturnType<typeof openLog>;

/** Vega modifies the rows that it gets. */
const copy = (rows: Row[]) => rows.map((row) => ({ ...row }));

type Json = Record<string, unknown>;
const COMPOSED = ['concat', 'hconcat', 'vconcat', 'facet', 'repeat'];
const FACETS = ['facet', 'row', 'column'];

const isComposed = (spec: Json) =>
  COMPOSED.some((key) => key in spec) ||
  FACETS.some((channel) => typeof spec.encoding === 'object' && spec.encoding && channel in spec.encoding);

const fills = (length: unknown) => length === undefined || length === 'container';

/** Makes a specification fill the widget's box. One with its own size, or with parts side by side, keeps its size and scrolls. */
function fitInto(spec: Json, { width, height }: Size): Json {
  if (isComposed(spec)) return spec;
  return {
    autosize: { type: 'fit', contains: 'padding' },
    ...spec,
    ...(fills(spec.width) && { width }),
    ...(fills(spec.height) && { height }),
  };
}

function resize(view: View, spec: unknown, { width, height }: Size) {
  const own = spec as Json;
  if (isComposed(own)) return;
  if (fills(own.width)) view.width(width);
  if (fills(own.height)) view.height(height);
  view.runAsync().catch(() => undefined);
}

function toVega(spec: Json, log: Log): Spec {
  try {
    const options = { config: themeConfig(), logger: log } as unknown as Parameters<typeof compile>[1];
    const { spec: compiled } = compile(spec as unknown as TopLevelSpec, options);
    log.rethrow();
    return compiled;
  } catch (error) {
    throw toWidgetError(error, 'not_vega_lite');
  }
}

function toView(spec: Spec, log: Log, onTip: Drawing['onTip']): View {
  try {
    const runtime = parse(spec, { events: EVENTS } as unknown as Parameters<typeof parse>[1], { ast: true });
    return new View(runtime, {
      expr: boundedInterpreter,
      loader: loader as unknown as Loader,
      renderer: 'none',
      logger: log as unknown as LoggerInterface,
      tooltip: (_, event, __, value) => onTip(toTip(event, value)),
    });
  } catch (error) {
    throw toWidgetError(error, 'not_vega_lite');
  }
}

interface SceneNode {
  marktype?: string;
  items?: SceneNode[];
}

function requireFewMarks(view: View) {
  if (countMarks((view.scenegraph() as unknown as { root: SceneNode }).root) < MAX_MARKS) return;
  throw new WidgetError(
    'too_many_marks',
    `More than ${MAX_MARKS.toLocaleString('en-GB')} marks. Aggregate the figures, use the table "traffic", or pick fewer days or repositories.`,
  );
}

/** A line or an area is one mark, however many points it has. */
function countMarks(node: SceneNode): number {
  const items = node.items ?? [];
  if (node.marktype === 'line' || node.marktype === 'area' || node.marktype === 'trail') return 1;
  return items.reduce((sum, item) => sum + countMarks(item), node.marktype ? items.length : 0);
}

async function toPng(view: View): Promise<Blob> {
  const canvas = (await view.toCanvas(2)) as unknown as HTMLCanvasElement;
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('The image could not be created.')))),
  );
}

function toTip(event: unknown, value: unknown): Tip | null {
  if (value === null || value === undefined || value === '' || !(event instanceof MouseEvent)) return null;
  const lines: [string, string][] =
    typeof value === 'object' && !(value instanceof Date)
      ? Object.entries(value).map(([name, part]) => [name, String(part)])
      : [['', String(value)]];
  return { x: event.clientX, y: event.clientY, lines: lines.slice(0, 20) };
}
