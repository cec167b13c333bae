/** The worker that evaluates and draws a dashboard's widgets. The page ends it when a widget takes too long. */

import type { Spec, View } from 'vega';
import type { DataName } from '../../lib/dashboards/rules.ts';
import type { DrawAnswer, DrawRequest, FileFormat, Input, Message, Request, Tip } from './protocol.ts';
import { parseRows, type Row } from './rows.ts';
import { WidgetError } from './widget-error.ts';
import { heldRows, startBudget } from './worker/budget.ts';
import { evaluateWidget, fitAgain, type Made, toWidgetError } from './worker/evaluate.ts';
import { ON_STAGE, openStage, ratioFor, type Stage, standInForWindow } from './worker/stage.ts';
import { toFile, valuesOf } from './worker/values.ts';

interface Widget extends Made {
  spec: unknown;
  stage: Stage;
  /** How much memory it takes, as a number of rows. */
  rows: number;
}

const MAX_TIP_LINES = 20;
const MAX_TIP_LENGTH = 300;

const tables = new Map<number, Row[]>();
const widgets = new Map<number, Widget>();
/** Whether a request is under way. */
let isAsked = false;

const send = (message: Message, transfer: Transferable[] = []) => self.postMessage(message, { transfer });

function requireWidget(view: number): Widget {
  const widget = widgets.get(view);
  if (!widget) throw new WidgetError('not_drawable', 'This widget is not drawn any more.');
  return widget;
}

/** Vega goes on by itself after a run, when a drawing must fit into its box. */
const settled = () => new Promise((resolve) => setTimeout(resolve));

async function sendFrame(view: number, stage: Stage): Promise<void> {
  await settled();
  const frame = await stage.frame();
  if (frame) send({ kind: 'frame', view, ...frame }, [frame.bitmap]);
}

/**
 * Shows what changed. Only errors that say why a widget is not drawn any more are thrown. Returns how much memory the widget
 * takes, as a number of rows.
 */
async function update(view: number, change: (widget: Widget) => void): Promise<number> {
  const widget = requireWidget(view);
  startBudget(widget.given);
  change(widget);
  await widget.view.runAsync();
  try {
    widget.log.rethrow();
  } catch (error) {
    if (error instanceof WidgetError) throw error;
  }
  widget.rows = Math.max(widget.rows, heldRows());
  await sendFrame(view, widget.stage);
  return widget.rows;
}

function close(view: number): void {
  widgets.get(view)?.view.finalize();
  widgets.delete(view);
}

async function draw(view: number, request: DrawRequest): Promise<DrawAnswer> {
  close(view);
  const { spec, size, theme, pixelRatio } = request;
  const onCursor = (cursor: string) => send({ kind: 'cursor', view, cursor });
  // A specification may let the pointer rest before it changes something: then nobody asked.
  const onPaint = () => {
    if (!isAsked) sendFrame(view, stage).catch(() => undefined);
  };
  const stage = openStage({ size, pixelRatio, onCursor, onPaint });
  const names = Object.entries(request.tables) as [DataName, number][];
  const rows = Object.fromEntries(names.map(([name, table]) => [name, tables.get(table) ?? []]));
  const onTooltip = (_: unknown, event: unknown, __: unknown, value: unknown) =>
    send({ kind: 'tip', view, tip: toTip(event, value) });
  const made = await evaluateWidget({ spec, rows, size, theme, onTooltip });
  const widget = { ...made, spec, stage, rows: 0 };
  widgets.set(view, widget);
  made.view.renderer(ON_STAGE).initialize(stage.element as HTMLElement);
  await made.view.runAsync();
  made.log.rethrow();
  widget.rows = heldRows();
  await sendFrame(view, stage);
  const inputs = listInputs(made);
  for (const { signal } of inputs)
    made.view.addSignalListener(signal, (_, value) =>
      send({ kind: 'input', view, signal, value: toInputValue(value) }),
    );
  return {
    values: valuesOf(widget),
    inputs,
    events: {
      canvas: stage.listening('canvas'),
      window: stage.listening('window'),
      prevented: listConsumed(made.compiled),
    },
    rows: widget.rows,
  };
}

/** Parameters that are bound to inputs; the page makes those. */
function listInputs({ view, compiled }: { view: View; compiled: Spec }): Input[] {
  return (compiled.signals ?? []).flatMap((signal) => {
    const { name, bind } = signal as { name: string; bind?: Omit<Input, 'signal' | 'value'> };
    return bind ? [{ ...bind, signal: name, value: toInputValue(view.signal(name)) }] : [];
  });
}

const toInputValue = (value: unknown) =>
  typeof value === 'object' || typeof value === 'function' ? null : value;

/** The types of events that only the drawing acts on, such as the wheel where it zooms. */
function listConsumed(part: unknown, found = new Set<string>()): string[] {
  if (typeof part !== 'object' || part === null) return [...found];
  const { consume, type } = part as { consume?: unknown; type?: unknown };
  if (consume === true && typeof type === 'string') found.add(type);
  for (const one of Object.values(part)) listConsumed(one, found);
  return [...found];
}

function toTip(event: unknown, value: unknown): Tip | null {
  if (value === null || value === undefined || value === '' || !event) return null;
  const { clientX, clientY } = event as { clientX: number; clientY: number };
  const toText = (part: unknown) => String(part).slice(0, MAX_TIP_LENGTH);
  const lines: [string, string][] =
    typeof value === 'object' && !(value instanceof Date)
      ? Object.entries(value).map(([name, part]) => [toText(name), toText(part)])
      : [['', toText(value)]];
  return { x: clientX, y: clientY, lines: lines.slice(0, MAX_TIP_LINES) };
}

async function toPng({ view, stage }: Widget): Promise<Blob> {
  const canvas = (await view.toCanvas(ratioFor(stage.size(), 2))) as unknown as OffscreenCanvas;
  return canvas.convertToBlob({ type: 'image/png' });
}

async function makeFile(widget: Widget, format: FileFormat): Promise<Blob> {
  startBudget(widget.given);
  if (format === 'png') return toPng(widget);
  if (format === 'svg') return new Blob([await widget.view.toSVG()], { type: 'image/svg+xml' });
  return new Blob([toFile(widget)], { type: 'text/csv' });
}

async function answer(request: Request): Promise<unknown> {
  switch (request.kind) {
    case 'table':
      return void tables.set(request.table, request.pages.flatMap(parseRows));
    case 'forget':
      return void tables.delete(request.table);
    case 'draw':
      return draw(request.view, request);
    case 'resize':
      return update(request.view, ({ view, spec, stage }) => {
        stage.resize(request.size);
        fitAgain(view, spec, request.size);
      });
    case 'point':
      return update(request.view, ({ stage }) => request.events.forEach(stage.point));
    case 'set':
      return update(request.view, ({ view }) => void view.signal(request.signal, request.value));
    case 'file':
      return makeFile(requireWidget(request.view), request.format);
    case 'close':
      return close(request.view);
  }
}

standInForWindow();

self.addEventListener('message', ({ data }: MessageEvent<Request>) => {
  isAsked = true;
  answer(data)
    .then(
      (answered) => send({ kind: 'done', answer: answered }),
      (error: unknown) => {
        if ('view' in data) close(data.view);
        const { code, message } = toWidgetError(error, 'not_drawable');
        send({ kind: 'failed', code, message });
      },
    )
    .finally(() => {
      isAsked = false;
    });
});

send({ kind: 'ready' });
