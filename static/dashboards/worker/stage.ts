import * as vega from 'vega';
import type { Pointing, Size } from '../protocol.ts';
import { WidgetError } from '../widget-error.ts';

/** CSS pixels: larger canvases fail in some browsers. */
const MAX_SIDE = 16_384;
const MAX_AREA = 32_000_000;
/** Device pixels of a drawing. A larger one gets fewer of them. */
const MAX_PIXELS = 8_000_000;

type Listener = (event: unknown) => void;

/** What the renderer below needs of Vega's own, which the types leave out. */
interface Renderer {
  _canvas: OffscreenCanvas;
  initialize(element: null, width: number, height: number, origin: number[]): Renderer;
  resize(width: number, height: number, origin: number[], scale: number): Renderer;
  render(...scene: unknown[]): Renderer;
  context(): OffscreenCanvasRenderingContext2D;
}
type RendererClass = new (...parts: unknown[]) => Renderer;

/** The place where a view draws, instead of an element of the page. */
export interface Stage {
  /** Give it to `View.initialize`. */
  element: object;
  /** The events that the view listens to. */
  listening(target: Pointing['target']): string[];
  /** Does to the view what a pointer did on the page. */
  point(event: Pointing): void;
  /** The drawing's size. */
  size(): Size;
  /** A copy of the drawing; nothing if that did not change since. */
  frame(): Promise<{ bitmap: ImageBitmap; size: Size } | undefined>;
  resize(size: Size): void;
}

interface StageElement {
  attach(renderer: Renderer): void;
  /** Device pixels per CSS pixel, for a drawing of this size. */
  ratioOf(size: Size): number;
  painted(size: Size): void;
  canvas: object;
}

/** As many device pixels as the screen has, if they are not too many. Throws a `WidgetError` if even the area is too large. */
export function ratioFor({ width, height }: Size, pixelRatio: number): number {
  const area = width * height;
  if (!(area <= MAX_AREA && Math.max(width, height) <= MAX_SIDE))
    throw new WidgetError(
      'too_large',
      `The drawing would be ${Math.round(width)} × ${Math.round(height)} pixels large.`,
    );
  const side = Math.max(1, width, height);
  return Math.min(pixelRatio, Math.sqrt(MAX_PIXELS / Math.max(1, area)), MAX_SIDE / side);
}

/** Its types leave this class out. */
const { CanvasRenderer } = vega as unknown as { CanvasRenderer: RendererClass };

/** Draws on a canvas of the worker, and tells its stage. */
class StageRenderer extends CanvasRenderer {
  #element: StageElement | undefined;
  #size: Size = { width: 0, height: 0 };

  override initialize(element: unknown, width: number, height: number, origin: number[]): Renderer {
    this.#element = element as StageElement;
    this.#element.attach(this);
    return super.initialize(null, width, height, origin);
  }

  override resize(width: number, height: number, origin: number[]): Renderer {
    this.#size = { width, height };
    return super.resize(width, height, origin, this.#element?.ratioOf(this.#size) ?? 1);
  }

  override render(...scene: unknown[]): Renderer {
    super.render(...scene);
    this.#element?.painted(this.#size);
    return this;
  }

  /** Where Vega looks for the place of an event. */
  canvas(): unknown {
    return this.#element?.canvas;
  }
}

/** The renderer that draws on a stage. */
export const ON_STAGE = 'stage' as vega.Renderers;
const modules = { renderer: StageRenderer, headless: CanvasRenderer, handler: vega.CanvasHandler };
vega.renderModule(ON_STAGE, modules as unknown as Parameters<typeof vega.renderModule>[1]);

/** The stage whose view is at work: what it listens to at the window is its own. */
let current: { onWindow(type: string, listener: Listener): void } | undefined;

/** Vega looks for the page's window when a view listens to dragging. The worker has none. */
export function standInForWindow(): void {
  const addEventListener = (type: string, listener: Listener) => current?.onWindow(type, listener);
  const removeEventListener = () => undefined;
  Object.assign(globalThis, { window: { addEventListener, removeEventListener, screen: {} } });
}

interface StageOptions {
  size: Size;
  pixelRatio: number;
  onCursor: (cursor: string) => void;
  /** Called whenever something was drawn. */
  onPaint: () => void;
}

/** Opens a stage. What follows, until another is opened or used, belongs to its view. */
export function openStage({ size, pixelRatio, onCursor, onPaint }: StageOptions): Stage {
  const listeners = { canvas: new Map<string, Listener[]>(), window: new Map<string, Listener[]>() };
  let renderer: Renderer | undefined;
  let painted: Size | undefined;
  let last = size;

  const listen = (target: Pointing['target'], type: string, listener: Listener) =>
    void listeners[target].set(type, [...(listeners[target].get(type) ?? []), listener]);

  const place = { left: 0, top: 0, width: 0, height: 0 };
  const canvas = {
    tagName: 'canvas',
    addEventListener: (type: string, listener: Listener) => listen('canvas', type, listener),
    getContext: () => renderer?.context(),
    getBoundingClientRect: () => place,
  };
  const style = {
    set cursor(cursor: string) {
      onCursor(cursor);
    },
    removeProperty: () => onCursor(''),
  };
  const element = {
    canvas,
    childNodes: [canvas],
    style,
    clientWidth: size.width,
    clientHeight: size.height,
    setAttribute: () => undefined,
    removeAttribute: () => undefined,
    attach(made: Renderer) {
      renderer = made;
    },
    ratioOf: (wanted: Size) => ratioFor(wanted, pixelRatio),
    painted(drawn: Size) {
      painted = drawn;
      last = drawn;
      onPaint();
    },
  };
  const own = { onWindow: (type: string, listener: Listener) => listen('window', type, listener) };
  current = own;
  return {
    element,
    listening: (target) => [...listeners[target].keys()],
    point({ target, ...details }) {
      current = own;
      for (const listener of listeners[target].get(details.type) ?? []) listener(toEvent(details));
    },
    size: () => last,
    async frame() {
      const drawn = painted;
      painted = undefined;
      if (!drawn || !renderer) return undefined;
      return { bitmap: await createImageBitmap(renderer._canvas), size: drawn };
    },
    resize({ width, height }) {
      element.clientWidth = width;
      element.clientHeight = height;
    },
  };
}

const nothing = () => undefined;

/** As much of a browser's event as Vega and its expressions use. */
const toEvent = (details: Omit<Pointing, 'target'>) => ({
  ...details,
  preventDefault: nothing,
  stopPropagation: nothing,
});
