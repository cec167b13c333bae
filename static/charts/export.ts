import { offerFile } from '../controls/download.tsx';
import { formatDay } from '../format.ts';
import { chartCsv } from './csv.ts';
import { layoutOf } from './layout.ts';
import { type LegendEntry, legendOf } from './legend.tsx';
import type { ChartModel } from './model.ts';
import { paint, themeColors } from './paint.ts';
import { endLabelsWidth, hasEndLabels, type Shape, sceneOf } from './scene.ts';
import { toSvg } from './svg.ts';

const WIDTH = 1200;
const HEIGHT = 420;
const EDGE = 24;
const HEAD = 64;
const ROW = 22;
/** Of the PNG, so that it is sharp on paper and on screens with many pixels. */
const RATIO = 2;

/** Saves a chart with its title, range and legend. The file's name has the range. */
export async function downloadChart(
  format: 'png' | 'svg' | 'csv',
  title: string,
  model: ChartModel,
  scale: 'linear' | 'log',
): Promise<void> {
  const name = fileNameOf(title, model.range, format);
  if (format === 'csv') return offerFile(new Blob([chartCsv(model)], { type: 'text/csv' }), name);
  const { shapes, height } = pictureOf(title, model, scale);
  const colors = themeColors();
  if (format === 'svg') {
    const text = toSvg(shapes, { width: WIDTH, height, title: `${title}, ${spanOf(model)}` }, colors);
    return offerFile(new Blob([text], { type: 'image/svg+xml' }), name);
  }
  const canvas = document.createElement('canvas');
  canvas.width = WIDTH * RATIO;
  canvas.height = height * RATIO;
  const context = canvas.getContext('2d');
  if (!context) throw new Error('This browser cannot draw the picture.');
  paint(context, shapes, colors, RATIO);
  const file = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (!file) throw new Error('This browser cannot make the PNG. Try SVG.');
  offerFile(file, name);
}

/** Such as 'views-by-day-2026-10-27-to-2026-11-25.png'. */
export function fileNameOf(title: string, { from, to }: ChartModel['range'], ending: string): string {
  const words = title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  return `${words}-${from}-to-${to}.${ending}`;
}

const spanOf = ({ range }: ChartModel) =>
  range.from === range.to ? formatDay(range.from) : `${formatDay(range.from)} – ${formatDay(range.to)}`;

/** The chart with its title, range and legend, as shapes. */
export function pictureOf(title: string, model: ChartModel, scale: 'linear' | 'log') {
  const width = WIDTH - 2 * EDGE;
  const endLabels = hasEndLabels(model, width) ? endLabelsWidth(model.layers) : 0;
  const layout = layoutOf(model, { width, height: HEIGHT, scale, endLabels });
  const legend = legendShapes(legendOf(model), HEAD + HEIGHT + 20);
  const height = legend.bottom + EDGE;
  const notes = [`by ${model.range.by}, days are UTC`, scale === 'log' ? 'logarithmic scale' : ''].filter(
    Boolean,
  );
  const shapes: Shape[] = [
    { kind: 'path', d: `M0 0h${WIDTH}v${height}h${-WIDTH}z`, fill: '--surface' },
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
  return { shapes, height };
}

function moved(shape: Shape, x: number, y: number): Shape {
  if (shape.kind === 'text') return { ...shape, x: shape.x + x, y: shape.y + y };
  const at = shape.at ?? { x: 0, y: 0, scale: 1 };
  return { ...shape, at: { ...at, x: at.x + x, y: at.y + y } };
}

function legendShapes(entries: LegendEntry[], top: number): { shapes: Shape[]; bottom: number } {
  const shapes: Shape[] = [];
  let x = EDGE;
  let y = top;
  for (const { label, color, shape } of entries) {
    const width = 18 + label.length * 6.7 + 18;
    if (x > EDGE && x + width > WIDTH - EDGE) {
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
  return [{ kind: 'path', d: box, fill: color }];
}
