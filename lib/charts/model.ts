import type { Bucket, DayState } from '../answers/figures.ts';

/**
 * How certain a bucket's figures are. `suspect`: zero, but so was everything else. `partial`: some days are lost. `unread`: no
 * figure yet. `unspread`: some figures are known only as a total with other buckets.
 */
export type Mark =
  | 'known'
  | 'provisional'
  | 'suspect'
  | 'unread'
  | 'partial'
  | 'lost'
  | 'before'
  | 'unspread';

export interface Layer {
  label: string;
  /** A custom property of the styles, such as '--views'. */
  color: string;
  values: (number | null)[];
}

/**
 * What a chart shows. `nested`: later layers are parts of the first and drawn inside it. `stacked`: layers add up.
 * `line`: one line per layer.
 */
export interface ChartModel {
  kind: 'nested' | 'stacked' | 'line';
  /** The days that are shown. They may cut the first and the last bucket. */
  range: { from: string; to: string; by: Bucket };
  buckets: string[];
  layers: Layer[];
  /** Lines over the columns, on the same scale. */
  lines?: Layer[];
  /** The figures are averages of seven days already. */
  averaged?: boolean;
  /** What the range is compared with: a pale line under everything else. */
  before?: BeforeLine | undefined;
  marks: Mark[];
  /** Points of layers that are labelled, such as the peaks of lines. */
  points?: { layer: number; index: number; text: string }[];
  /** What the `partial` mark means here, such as '1 of 6 repositories lost'. */
  partialLabel?: string | undefined;
  /** What the `unread` mark means here, if it is not traffic that GitHub has yet to publish. */
  unreadLabel?: string | undefined;
  /** Of each bucket, whether its figures come from an import. Only tips say so. */
  imported?: readonly boolean[];
  events: Marker[];
}

/** The figures of another span, bucket by bucket: `buckets` are its own dates, as many as the chart has. */
interface BeforeLine {
  /** Its span, such as '22 Sep – 21 Oct'. */
  label: string;
  values: (number | null)[];
  buckets: string[];
}

/** Something that happened on a day, or from `date` to `to`. Every `ChartEvent` of an answer is one. */
interface Marker {
  date: string;
  to: string | null;
  /** Chooses the icon. */
  kind: string;
  title: string;
}

/** More lines than this are grey and thin. */
export const MAX_COLORED = 6;

/** How a layer is drawn. */
export interface Look {
  color: string;
  /** `hollow`: another layer before it has the same color. `thin`: there are too many lines. */
  line: 'normal' | 'hollow' | 'thin';
}

/**
 * How each layer is drawn. There are fewer colors than repositories: of two lines with the same color, the later one is hollow, and
 * of two parts of a bar it is pale.
 */
export function looksOf({ kind, layers }: ChartModel): Look[] {
  return layers.map(({ color }, place): Look => {
    if (kind === 'nested') return { color, line: 'normal' };
    if (kind === 'line' && place >= MAX_COLORED) return { color: '--series-other', line: 'thin' };
    const isTaken = layers.slice(0, place).some((other) => other.color === color);
    return { color, line: isTaken ? 'hollow' : 'normal' };
  });
}

/** What a bucket's mark is called in this chart; undefined: as everywhere. */
export function ownLabelOf({ partialLabel, unreadLabel }: ChartModel, mark: Mark): string | undefined {
  if (mark === 'partial') return partialLabel;
  return mark === 'unread' ? unreadLabel : undefined;
}

export function markOf(state: DayState, value: number | null): Mark {
  if (state === 'lost') return value === null ? 'lost' : 'partial';
  if (state === 'provisional' || state === 'not_published') return value === null ? 'unread' : 'provisional';
  if (state === 'cut') return 'provisional';
  if (state === 'before' || state === 'suspect') return state;
  return 'known';
}

/** The layers, and the lines over them. */
export function figuresOf({ layers, lines = [] }: ChartModel): Layer[] {
  return [...layers, ...lines];
}

/** Whether all of the chart is before the first collection, and nothing is known of it otherwise. */
export function isEmpty(model: ChartModel): boolean {
  const isUnknown = figuresOf(model).every(({ values }) => values.every((value) => value === null));
  return isUnknown && model.marks.every((mark) => mark === 'before');
}

/** The highest column or point; at least 1, so that a chart of zeros has a scale. */
export function topOf(model: ChartModel): number {
  return Math.max(topOfFigures(model), topOfBefore(model));
}

/** How much higher than the figures the comparison's line may be drawn. */
const MAX_BEFORE = 2;

/** The same, but a spike of the comparison does not flatten the figures: its line is cut, and says how high it was. */
export function clippedTopOf(model: ChartModel): number {
  const own = topOfFigures(model);
  const before = topOfBefore(model);
  return own > 1 && before > MAX_BEFORE * own ? own : Math.max(own, before);
}

function topOfBefore({ before }: ChartModel): number {
  return (before?.values ?? []).reduce<number>((top, value) => Math.max(top, value ?? 0), 1);
}

function topOfFigures(model: ChartModel): number {
  const heights = model.buckets.map((_, index) => {
    const values = model.layers.map((layer) => layer.values[index] ?? 0);
    const lines = (model.lines ?? []).map((line) => line.values[index] ?? 0);
    const top =
      model.kind === 'stacked' ? values.reduce((sum, value) => sum + value, 0) : Math.max(0, ...values);
    return Math.max(top, ...lines);
  });
  return Math.max(1, ...heights);
}

/** The index of the bucket that a day falls into, or -1. */
export function indexOf(buckets: string[], day: string): number {
  const after = buckets.findIndex((bucket) => bucket > day);
  if (buckets[0] === undefined || day < buckets[0]) return -1;
  return after === -1 ? buckets.length - 1 : after - 1;
}
