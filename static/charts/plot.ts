import UPlot from 'uplot';
import type { Bucket } from '../../lib/answers/figures.ts';
import { toDayNumber } from '../../lib/day.ts';
import { formatCompact, formatCount, formatShortDay, formatShortMonth } from '../format.ts';
import { colorOf, drawBands, drawColumns, drawEvents, drawLines } from './columns.ts';
import { type ChartModel, figuresOf, topOf } from './model.ts';

const FONT =
  '12px -apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';
const LABEL_WIDTH = 72;
const WHOLE_STEPS = [1, 2, 5]
  .flatMap((first) => Array.from({ length: 9 }, (_, power) => first * 10 ** power))
  .sort((a, b) => a - b);

const manyDigits = (value: number) => value >= 10_000;

/** Called with the bucket under the pointer and its distance from the left; null when the pointer leaves. */
export type OnPointer = (at: { index: number; left: number } | null) => void;

/** Draws the chart into the element and follows its width. Returns a function that removes it. */
export function openPlot(element: HTMLElement, model: ChartModel, onPointer: OnPointer): () => void {
  const plot = new UPlot(optionsOf(element, model, onPointer), dataOf(model), element);
  const watcher = new ResizeObserver(() => plot.setSize(plotSize(element)));
  watcher.observe(element);
  return () => {
    watcher.disconnect();
    plot.destroy();
  };
}

function plotSize(element: HTMLElement) {
  return { width: Math.max(200, element.clientWidth), height: element.clientHeight };
}

function dataOf(model: ChartModel): UPlot.AlignedData {
  return [model.buckets.map((_, index) => index), ...figuresOf(model).map((layer) => layer.values)];
}

/** From zero for columns; around the values for lines, where changes matter. */
function scaleOf(model: ChartModel): [number, number] {
  const top = topOf(model);
  if (model.kind !== 'line') return [0, Math.max(4, top * 1.08)];
  const known = model.layers.flatMap((layer) => layer.values.filter((value) => value !== null));
  const bottom = known.length ? Math.min(...known) : 0;
  const room = Math.max(2, (top - bottom) * 0.15);
  return [Math.max(0, Math.floor(bottom - room)), Math.ceil(top + room)];
}

function optionsOf(element: HTMLElement, model: ChartModel, onPointer: OnPointer): UPlot.Options {
  const ink = colorOf('--ink-2');
  const line = colorOf('--line');
  const count = model.buckets.length;
  const labels = (width: number) => tickIndexes(model.buckets, Math.max(2, Math.floor(width / LABEL_WIDTH)));
  return {
    ...plotSize(element),
    padding: [8, 8, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
    scales: {
      x: { time: false, range: () => [-0.5, Math.max(0.5, count - 0.5)] },
      y: { range: () => scaleOf(model) },
    },
    axes: [
      {
        font: FONT,
        stroke: ink,
        size: 28,
        gap: 4,
        grid: { show: false },
        ticks: { stroke: line, size: 5, width: 1 },
        splits: (plot) => labels(plot.width - 48),
        values: (_, indexes) => tickLabels(model.buckets, indexes, model.range.by),
      },
      {
        font: FONT,
        stroke: ink,
        size: 48,
        gap: 6,
        grid: { stroke: line, width: 1 },
        ticks: { show: false },
        incrs: WHOLE_STEPS,
        values: (_, values) => values.map(values.some(manyDigits) ? formatCompact : formatCount),
      },
    ],
    series: [{}, ...figuresOf(model).map(() => ({ paths: () => null, points: { show: false } }))],
    hooks: {
      draw: [(plot) => draw(plot, model)],
      setCursor: [
        (plot) => {
          const { idx, left } = plot.cursor;
          const inside = idx != null && left != null && left >= 0;
          onPointer(inside ? { index: idx, left: plot.valToPos(idx, 'x') + plot.over.offsetLeft } : null);
        },
      ],
    },
  };
}

function draw(plot: UPlot, model: ChartModel) {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  drawBands(plot, model);
  if (model.before)
    drawLines(plot, [{ label: model.before.label, color: '--series-other', values: model.before.values }]);
  if (model.kind !== 'line') drawColumns(plot, model);
  drawLines(plot, model.kind === 'line' ? model.layers : (model.lines ?? []));
  drawEvents(plot, model);
  ctx.restore();
}

/** Counts weeks from Monday to Monday. */
const weekNumber = (day: string) => Math.floor((toDayNumber(day) + 3) / 7);

const monthNumber = (day: string) => Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)) - 1;

/** Ways to thin out labels: one label per run of equal keys. */
const KEYS: ((day: string) => number)[] = [
  toDayNumber,
  (day) => Math.floor(toDayNumber(day) / 2),
  weekNumber,
  (day) => Math.floor(weekNumber(day) / 2),
  monthNumber,
  (day) => Math.floor(monthNumber(day) / 3),
  (day) => Math.floor(monthNumber(day) / 6),
  (day) => Math.floor(monthNumber(day) / 12),
  (day) => Math.floor(monthNumber(day) / 60),
];

/** The buckets whose labels fit: days, Mondays, months, quarters or years. */
export function tickIndexes(buckets: string[], maxCount: number): number[] {
  for (const keyOf of KEYS) {
    const starts = buckets.flatMap((day, index) => {
      const before = buckets[index - 1];
      const begins = before === undefined ? keyOf === KEYS[0] : keyOf(before) !== keyOf(day);
      return begins ? [index] : [];
    });
    if (starts.length <= maxCount) return starts.length ? starts : [0];
  }
  return [0];
}

/** A label for each of those buckets; the first of a year names it. */
export function tickLabels(buckets: string[], indexes: number[], by: Bucket): string[] {
  const days = indexes.map((index) => buckets[index] ?? '');
  const monthly = by === 'month' || (days.every((day) => Number(day.slice(8)) <= 7) && days.length > 1);
  return days.map((day, place) => {
    if (!day) return '';
    const year = day.slice(0, 4);
    const newYear = place === 0 || days[place - 1]?.slice(0, 4) !== year;
    if (!monthly) return formatShortDay(day);
    return newYear ? `${formatShortMonth(day)} ${year}` : formatShortMonth(day);
  });
}
