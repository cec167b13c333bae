import type { Shape } from '../../lib/charts/scene.ts';
import type { ColorOf } from '../../lib/charts/svg.ts';

/** Reads the colors of the current theme, each once. */
export function themeColors(): ColorOf {
  const styles = getComputedStyle(document.documentElement);
  const known = new Map<string, string>();
  return (property) => {
    const color = known.get(property) ?? styles.getPropertyValue(property).trim();
    known.set(property, color);
    return color;
  };
}

/** Draws shapes on a canvas of the page, sharp and in the colors of the theme. */
export function paintOn(
  canvas: HTMLCanvasElement,
  shapes: readonly Shape[],
  size: { width: number; height: number },
) {
  const ratio = Math.max(1, devicePixelRatio);
  canvas.width = size.width * ratio;
  canvas.height = size.height * ratio;
  const context = canvas.getContext('2d');
  if (context) paint(context, shapes, themeColors(), ratio);
}

/** Draws shapes on a canvas whose pixels are `ratio` to a CSS pixel. */
export function paint(
  context: CanvasRenderingContext2D,
  shapes: readonly Shape[],
  colorOf: ColorOf,
  ratio: number,
) {
  const font = `12px ${colorOf('--font')}`;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.lineJoin = 'round';
  context.lineCap = 'round';
  for (const shape of shapes) {
    context.globalAlpha = 1;
    if (shape.kind === 'text') {
      context.font = shape.bold ? `600 ${font}` : font;
      context.textAlign = shape.anchor === 'middle' ? 'center' : shape.anchor;
      context.fillStyle = colorOf(shape.fill);
      context.fillText(shape.text, shape.x, shape.y);
      continue;
    }
    const path = new Path2D(shape.d);
    context.save();
    context.globalAlpha = shape.alpha ?? 1;
    if (shape.at) {
      context.translate(shape.at.x, shape.at.y);
      context.scale(shape.at.scale, shape.at.scale);
    }
    if (shape.fill) {
      context.fillStyle = colorOf(shape.fill);
      context.fill(path);
    }
    if (shape.stroke) {
      context.strokeStyle = colorOf(shape.stroke);
      context.lineWidth = shape.width ?? 1;
      if (shape.dash) context.lineCap = 'butt';
      context.setLineDash([...(shape.dash ?? [])]);
      context.stroke(path);
    }
    context.restore();
  }
}
