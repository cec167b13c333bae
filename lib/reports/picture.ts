import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { font, wasm } from 'virtual:picture-assets';
import CanvasKitInit, { type Canvas, type CanvasKit, type Typeface } from 'canvaskit-wasm';
import type { Report } from '../answers/reports.ts';
import { CHART_COLORS } from '../charts/colors.ts';
import type { PathShape, Shape, TextShape } from '../charts/scene.ts';
import { CHART_WIDTH, reportPicture } from './chart.ts';

/** Screens of phones and laptops have two pixels or more for one of CSS. */
const SCALE = 2;
const FONT_SIZE = 12;

const unpacked = (text: string) => brotliDecompressSync(Buffer.from(text, 'base64'));

let opened: Promise<{ kit: CanvasKit; typeface: Typeface }> | null = null;

/** Skia and the font, which take a fifth of a second to open: only an activation that draws pays for it. */
async function open() {
  const kit = await openSkia();
  const typeface = kit.Typeface.MakeTypefaceFromData(new Uint8Array(unpacked(font)).buffer);
  if (!typeface) throw new Error('Skia could not read the font.');
  return { kit, typeface };
}

/** It reads its WebAssembly from a file only. */
async function openSkia(): Promise<CanvasKit> {
  const folder = await mkdtemp(path.join(tmpdir(), 'skia-'));
  try {
    const file = path.join(folder, 'canvaskit.wasm');
    await writeFile(file, unpacked(wasm));
    return await CanvasKitInit({ locateFile: () => file });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The chart of a report as a PNG, in light colors: a mail's picture cannot follow the reader's. Null if no day is known. */
export async function drawChart(report: Report): Promise<Uint8Array | null> {
  if (report.completeness.knownDays === 0) return null;
  opened ??= open();
  const { kit, typeface } = await opened;
  const { shapes, width, height } = reportPicture(report, CHART_WIDTH);
  const surface = kit.MakeSurface(Math.ceil(width * SCALE), Math.ceil(height * SCALE));
  if (!surface) throw new Error('Skia could not draw a picture.');
  try {
    const canvas = surface.getCanvas();
    canvas.scale(SCALE, SCALE);
    for (const shape of shapes) draw(kit, typeface, canvas, shape);
    surface.flush();
    const image = surface.makeImageSnapshot();
    const png = image.encodeToBytes(kit.ImageFormat.PNG, 100);
    image.delete();
    if (!png) throw new Error('Skia could not draw a picture.');
    return png;
  } finally {
    surface.delete();
  }
}

const colorOf = (kit: CanvasKit, property: string) =>
  kit.parseColorString(CHART_COLORS.light[property] ?? '#000000');

function draw(kit: CanvasKit, typeface: Typeface, canvas: Canvas, shape: Shape): void {
  if (shape.kind === 'text') drawText(kit, typeface, canvas, shape);
  else drawPath(kit, canvas, shape);
}

function drawText(
  kit: CanvasKit,
  typeface: Typeface,
  canvas: Canvas,
  { x, y, text, anchor, fill, bold }: TextShape,
): void {
  const face = new kit.Font(typeface, FONT_SIZE);
  face.setSubpixel(true);
  face.setLinearMetrics(true);
  face.setHinting(kit.FontHinting.None);
  face.setEmbolden(bold === true);
  const paint = new kit.Paint();
  paint.setAntiAlias(true);
  paint.setColor(colorOf(kit, fill));
  const width = face.getGlyphWidths(face.getGlyphIDs(text)).reduce((sum, one) => sum + one, 0);
  const left = { start: x, middle: x - width / 2, end: x - width }[anchor];
  canvas.drawText(text, left, y, paint, face);
  paint.delete();
  face.delete();
}

function drawPath(
  kit: CanvasKit,
  canvas: Canvas,
  { d, fill, stroke, width = 1, dash = [], alpha = 1, at }: PathShape,
): void {
  const path = kit.Path.MakeFromSVGString(d);
  if (!path) return;
  canvas.save();
  if (at) {
    canvas.translate(at.x, at.y);
    canvas.scale(at.scale, at.scale);
  }
  const paint = new kit.Paint();
  paint.setAntiAlias(true);
  if (fill) {
    paint.setColor(colorOf(kit, fill));
    paint.setAlphaf(alpha);
    canvas.drawPath(path, paint);
  }
  if (stroke) {
    paint.setStyle(kit.PaintStyle.Stroke);
    paint.setColor(colorOf(kit, stroke));
    paint.setAlphaf(alpha);
    paint.setStrokeWidth(width);
    paint.setStrokeJoin(kit.StrokeJoin.Round);
    paint.setStrokeCap(dash.length > 0 ? kit.StrokeCap.Butt : kit.StrokeCap.Round);
    const effect = dash.length > 0 ? kit.PathEffect.MakeDash([...dash], 0) : null;
    if (effect) paint.setPathEffect(effect);
    canvas.drawPath(path, paint);
    effect?.delete();
  }
  paint.delete();
  path.delete();
  canvas.restore();
}
