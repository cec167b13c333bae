import type { Bucket } from '../answers/figures.ts';
import { toDayNumber } from '../day.ts';
import { formatShortDay, formatShortMonth } from '../day-format.ts';
import { formatCompact, formatCount } from '../number-format.ts';
import { type ChartModel, clippedTopOf, figuresOf, topOf } from './model.ts';

/** Where everything in a chart is, in CSS pixels from the drawing's left and top. */
export interface Layout {
  width: number;
  height: number;
  /** The plot's edges. The axes' labels are outside. */
  left: number;
  right: number;
  top: number;
  bottom: number;
  /** The width that a bucket has. */
  slot: number;
  /** True for bars, false for lines. */
  bars: boolean;
  /** True if lengths mean amounts, so that what is below a line may be filled. */
  fromZero: boolean;
  /** A bucket's center. */
  x: (index: number) => number;
  y: (value: number) => number;
  xLabels: { index: number; text: string }[];
  yLabels: { value: number; text: string }[];
}

export interface LayoutOptions {
  width: number;
  height: number;
  /** 'log' draws lines only: a bar's length would lie. */
  scale: 'linear' | 'log';
  /** Room for the names at the lines' ends. */
  endLabels?: number;
  /** For a small chart beside others: a line without markers, on their scale. */
  small?: { highest: number } | undefined;
}

/** More buckets than this are a line. */
const MAX_BARS = 62;
/** The height of the markers above the plot. */
export const LANE = 24;
/** The strip under the axis with what is partly lost, preliminary or not published, and the labels below it. */
const UNDER = 30;
const TEXT_WIDTH = 6.7;
const LABEL_GAP = 12;
const MAX_TICKS = 5;

/** Whether the model is drawn as bars. */
function hasBars(model: ChartModel, scale: 'linear' | 'log'): boolean {
  return model.kind !== 'line' && scale === 'linear' && model.buckets.length <= MAX_BARS;
}

export function layoutOf(model: ChartModel, options: LayoutOptions): Layout {
  const { width, height, scale } = options;
  const values = figuresOf(model).flatMap((layer) => layer.values.filter((value) => value !== null));
  const highest = options.small?.highest ?? (scale === 'log' ? topOf(model) : clippedTopOf(model));
  const axis =
    scale === 'log' ? logAxis(values, highest) : linearAxis(values, highest, model.kind === 'line');
  const texts = axis.ticks.map(toTickText(axis.ticks));
  const left = Math.max(30, 14 + Math.max(...texts.map((text) => text.length)) * TEXT_WIDTH);
  const top = options.small ? 8 : LANE + 8;
  const bottom = height - UNDER;
  const right = width - 6 - (options.endLabels ?? 0);
  const slot = (right - left) / Math.max(1, model.buckets.length);
  return {
    width,
    height,
    left,
    right,
    top,
    bottom,
    slot,
    bars: !options.small && hasBars(model, scale),
    fromZero: axis.fromZero,
    x: (index) => left + (index + 0.5) * slot,
    y: (value) => bottom - axis.share(value) * (bottom - top),
    xLabels: xLabelsOf(model.buckets, model.range.by, slot),
    yLabels: axis.ticks.map((value, place) => ({ value, text: texts[place] ?? '' })),
  };
}

interface Axis {
  ticks: number[];
  /** How far up a value is, from 0 to 1. */
  share: (value: number) => number;
  fromZero: boolean;
}

const STEPS = Array.from({ length: 15 }, (_, power) => [1, 2, 5].map((first) => first * 10 ** power)).flat();

/** From zero, but for a line whose values are all far from it. */
function linearAxis(values: number[], highest: number, isLine: boolean): Axis {
  const lowest = values.reduce((least, value) => Math.min(least, value), highest);
  const fromZero = !isLine || lowest < highest / 2;
  const low = fromZero ? 0 : lowest;
  const high = Math.max(highest, low + 4);
  const step = STEPS.find((one) => Math.ceil(high / one) - Math.floor(low / one) < MAX_TICKS) ?? high;
  const first = Math.floor(low / step);
  const last = Math.ceil(high / step);
  const ticks = Array.from({ length: last - first + 1 }, (_, place) => (first + place) * step);
  const span = (last - first) * step;
  return { ticks, fromZero, share: (value) => (value - first * step) / span };
}

/** The room of zero below the smallest other value of a logarithmic axis. */
const ZERO_SHARE = 0.12;

/** Powers of ten, and three times them if there is room. Zero has no logarithm: it lies on a line of its own at the bottom. */
function logAxis(values: number[], highest: number): Axis {
  const positive = values.filter((value) => value > 0);
  const lowest = Math.max(
    1,
    positive.reduce((least, value) => Math.min(least, value), highest),
  );
  const marks = Array.from({ length: 16 }, (_, power) => [10 ** power, 3 * 10 ** power]).flat();
  const low = marks.findLast((mark) => mark <= lowest) ?? 1;
  const high = marks.find((mark) => mark >= Math.max(highest, low * 3)) ?? highest;
  const hasZero = values.some((value) => value < low);
  const base = hasZero ? ZERO_SHARE : 0;
  const between = marks.filter((mark) => mark >= low && mark <= high);
  const ticks = thinOut(between, MAX_TICKS - (hasZero ? 1 : 0));
  const span = Math.log(high / low);
  return {
    ticks: hasZero ? [0, ...ticks] : ticks,
    fromZero: false,
    share: (value) => (value < low ? 0 : base + ((1 - base) * Math.log(value / low)) / span),
  };
}

/** Every second, third… of the ticks, so that at most so many remain. */
function thinOut(ticks: number[], max: number): number[] {
  const stride = Math.ceil(ticks.length / max);
  return ticks.filter((_, place) => (ticks.length - 1 - place) % stride === 0);
}

const toTickText = (ticks: number[]) => (value: number) =>
  ticks.some((tick) => tick >= 10_000) ? formatCompact(value) : formatCount(value);

/** Counts weeks from Monday to Monday. */
const weekNumber = (day: string) => Math.floor((toDayNumber(day) + 3) / 7);

const monthNumber = (day: string) => Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)) - 1;

/** Ways to choose labels, from many to few: one label for each run of equal keys. */
const LEVELS: { key: (day: string) => number; monthly: boolean; maxDays: number }[] = [
  { key: toDayNumber, monthly: false, maxDays: 10 },
  { key: weekNumber, monthly: false, maxDays: 45 },
  {
    key: (day) => monthNumber(day) * 2 + (Number(day.slice(8)) >= 15 ? 1 : 0),
    monthly: false,
    maxDays: 120,
  },
  { key: monthNumber, monthly: true, maxDays: Number.POSITIVE_INFINITY },
  { key: (day) => Math.floor(monthNumber(day) / 3), monthly: true, maxDays: Number.POSITIVE_INFINITY },
  { key: (day) => Math.floor(monthNumber(day) / 6), monthly: true, maxDays: Number.POSITIVE_INFINITY },
  { key: (day) => Math.floor(monthNumber(day) / 12), monthly: true, maxDays: Number.POSITIVE_INFINITY },
  { key: (day) => Math.floor(monthNumber(day) / 24), monthly: true, maxDays: Number.POSITIVE_INFINITY },
  { key: (day) => Math.floor(monthNumber(day) / 60), monthly: true, maxDays: Number.POSITIVE_INFINITY },
];

/**
 * The labels of the horizontal axis: every day up to 10, Mondays up to 45 days, the 1st and the 15th up to 120, and months,
 * quarters or years beyond, as far as they fit. None comes within 12 pixels of the one before.
 */
export function xLabelsOf(buckets: string[], by: Bucket, slot: number): { index: number; text: string }[] {
  const [first] = buckets;
  const last = buckets.at(-1);
  if (first === undefined || last === undefined) return [];
  const days = toDayNumber(last) - toDayNumber(first) + 1;
  const levels = LEVELS.filter(({ maxDays, monthly }) => days <= maxDays && (by !== 'month' || monthly));
  const choices = levels.map(({ key, monthly }) => toLabels(buckets, startsOf(buckets, key), monthly));
  const chosen = choices.find((labels) => labels.length > 0 && fits(labels, slot)) ?? choices.at(-1) ?? [];
  return chosen.length ? apart(chosen, slot) : [{ index: 0, text: formatShortDay(first) }];
}

type XLabel = ReturnType<typeof xLabelsOf>[number];

/** The first bucket of each run, but not of one that began before the chart. */
function startsOf(buckets: string[], key: (day: string) => number): number[] {
  return buckets.flatMap((day, index) => {
    const before = buckets[index - 1];
    const begins = before === undefined ? key === toDayNumber || isStart(day, key) : key(before) !== key(day);
    return begins ? [index] : [];
  });
}

function isStart(day: string, key: (day: string) => number): boolean {
  const dayBefore = new Date(Date.parse(day) - 86_400_000).toISOString().slice(0, 10);
  return key(dayBefore) !== key(day);
}

/** The first label of each year names it. */
function toLabels(buckets: string[], indexes: number[], monthly: boolean): XLabel[] {
  return indexes.map((index, place) => {
    const day = buckets[index] ?? '';
    if (!monthly) return { index, text: formatShortDay(day) };
    const year = day.slice(0, 4);
    const before = buckets[indexes[place - 1] ?? -1];
    const isNew = before?.slice(0, 4) !== year;
    return { index, text: isNew ? `${formatShortMonth(day)} ${year}` : formatShortMonth(day) };
  });
}

const widthOf = ({ text }: XLabel) => text.length * TEXT_WIDTH;

/** Whether most labels are far enough from the one before. Two starts may be close: a part of a month at the edge. */
function fits(labels: XLabel[], slot: number): boolean {
  return apart(labels, slot).length >= labels.length - 1;
}

function apart(labels: XLabel[], slot: number): XLabel[] {
  const kept: XLabel[] = [];
  for (const label of labels) {
    const before = kept.at(-1);
    const room = before ? (label.index - before.index) * slot - (widthOf(label) + widthOf(before)) / 2 : null;
    if (room === null || room >= LABEL_GAP) kept.push(label);
  }
  return kept;
}

/** The least distance between the names at two lines' ends. */
const END_GAP = 17;

/** The heights of names beside the lines' ends: as near to theirs as 17 pixels between two allow, within the plot. */
export function pushApart(wanted: number[], top: number, bottom: number): number[] {
  const order = wanted.map((y, place) => ({ y, place })).sort((a, b) => a.y - b.y);
  const placed = [...wanted];
  let above = top - END_GAP;
  for (const { y, place } of order) {
    above = Math.max(y, above + END_GAP);
    placed[place] = above;
  }
  let below = bottom + END_GAP;
  for (const { place } of order.reverse()) {
    below = Math.min(placed[place] ?? below, below - END_GAP);
    placed[place] = below;
  }
  return placed;
}
