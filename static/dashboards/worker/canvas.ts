import { WidgetError } from '../widget-error.ts';

/** Stands in for the package `vega-canvas`, which makes canvases of a page. The build replaces it. */

/** Of all canvases that one piece of work makes, such as those for gradients. */
const MAX_PIXELS = 16_000_000;
let left = MAX_PIXELS;

/** Starts a piece of work. */
export function allowPixels(): void {
  left = MAX_PIXELS;
}

/**
 * A canvas of the worker. The processor draws on it, within the time that a widget has: the graphics card would go on after
 * that. Throws a `WidgetError` if it is too large, or if there are too many.
 */
export function canvas(width: number, height: number): OffscreenCanvas {
  left -= width * height;
  if (!(left >= 0)) throw new WidgetError('too_large', 'This widget draws too large an area.');
  const made = new OffscreenCanvas(width, height);
  made.getContext('2d', { willReadFrequently: true });
  return made;
}

/** No picture is ever loaded. */
export const image = () => null;
