import type { ChartModel } from '../../lib/charts/model.ts';
import { pictureOf, spanOf } from '../../lib/charts/picture.ts';
import { toSvg } from '../../lib/charts/svg.ts';
import { offerFile } from '../controls/download.tsx';
import { chartCsv } from './csv.ts';
import { paint, themeColors } from './paint.ts';

/** Of the chart alone. Title, range and legend come on top. */
const SIZE = { width: 1200, height: 420 };
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
  const { shapes, width, height } = pictureOf(title, model, { ...SIZE, scale });
  const colors = themeColors();
  if (format === 'svg') {
    const text = toSvg(shapes, { width, height, title: `${title}, ${spanOf(model)}` }, colors);
    return offerFile(new Blob([text], { type: 'image/svg+xml' }), name);
  }
  const canvas = document.createElement('canvas');
  canvas.width = width * RATIO;
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
