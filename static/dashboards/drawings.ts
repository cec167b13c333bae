import type { Config } from 'vega-lite';
import type { DataName } from '../../lib/dashboards/rules.ts';
import { type Lane, openLane } from './lane.ts';
import { addPointing, isPointing, toPointing } from './pointing.ts';
import type {
  DrawAnswer,
  FileFormat,
  Input,
  News,
  Pointing,
  Request,
  Size,
  Tip,
  Values,
} from './protocol.ts';
import type { Table } from './tables.ts';
import { WidgetError } from './widget-error.ts';

/** Of one widget's evaluation, drawing, or answer to the pointer. */
const LIMIT_MS = 2000;
/** Of a file that you asked for. */
const FILE_LIMIT_MS = 10_000;
/** Of what no document decides, such as reading a table. */
const OWN_LIMIT_MS = 60_000;
const MAX_KEPT_TABLES = 8;
/**
 * Of all views in the worker, by the memory that they take. Those that were not used for the longest time are drawn again when
 * they are needed.
 */
const MAX_HELD_ROWS = 1_000_000;
/** Of all views that a worker ever made, alike. A browser frees the memory of closed views late, but that of an ended worker soon. */
const MAX_MADE_ROWS = 2_000_000;

/** What a widget is drawn from, and where. */
export interface Drawing {
  spec: unknown;
  tables: Partial<Record<DataName, Table>>;
  size: Size;
  theme: Config;
  canvas: HTMLCanvasElement;
  onTip: (tip: Tip | null) => void;
  onInput: (signal: string, value: unknown) => void;
  /** Called if the widget had to be stopped after it was drawn. */
  onStopped: (error: Error) => void;
  /** Aborted when the widget is not shown any more. */
  signal: AbortSignal;
}

/** A drawn widget. */
export interface Drawn {
  values: Values[];
  inputs: Input[];
  resize(size: Size): void;
  /** Sets a parameter that an input is bound to. */
  set(signal: string, value: unknown): void;
  /** Rejects with a `WidgetError`. */
  file(format: FileFormat): Promise<Blob>;
}

/** Draws widgets in a worker, one after the other. */
export interface Drawings {
  /** Loads the script before the first widget needs it. */
  prepare(): void;
  /** Rejects with a `WidgetError` that says why the widget is not drawn. */
  draw(drawing: Drawing): Promise<Drawn>;
  close(): void;
}

/** A widget on the page. */
interface View {
  number: number;
  drawing: Drawing;
  size: Size;
  /** What the pointer did and the worker does not know yet. */
  waiting: Pointing[];
  /** The events that are listened to. */
  listened: Set<string>;
  isPressed: boolean;
}

/** What the present worker knows; the latest used last. */
interface Known {
  lane: Lane;
  tables: Map<Table, number>;
  /** How much memory each view takes, as a number of rows. */
  views: Map<number, number>;
  /** The same of all views that it made, closed or not. */
  made: number;
}

/** Opens a worker that draws. It is replaced when a widget does not answer in time. */
export function openDrawings(): Drawings {
  const views = new Map<number, View>();
  let known: Known | undefined;
  let lastNumber = 0;
  let last: Promise<unknown> = Promise.resolve();

  function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  }

  function requireKnown(): Known {
    if (!known || known.lane.isOver())
      known = { lane: openLane(hear), tables: new Map(), views: new Map(), made: 0 };
    return known;
  }

  /** The same before a view is drawn: a worker that made too much is replaced. */
  function requireFresh(): Known {
    if (known && known.made > MAX_MADE_ROWS) known.lane.end();
    return requireKnown();
  }

  function hear(news: News): void {
    const drawing = views.get(news.view)?.drawing;
    if (news.kind === 'frame') {
      if (drawing) show(drawing.canvas, news);
      news.bitmap.close();
    }
    if (news.kind === 'tip') drawing?.onTip(news.tip && placeTip(news.tip, drawing.canvas));
    if (news.kind === 'input') drawing?.onInput(news.signal, news.value);
    if (news.kind === 'cursor' && drawing && /^[a-z-]*$/.test(news.cursor))
      drawing.canvas.style.cursor = news.cursor;
  }

  async function sendTable({ lane, tables }: Known, table: Table): Promise<number> {
    const sent = tables.get(table);
    const number = sent ?? ++lastNumber;
    if (sent === undefined)
      await lane.ask({ kind: 'table', table: number, pages: table.pages }, OWN_LIMIT_MS);
    tables.delete(table);
    tables.set(table, number);
    return number;
  }

  async function forget({ lane, tables, views: held }: Known): Promise<void> {
    for (const [table, number] of [...tables].slice(0, -MAX_KEPT_TABLES)) {
      tables.delete(table);
      await lane.ask({ kind: 'forget', table: number }, OWN_LIMIT_MS);
    }
    let rows = [...held.values()].reduce((sum, one) => sum + one, 0);
    for (const [view, own] of [...held].slice(0, -1)) {
      if (rows <= MAX_HELD_ROWS) return;
      rows -= own;
      held.delete(view);
      await lane.ask({ kind: 'close', view }, OWN_LIMIT_MS);
    }
  }

  async function drawView(view: View): Promise<DrawAnswer> {
    const { number, size } = view;
    const { spec, tables, theme, signal } = view.drawing;
    signal.throwIfAborted();
    const used = requireFresh();
    const numbers: Partial<Record<DataName, number>> = {};
    for (const [name, table] of Object.entries(tables) as [DataName, Table][])
      numbers[name] = await sendTable(used, table);
    const from = { spec, tables: numbers, size, theme, pixelRatio: window.devicePixelRatio };
    used.views.delete(number);
    const answer = (await used.lane.ask({ kind: 'draw', view: number, ...from }, LIMIT_MS)) as DrawAnswer;
    used.views.set(number, answer.rows);
    used.made += answer.rows;
    listen(view, answer.events);
    await forget(used);
    return answer;
  }

  /** Asks about a drawn view. It is drawn again if its worker was ended meanwhile. */
  async function askAbout(view: View, toRequest: () => Request, limitMs: number): Promise<unknown> {
    view.drawing.signal.throwIfAborted();
    if (!requireKnown().views.has(view.number)) await drawView(view);
    const { lane, views: held } = requireKnown();
    const rows = held.get(view.number) ?? 0;
    held.delete(view.number);
    const answer = await lane.ask(toRequest(), limitMs);
    held.set(view.number, rows);
    return answer;
  }

  async function change(view: View, toRequest: () => Request): Promise<void> {
    const rows = (await askAbout(view, toRequest, LIMIT_MS)) as number;
    const used = requireKnown();
    used.made += rows - (used.views.get(view.number) ?? 0);
    used.views.set(view.number, rows);
    await forget(used);
  }

  /** Tells the worker of a change on the page as soon as it has time. */
  function tell(view: View, toRequest: () => Request): void {
    if (!views.has(view.number)) return;
    inTurn(() => change(view, toRequest)).catch((error: Error) => {
      if (views.delete(view.number)) view.drawing.onStopped(error);
    });
  }

  function point(view: View, pointing: Pointing): void {
    const isFirst = view.waiting.length === 0;
    addPointing(view.waiting, pointing);
    if (isFirst) tell(view, () => ({ kind: 'point', view: view.number, events: view.waiting.splice(0) }));
  }

  function listen(view: View, events: DrawAnswer['events']): void {
    const { canvas, signal } = view.drawing;
    const isNew = (target: string, type: string) => {
      const name = `${target} ${type}`;
      const isKnown = view.listened.has(name);
      view.listened.add(name);
      return isPointing(type) && !isKnown;
    };
    for (const type of events.canvas.filter((one) => isNew('canvas', one))) {
      const isPrevented = events.prevented.includes(type);
      const forward = (event: Event) => {
        if (isPrevented) event.preventDefault();
        if (type === 'pointerdown') view.isPressed = true;
        point(view, toPointing('canvas', event, canvas));
      };
      canvas.addEventListener(type, forward, { signal, passive: !isPrevented });
    }
    for (const type of events.window.filter((one) => isNew('window', one))) {
      // A drag begins on the canvas.
      const forward = (event: Event) => {
        const isEnd = /(up|end)$/.test(type);
        if (view.isPressed || isEnd) point(view, toPointing('window', event, canvas));
        if (type === 'pointerup') view.isPressed = false;
      };
      window.addEventListener(type, forward, { signal });
    }
  }

  function close(view: View): void {
    views.delete(view.number);
    inTurn(async () => {
      if (known?.views.delete(view.number) && !known.lane.isOver())
        await known.lane.ask({ kind: 'close', view: view.number }, OWN_LIMIT_MS);
    }).catch(() => undefined);
  }

  return {
    prepare() {
      if (isSupported()) requireKnown();
    },
    async draw(drawing) {
      if (!isSupported()) throw tooOld();
      const { size, signal } = drawing;
      const number = ++lastNumber;
      const view = { number, drawing, size, waiting: [], listened: new Set<string>(), isPressed: false };
      views.set(number, view);
      signal.addEventListener('abort', () => close(view));
      try {
        const { values, inputs } = await inTurn(() => drawView(view));
        return {
          values,
          inputs,
          resize(wanted) {
            view.size = wanted;
            tell(view, () => ({ kind: 'resize', view: number, size: wanted }));
          },
          set: (name, value) => tell(view, () => ({ kind: 'set', view: number, signal: name, value })),
          file: (format) =>
            inTurn(() =>
              askAbout(view, () => ({ kind: 'file', view: number, format }), FILE_LIMIT_MS),
            ) as Promise<Blob>,
        };
      } catch (error) {
        views.delete(number);
        throw error;
      }
    },
    close: () => known?.lane.end(),
  };
}

const isSupported = () => typeof OffscreenCanvas !== 'undefined';

const tooOld = () =>
  new WidgetError('not_drawable', 'This browser is too old to draw dashboards. Update it.');

function placeTip(tip: Tip, canvas: HTMLCanvasElement): Tip {
  const { left, top } = canvas.getBoundingClientRect();
  return { ...tip, x: left + tip.x, y: top + tip.y };
}

function show(canvas: HTMLCanvasElement, { bitmap, size }: { bitmap: ImageBitmap; size: Size }): void {
  canvas.width = bitmap.width;
  canvas.height = bitmap.height;
  canvas.style.width = `${size.width}px`;
  canvas.style.height = `${size.height}px`;
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0);
}
