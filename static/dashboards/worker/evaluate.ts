import { type Loader, type LoggerInterface, parse, type Spec, View } from 'vega';
import { type Config, compile, type TopLevelSpec } from 'vega-lite';
import { type DataName, listSpecProblems, MAX_DOCUMENT_BYTES } from '../../../lib/dashboards/rules.ts';
import type { Size } from '../protocol.ts';
import type { Row } from '../rows.ts';
import { WidgetError } from '../widget-error.ts';
import { countOperator, startBudget } from './budget.ts';
import { boundedInterpreter } from './expressions.ts';
import { boundedFormats } from './formats.ts';
import { isOneMark, requireFewMarks } from './transforms.ts';

const noLoading = () => Promise.reject(new Error('Nothing is loaded here.'));
/** Vega loads data and images and follows links only through this loader, which refuses all. */
const loader = { options: {}, load: noLoading, sanitize: noLoading, http: noLoading, file: noLoading };

const MAX_WARNINGS = 20;

/** Vega's own events and those of dragging. A specification gets no other events; the page makes its inputs. */
const EVENTS = {
  bind: 'none',
  selector: false,
  timer: false,
  window: ['pointermove', 'pointerup', 'mousemove', 'mouseup', 'touchmove', 'touchend'],
};

type Tooltip = (handler: unknown, event: unknown, item: unknown, value: unknown) => void;

/** What a widget is made from. */
export interface Making {
  spec: unknown;
  rows: Partial<Record<DataName, Row[]>>;
  size: Size;
  theme: Config;
  onTooltip?: Tooltip;
}

/** A widget with all rows and marks, not yet drawn. */
export interface Made {
  view: View;
  compiled: Spec;
  /** Rows that it was given: it may make as many more, besides what every widget may make. */
  given: number;
  warnings: readonly string[];
  log: Log;
}

/** Evaluates a specification. Throws a `WidgetError` if it may not or cannot be drawn, or makes too much. */
export async function evaluateWidget(making: Making): Promise<Made> {
  const { spec, rows, size, theme, onTooltip } = making;
  const given = Object.values(rows).reduce((sum, { length }) => sum + length, 0);
  startBudget(given);
  const log = openLog();
  const compiled = toVega(fitInto(requireDrawable(spec), size), theme, log);
  const view = toView(compiled, log, onTooltip);
  try {
    for (const [name, table] of Object.entries(rows)) view.data(name, copy(table));
    await view.runAsync();
    log.rethrow();
    requireFewMarks(countMarks((view.scenegraph() as unknown as { root: SceneNode }).root));
  } catch (error) {
    view.finalize();
    throw toWidgetError(error, 'not_drawable');
  }
  return { view, compiled, given, warnings: log.warnings, log };
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

/** The error itself if it says why a widget is not drawn, else one that does. */
export function toWidgetError(error: unknown, code: WidgetError['code']): WidgetError {
  if (error instanceof WidgetError) return error;
  return new WidgetError(code, (error instanceof Error ? error.message : String(error)).slice(0, 300));
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
      if (warnings.length < MAX_WARNINGS) warnings.push(parts.join(' '));
      return log;
    },
    info: () => log,
    debug: () => log,
    rethrow() {
      const error = first;
      first = undefined;
      if (error) throw error;
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

/** Fits a widget into another box. Call `runAsync` after it. */
export function fitAgain(view: View, spec: unknown, { width, height }: Size): void {
  const own = spec as Json;
  if (isComposed(own)) return;
  if (fills(own.width)) view.width(width);
  if (fills(own.height)) view.height(height);
}

function toVega(spec: Json, config: Config, log: Log): Spec {
  try {
    const options = { config, logger: log } as unknown as Parameters<typeof compile>[1];
    const { spec: compiled } = compile(spec as unknown as TopLevelSpec, options);
    log.rethrow();
    return compiled;
  } catch (error) {
    throw toWidgetError(error, 'not_vega_lite');
  }
}

interface Bounded {
  add(...parts: unknown[]): unknown;
  locale(): Parameters<typeof boundedFormats>[0];
  locale(locale: unknown): unknown;
}

function toView(spec: Spec, log: Log, tooltip: Tooltip = () => undefined): View {
  try {
    const runtime = parse(spec, { events: EVENTS } as unknown as Parameters<typeof parse>[1], { ast: true });
    const view = new View(runtime, {
      expr: boundedInterpreter,
      loader: loader as unknown as Loader,
      renderer: 'none',
      logger: log as unknown as LoggerInterface,
      tooltip,
    });
    const bounded = view as unknown as Bounded;
    bounded.locale(boundedFormats(bounded.locale()));
    const add = bounded.add;
    bounded.add = function counted(...parts) {
      countOperator();
      return add.apply(this, parts);
    };
    return view;
  } catch (error) {
    throw toWidgetError(error, 'not_vega_lite');
  }
}

interface SceneNode {
  marktype?: string;
  items?: SceneNode[];
}

function countMarks(node: SceneNode): number {
  const items = node.items ?? [];
  if (isOneMark(node.marktype)) return 1;
  return items.reduce((sum, item) => sum + countMarks(item), node.marktype ? items.length : 0);
}
