import { formatDay } from '../day-format.ts';
import { layoutOf } from './layout.ts';
import { type LegendEntry, legendOf } from './legend.ts';
import type { ChartModel } from './model.ts';
import { endLabelsWidth, hasEndLabels, type Shape, sceneOf } from './scene.ts';

const EDGE = 24;
const HEAD = 64;
const ROW = 22;

/** A range's first and last day. */
export const spanOf = ({ range }: ChartModel): string =>
  range.from === range.to ? formatDay(range.from) : `${formatDay(range.from)} – ${formatDay(range.to)}`;

interface PictureSize {
  /** Of the whole picture, in pixels. */
  width: number;
  /** Of the chart alone. */
  height: number;
  scale: 'linear' | 'log';
}

/** The chart with its title, range and legend, as shapes. Its height is that of everything together. */
export function pictureOf(
  title: string,
  model: ChartModel,
  { width, height: chartHeight, scale }: PictureSize,
): { shapes: Shape[]; width: number; height: number } {
  const inner = width - 2 * EDGE;
  const endLabels = hasEndLabels(model, inner) ? endLabelsWidth(model.layers) : 0;
  const layout = layoutOf(model, { width: inner, height: chartHeight, scale, endLabels });
  const legend = legendShapes(legendOf(model), HEAD + chartHeight + 20, width);
  const height = legend.bottom + EDGE;
  const notes = [`by ${model.range.by}, days are UTC`, scale === 'log' ? 'logarithmic scale' : ''].filter(
    Boolean,
  );
  const shapes: Shape[] = [
    { kind: 'path', d: `M0 0h${width}v${height}h${-width}z`, fill: '--surface' },
    { kind: 'text', x: EDGE, y: 30, text: title, anchor: 'start', fill: '--ink', bold: true },
    {
      kind: 'text',
      x: EDGE,
      y: 48,
      text: [spanOf(model), ...notes].join(', '),
      anchor: 'start',
      fill: '--ink-2',
    },
    ...sceneOf(model, layout, null).map((shape) => moved(shape, EDGE, HEAD)),
    ...legend.shapes,
  ];
  return { shapes, width, height };
}

function moved(shape: Shape, x: number, y: number): Shape {
  if (shape.kind === 'text') return { ...shape, x: shape.x + x, y: shape.y + y };
  const at = shape.at ?? { x: 0, y: 0, scale: 1 };
  return { ...shape, at: { ...at, x: at.x + x, y: at.y + y } };
}

function legendShapes(
  entries: LegendEntry[],
  top: number,
  room: number,
): { shapes: Shape[]; bottom: number } {
  const shapes: Shape[] = [];
  let x = EDGE;
  let y = top;
  for (const { label, color, shape } of entries) {
    const width = 18 + label.length * 6.7 + 18;
    if (x > EDGE && x + width > room - EDGE) {
      x = EDGE;
      y += ROW;
    }
    shapes.push(...swatch(shape, color, x, y));
    shapes.push({ kind: 'text', x: x + 20, y: y + 4, text: label, anchor: 'start', fill: '--ink-2' });
    x += width;
  }
  return { shapes, bottom: y + ROW / 2 };
}

const LINES: Partial<Record<LegendEntry['shape'], readonly number[]>> = { line: [], unread: [2, 3] };
const PALE: LegendEntry['shape'][] = ['provisional', 'suspect'];

function swatch(shape: LegendEntry['shape'], color: string, x: number, y: number): Shape[] {
  if (shape === 'hollow')
    return [{ kind: 'path', d: `M${x} ${y - 2}h14M${x} ${y + 2}h14`, stroke: color, width: 1.5 }];
  const dash = LINES[shape];
  if (dash)
    return [
      {
        kind: 'path',
        d: `M${x} ${y}h14`,
        stroke: shape === 'unread' ? '--pending' : color,
        width: 2,
        dash,
      },
    ];
  const alpha = shape === 'pale' ? 0.5 : 1;
  const box = `M${x + 1} ${y - 5}h11v11h-11z`;
  if (shape === 'lost' || shape === 'partial' || shape === 'unspread') {
    const ink = shape === 'unspread' ? '--pending' : '--lost';
    return [
      { kind: 'path', d: box, fill: '--lost-ground', stroke: ink },
      {
        kind: 'path',
        d: `M${x + 1} ${y + 1}l6 -6M${x + 1} ${y + 6}l11 -11M${x + 6} ${y + 6}l6 -6`,
        stroke: ink,
      },
    ];
  }
  if (shape === 'before') return [{ kind: 'path', d: box, fill: '--sunken', stroke: '--line-strong' }];
  if (PALE.includes(shape)) return [{ kind: 'path', d: box, stroke: color, dash: [3, 2] }];
  return [{ kind: 'path', d: box, fill: color, alpha }];
}
