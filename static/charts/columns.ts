import type uPlot from 'uplot';
import { cutOf } from '../format.ts';
import { type ChartModel, indexOf, type Layer, type Mark } from './model.ts';

/** Colors of the current theme, read from the styles. */
export function colorOf(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

interface Span {
  left: number;
  width: number;
}

/** A bucket's position on the canvas, in canvas pixels. */
function slotOf(plot: uPlot, index: number): Span {
  const left = plot.valToPos(index - 0.5, 'x', true);
  return { left, width: plot.valToPos(index + 0.5, 'x', true) - left };
}

/** The column of a bucket that the range cuts is narrower in proportion. */
function columnOf(plot: uPlot, { buckets, range }: ChartModel, index: number): Span {
  const slot = slotOf(plot, index);
  const cut = cutOf(buckets[index] ?? range.from, range);
  const share = cut ? cut.days / cut.of : 1;
  const width = Math.max(1, Math.min(slot.width * 0.76, 44 * devicePixelRatio) * share);
  return { left: slot.left + (slot.width - width) / 2, width };
}

function hatch(context: CanvasRenderingContext2D, color: string): CanvasPattern | string {
  const size = 8 * devicePixelRatio;
  const tile = document.createElement('canvas');
  tile.width = size;
  tile.height = size;
  const pen = tile.getContext('2d');
  if (!pen) return color;
  pen.strokeStyle = color;
  pen.lineWidth = devicePixelRatio;
  for (const shift of [-size, 0, size]) {
    pen.moveTo(shift, size);
    pen.lineTo(shift + size, 0);
  }
  pen.stroke();
  return context.createPattern(tile, 'repeat') ?? color;
}

/** Draws lost days as hatched bands and days before the first collection as a pale background. */
export function drawBands(plot: uPlot, model: ChartModel) {
  const { ctx, bbox } = plot;
  const fills: Partial<Record<Mark, CanvasPattern | string>> = {
    lost: hatch(ctx, colorOf('--lost')),
    partial: hatch(ctx, colorOf('--lost')),
    before: colorOf('--sunken'),
    unspread: hatch(ctx, colorOf('--line-strong')),
  };
  model.marks.forEach((mark, index) => {
    const fill = fills[mark];
    if (!fill) return;
    const { left, width } = slotOf(plot, index);
    const strip = mark === 'partial' ? 6 * devicePixelRatio : bbox.height;
    ctx.fillStyle = fill;
    ctx.fillRect(left, bbox.top + bbox.height - strip, width, strip);
  });
}

/** Draws events as dashed lines. */
export function drawEvents(plot: uPlot, model: ChartModel) {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.strokeStyle = colorOf('--ink-2');
  ctx.setLineDash([4 * devicePixelRatio, 3 * devicePixelRatio]);
  ctx.lineWidth = devicePixelRatio;
  for (const { date } of model.events) {
    const index = indexOf(model.buckets, date);
    if (index < 0) continue;
    const x = Math.round(plot.valToPos(index, 'x', true)) + 0.5;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
  }
  ctx.restore();
}

/**
 * Draws columns, nested or stacked. Provisional and suspect ones are pale with an outline, zeros are ticks, and missing and
 * suspect figures have a dashed box.
 */
export function drawColumns(plot: uPlot, model: ChartModel) {
  const { ctx } = plot;
  const colors = model.layers.map((layer) => colorOf(layer.color));
  const floor = plot.valToPos(0, 'y', true);
  const tick = colorOf('--line-strong');
  model.buckets.forEach((_, index) => {
    const { left, width } = columnOf(plot, model, index);
    const mark = model.marks[index];
    const pale = mark === 'provisional' || mark === 'suspect';
    let below = 0;
    model.layers.forEach((layer, place) => {
      const value = layer.values[index] ?? null;
      if (value === null || value === 0) return;
      const inset = model.kind === 'nested' && place > 0 ? Math.floor(width * 0.22) : 0;
      const base = model.kind === 'stacked' ? below : 0;
      const top = plot.valToPos(base + value, 'y', true);
      const bottom = plot.valToPos(base, 'y', true);
      fillColumn(
        ctx,
        colors[place] ?? tick,
        { left: left + inset, width: width - 2 * inset },
        top,
        bottom,
        pale,
      );
      if (model.kind === 'stacked') below += value;
    });
    if (model.layers[0]?.values[index] === 0 && below === 0) {
      ctx.fillStyle = tick;
      ctx.fillRect(left, floor - 2 * devicePixelRatio, width, 2 * devicePixelRatio);
    }
    if (mark === 'unread') drawOpenBox(ctx, tick, { left, width }, floor);
    if (mark === 'suspect') drawOpenBox(ctx, colorOf('--warning'), { left, width }, floor);
  });
}

/** An open box on the baseline: another figure may follow. */
function drawOpenBox(ctx: CanvasRenderingContext2D, color: string, { left, width }: Span, floor: number) {
  ctx.save();
  ctx.strokeStyle = color;
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([2 * devicePixelRatio, 2 * devicePixelRatio]);
  const height = 8 * devicePixelRatio;
  ctx.strokeRect(left + 0.5, floor - height, Math.max(2, width - 1), height);
  ctx.restore();
}

function fillColumn(
  ctx: CanvasRenderingContext2D,
  color: string,
  { left, width }: Span,
  top: number,
  bottom: number,
  pale: boolean,
) {
  const height = Math.max(devicePixelRatio, bottom - top);
  ctx.fillStyle = color;
  ctx.globalAlpha = pale ? 0.35 : 1;
  ctx.fillRect(left, bottom - height, width, height);
  ctx.globalAlpha = 1;
  if (!pale || width < 4) return;
  ctx.strokeStyle = color;
  ctx.lineWidth = devicePixelRatio;
  ctx.strokeRect(left + 0.5, bottom - height + 0.5, width - 1, height - 1);
}

interface Point {
  index: number;
  x: number;
  y: number;
}

/** Draws lines through known values, dashed across days that were not collected. */
export function drawLines(plot: uPlot, layers: readonly Layer[]) {
  const { ctx } = plot;
  const scale = devicePixelRatio;
  for (const layer of layers) {
    const points = layer.values.flatMap((value, index): Point[] =>
      value === null
        ? []
        : [{ index, x: plot.valToPos(index, 'x', true), y: plot.valToPos(value, 'y', true) }],
    );
    ctx.strokeStyle = colorOf(layer.color);
    ctx.fillStyle = ctx.strokeStyle;
    points.forEach((point, place) => {
      const before = points[place - 1];
      if (points.length < 40) ctx.fillRect(point.x - 2 * scale, point.y - 2 * scale, 4 * scale, 4 * scale);
      if (!before) return;
      const whole = point.index - before.index === 1;
      ctx.lineWidth = (whole ? 2 : 1) * scale;
      ctx.setLineDash(whole ? [] : [3 * scale, 3 * scale]);
      ctx.beginPath();
      ctx.moveTo(before.x, before.y);
      ctx.lineTo(point.x, point.y);
      ctx.stroke();
    });
    ctx.setLineDash([]);
  }
}
