import { formatCount } from '../number-format.ts';
import { cutOf } from '../stats/buckets.ts';
import { eventIcon } from './event-icons.ts';
import { LANE, type Layout, pushApart } from './layout.ts';
import { placeMarkers } from './markers.ts';
import { type ChartModel, indexOf, type Layer, type Look, looksOf, MAX_COLORED, type Mark } from './model.ts';

/**
 * A chart as shapes, in the order in which they are drawn. The screen, PNG and SVG draw the same ones. Colors are custom
 * properties of the styles, such as '--views'.
 */
export type Shape = PathShape | TextShape;

export interface PathShape {
  kind: 'path';
  /** As in SVG. */
  d: string;
  fill?: string;
  stroke?: string;
  /** Of the stroke; 1 if absent. */
  width?: number;
  dash?: readonly number[];
  alpha?: number;
  /** Where the path's own zero is, and how large it is drawn. */
  at?: { x: number; y: number; scale: number };
}

export interface TextShape {
  kind: 'text';
  x: number;
  y: number;
  text: string;
  anchor: 'start' | 'middle' | 'end';
  fill: string;
  bold?: boolean;
}

const BAR_SHARE = 0.72;
const MAX_BAR = 44;
const INNER_SHARE = 0.54;
const DASH = [3, 2] as const;
/** A part of a bar whose color another part has too. */
const PALE = 0.5;
/** A lost span says so if it is wider than this. */
const MIN_LABELED = 44;

const n = (value: number) => String(Math.round(value * 10) / 10);

/** The chart's shapes. `openDay` has a bold label. */
export function sceneOf(model: ChartModel, layout: Layout, openDay: string | null): Shape[] {
  return [
    ...grid(layout),
    ...spans(model, layout),
    ...hairlines(model, layout),
    ...figures(model, layout),
    ...linesOver(model, layout),
    ...beforeLine(model, layout),
    base(layout),
    ...strip(model, layout),
    ...xLabels(model, layout, openDay),
    ...endLabels(model, layout),
    ...pointLabels(model, layout),
    ...markers(model, layout),
  ];
}

function grid({ left, right, y, yLabels }: Layout): Shape[] {
  return yLabels.flatMap(({ value, text }, place): Shape[] => {
    const height = y(value);
    const line: PathShape = {
      kind: 'path',
      d: `M${n(left)} ${n(height)}H${n(right)}`,
      stroke: '--grid',
    };
    const label: TextShape = {
      kind: 'text',
      x: left - 8,
      y: height + 4,
      text,
      anchor: 'end',
      fill: '--axis',
    };
    return place === 0 ? [label] : [line, label];
  });
}

function base({ left, right, bottom }: Layout): Shape {
  return { kind: 'path', d: `M${n(left)} ${n(bottom)}H${n(right)}`, stroke: '--line-strong' };
}

/** Neighboring buckets with the same mark. */
function runsOf(marks: readonly Mark[], wanted: Mark): { first: number; last: number }[] {
  const runs: { first: number; last: number }[] = [];
  marks.forEach((mark, index) => {
    if (mark !== wanted) return;
    const before = runs.at(-1);
    if (before?.last === index - 1) before.last = index;
    else runs.push({ first: index, last: index });
  });
  return runs;
}

/** What is lost is hatched from top to bottom. Days before the first collection have another ground. */
function spans(model: ChartModel, layout: Layout): Shape[] {
  const { slot, top, bottom, x } = layout;
  const areaOf = ({ first, last }: { first: number; last: number }, inset: number) => ({
    x: x(first) - slot / 2 + inset,
    y: top,
    width: Math.max(1, (last - first + 1) * slot - 2 * inset),
    height: bottom - top,
  });
  const before = runsOf(model.marks, 'before').map((run): Shape => {
    return { kind: 'path', d: rounded(areaOf(run, 0), 0), fill: '--sunken' };
  });
  const lost = runsOf(model.marks, 'lost').flatMap((run): Shape[] => {
    const area = areaOf(run, Math.min(2, slot / 8));
    return [...hatched(area, 4, '--lost-ground', '--lost'), ...labelOf(area, 'lost')];
  });
  const unspread = runsOf(model.marks, 'unspread').flatMap((run) =>
    hatched(areaOf(run, Math.min(2, slot / 8)), 4, '--sunken', '--pending'),
  );
  return [...before, ...unspread, ...lost];
}

interface Area {
  x: number;
  y: number;
  width: number;
  height: number;
}

function labelOf(area: Area, text: string): Shape[] {
  if (area.width <= MIN_LABELED) return [];
  const x = area.x + area.width / 2;
  const y = area.y + area.height / 2;
  return [
    { kind: 'path', d: rounded({ x: x - 17, y: y - 9, width: 34, height: 18 }, 5), fill: '--surface' },
    { kind: 'text', x, y: y + 4, text, anchor: 'middle', fill: '--axis' },
  ];
}

/** A rectangle with rounded corners. */
function rounded({ x, y, width, height }: Area, radius: number): string {
  const r = Math.min(radius, width / 2, height / 2);
  if (r <= 0) return `M${n(x)} ${n(y)}h${n(width)}v${n(height)}h${n(-width)}z`;
  return `M${n(x + r)} ${n(y)}h${n(width - 2 * r)}q${n(r)} 0 ${n(r)} ${n(r)}v${n(height - 2 * r)}q0 ${n(r)} ${n(-r)} ${n(r)}h${n(2 * r - width)}q${n(-r)} 0 ${n(-r)} ${n(-r)}v${n(2 * r - height)}q0 ${n(-r)} ${n(r)} ${n(-r)}z`;
}

/** A bar: its upper corners are round. */
function bar({ x, y, width, height }: Area, radius: number): string {
  const r = Math.min(radius, width / 2, height);
  return `M${n(x)} ${n(y + height)}v${n(r - height)}q0 ${n(-r)} ${n(r)} ${n(-r)}h${n(width - 2 * r)}q${n(r)} 0 ${n(r)} ${n(r)}v${n(height - r)}z`;
}

/** Lines at 45 degrees within a rectangle, on a ground. Lines instead of a pattern, because canvas and SVG draw these alike. */
function hatched(area: Area, radius: number, ground: string, ink: string): Shape[] {
  const right = area.x + area.width;
  const bottom = area.y + area.height;
  const step = 7;
  let d = '';
  for (let sum = Math.ceil((area.x + area.y) / step) * step; sum < right + bottom; sum += step) {
    const fromX = Math.max(area.x, sum - bottom);
    const toX = Math.min(right, sum - area.y);
    if (toX > fromX) d += `M${n(fromX)} ${n(sum - fromX)}L${n(toX)} ${n(sum - toX)}`;
  }
  return [
    { kind: 'path', d: rounded(area, radius), fill: ground },
    { kind: 'path', d: d || 'M0 0', stroke: ink, width: 1.1, alpha: 0.8 },
  ];
}

function hairlines(model: ChartModel, layout: Layout): Shape[] {
  return placeMarkers(model, layout.slot).map(({ first }) => ({
    kind: 'path',
    d: `M${n(layout.x(first))} ${LANE}V${n(layout.bottom)}`,
    stroke: '--line-strong',
    dash: [2, 3],
  }));
}

function figures(model: ChartModel, layout: Layout): Shape[] {
  if (layout.bars) return model.kind === 'stacked' ? stackedBars(model, layout) : nestedBars(model, layout);
  if (model.kind === 'stacked' && layout.fromZero) return stackedAreas(model, layout);
  const area = model.kind === 'nested' && layout.fromZero ? areaShapes(model.layers[0], layout) : [];
  const looks = looksOf(model);
  const lines = model.layers.map((layer, place) => lineShapes(model, layout, layer, looks[place]));
  return [...area, ...lines.toReversed().flat()];
}

/** The bar of a bucket. The range may cut a week or month, whose bar is then narrower in proportion. */
function widthAt({ buckets, range }: ChartModel, { slot }: Layout, index: number): number {
  const cut = cutOf(buckets[index] ?? range.from, range);
  return Math.max(1, Math.min(slot * BAR_SHARE, MAX_BAR) * (cut ? cut.days / cut.of : 1));
}

/** Later layers are parts of the first, and narrower. Preliminary and suspect figures are pale with a dashed edge. */
function nestedBars(model: ChartModel, layout: Layout): Shape[] {
  const { x, y, bottom } = layout;
  return model.layers.flatMap((layer, place) => {
    const isInner = place > 0;
    const firm: string[] = [];
    const open: string[] = [];
    layer.values.forEach((value, index) => {
      if (!value) return;
      const width = widthAt(model, layout, index) * (isInner ? INNER_SHARE : 1);
      const height = Math.max(1, bottom - y(value));
      const area = { x: x(index) - width / 2, y: bottom - height, width, height };
      const list = isOpen(model.marks[index]) ? open : firm;
      list.push(bar(area, isInner ? 2.5 : 3.5));
    });
    const shapes: Shape[] = [];
    if (firm.length > 0) shapes.push({ kind: 'path', d: firm.join(''), fill: layer.color });
    if (open.length === 0) return shapes;
    const edge = { kind: 'path', d: open.join(''), stroke: layer.color, width: 1.2, dash: DASH } as const;
    if (!isInner) {
      shapes.push({ kind: 'path', d: edge.d, fill: '--surface' });
      shapes.push({ kind: 'path', d: edge.d, fill: layer.color, alpha: 0.22 });
    }
    shapes.push(edge);
    return shapes;
  });
}

const isOpen = (mark: Mark | undefined) => mark === 'provisional' || mark === 'suspect';

function stackedBars(model: ChartModel, layout: Layout): Shape[] {
  const { x, y } = layout;
  const looks = looksOf(model);
  const below = model.buckets.map(() => 0);
  const top = model.buckets.map((_, index) =>
    model.layers.findLastIndex((layer) => (layer.values[index] ?? 0) > 0),
  );
  return model.layers.map((layer, place) => {
    const d = layer.values.map((value, index) => {
      if (!value) return '';
      const from = below[index] ?? 0;
      below[index] = from + value;
      const width = widthAt(model, layout, index);
      const area = {
        x: x(index) - width / 2,
        y: y(from + value),
        width,
        height: Math.max(0.5, y(from) - y(from + value)),
      };
      return top[index] === place ? bar(area, 3.5) : rounded(area, 0);
    });
    const alpha = looks[place]?.line === 'hollow' ? PALE : 1;
    return { kind: 'path', d: d.join('') || 'M0 0', fill: layer.color, alpha };
  });
}

/** The runs of known values. */
function runsOfKnown(values: readonly (number | null)[]): { index: number; value: number }[][] {
  const runs: { index: number; value: number }[][] = [];
  values.forEach((value, index) => {
    if (value === null) return;
    const run = runs.at(-1);
    if (run && run.at(-1)?.index === index - 1) run.push({ index, value });
    else runs.push([{ index, value }]);
  });
  return runs;
}

function stackedAreas(model: ChartModel, layout: Layout): Shape[] {
  const { x, y } = layout;
  const looks = looksOf(model);
  const below = model.buckets.map(() => 0);
  return model.layers.map((layer, place) => {
    const d = runsOfKnown(layer.values).map((run) => {
      const upper = run.map(({ index, value }) => `${n(x(index))} ${n(y((below[index] ?? 0) + value))}`);
      const lower = run.map(({ index }) => `${n(x(index))} ${n(y(below[index] ?? 0))}`).reverse();
      return `M${[...upper, ...lower].join('L')}z`;
    });
    layer.values.forEach((value, index) => {
      below[index] = (below[index] ?? 0) + (value ?? 0);
    });
    const alpha = looks[place]?.line === 'hollow' ? PALE : 1;
    return { kind: 'path', d: d.join('') || 'M0 0', fill: layer.color, alpha };
  });
}

function areaShapes(layer: Layer | undefined, { x, y, bottom }: Layout): Shape[] {
  if (!layer) return [];
  const d = runsOfKnown(layer.values).map((run) => {
    const points = run.map(({ index, value }) => `L${n(x(index))} ${n(y(value))}`).join('');
    return `M${n(x(run[0]?.index ?? 0))} ${n(bottom)}${points}V${n(bottom)}z`;
  });
  return [{ kind: 'path', d: d.join('') || 'M0 0', fill: layer.color, alpha: 0.1 }];
}

/** A line through known values; a dot where both neighbors are unknown. Days that nobody read are bridged by dashes. */
function lineShapes(model: ChartModel, layout: Layout, layer: Layer, look?: Look): Shape[] {
  const { x, y } = layout;
  const runs = runsOfKnown(layer.values);
  const at = ({ index, value }: { index: number; value: number }) => `${n(x(index))} ${n(y(value))}`;
  const d = runs.map((run) => `M${run.map(at).join('L')}${run.length === 1 ? 'h.01' : ''}`).join('');
  const bridges = runs.flatMap((run, place) => {
    const from = runs[place - 1]?.at(-1);
    const to = run[0];
    if (!from || !to) return [];
    if (model.kind !== 'line') return [];
    const isKnown = model.marks.slice(from.index + 1, to.index).every((mark) => mark === 'known');
    return isKnown ? [`M${at(from)}L${at(to)}`] : [];
  });
  const isThin = look?.line === 'thin';
  const isHollow = look?.line === 'hollow';
  const stroke = look?.color ?? layer.color;
  const shapes: Shape[] = [];
  if (bridges.length > 0) shapes.push({ kind: 'path', d: bridges.join(''), stroke, dash: [3, 3] });
  if (d)
    shapes.push({
      kind: 'path',
      d,
      stroke,
      width: isThin ? 1.25 : isHollow ? 4 : 2,
      alpha: isThin ? 0.75 : 1,
    });
  if (d && isHollow) shapes.push({ kind: 'path', d, stroke: '--surface', width: 1.5 });
  return shapes;
}

function linesOver(model: ChartModel, layout: Layout): Shape[] {
  return (model.lines ?? []).flatMap((line) => haloed(lineShapes(model, layout, line)));
}

/** Lines on a pale edge, so that they stand out from bars. */
function haloed(shapes: Shape[]): Shape[] {
  return shapes.flatMap((shape) => [
    { ...shape, stroke: '--surface', width: 4.5, alpha: 0.75, dash: [] },
    shape,
  ]);
}

function beforeLine(model: ChartModel, layout: Layout): Shape[] {
  const { before } = model;
  if (!before) return [];
  const d = runsOfKnown(before.values)
    .map((run) => {
      const heightOf = (value: number) => Math.max(layout.top, layout.y(value));
      const points = run.map(({ index, value }) => `${n(layout.x(index))} ${n(heightOf(value))}`);
      return `M${points.join('L')}${run.length === 1 ? 'h.01' : ''}`;
    })
    .join('');
  if (!d) return [];
  return [...haloed([{ kind: 'path', d, stroke: '--before', width: 1.75 }]), ...cutPeaks(before, layout)];
}

/** Where the comparison's line is cut at the top: how high it was. */
function cutPeaks(before: Pick<Layer, 'values'>, { top, right, x, y }: Layout): Shape[] {
  return runsOfKnown(before.values.map((value) => (value !== null && y(value) < top ? value : null))).flatMap(
    (run): Shape[] => {
      const peak = run.reduce((most, one) => (one.value > most.value ? one : most));
      const left = x(peak.index);
      const text = formatCount(peak.value);
      const isRight = left + 10 + text.length * 7 > right;
      return [
        { kind: 'path', d: `M${n(left - 5)} ${n(top + 7)}h10l-5 -7z`, fill: '--before' },
        {
          kind: 'text',
          x: isRight ? left - 9 : left + 9,
          y: top + 10,
          text,
          anchor: isRight ? 'end' : 'start',
          fill: '--axis',
        },
      ];
    },
  );
}

/** Under the axis: hatched where some repositories are lost, pale where figures are preliminary, dotted where they are to come. */
function strip(model: ChartModel, layout: Layout): Shape[] {
  const { x, bottom, slot } = layout;
  const color = model.layers[0]?.color ?? '--series-other';
  const width = Math.min(slot * BAR_SHARE, MAX_BAR);
  const shapes: Shape[] = [];
  // Separate boxes would be lines in a narrow chart.
  const boxes = (wanted: Mark) =>
    runsOf(model.marks, wanted).flatMap(({ first, last }) => {
      const each = slot < 8 ? [{ first, last }] : rangeOf(first, last).map((at) => ({ first: at, last: at }));
      return each.map((run) => ({
        x: x(run.first) - width / 2,
        y: bottom + 4,
        width: x(run.last) - x(run.first) + width,
        height: 5,
      }));
    });
  for (const area of boxes('partial')) {
    shapes.push(...hatched(area, 1.5, '--lost-ground', '--lost'));
    shapes.push({ kind: 'path', d: rounded(area, 1.5), stroke: '--lost', width: 0.75 });
  }
  for (const area of boxes('provisional'))
    shapes.push({ kind: 'path', d: rounded(area, 1.5), fill: color, alpha: 0.4 });
  for (const area of boxes('suspect'))
    shapes.push({ kind: 'path', d: rounded(area, 1.5), stroke: '--warning', dash: [2, 2] });
  for (const area of boxes('unread'))
    shapes.push({
      kind: 'path',
      d: `M${n(area.x)} ${n(bottom + 6.5)}h${n(area.width)}`,
      stroke: '--pending',
      width: 2,
      dash: [2, 3],
    });
  return shapes;
}

const rangeOf = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, place) => first + place);

function xLabels(model: ChartModel, layout: Layout, openDay: string | null): Shape[] {
  const open = openDay === null ? -1 : indexOf(model.buckets, openDay);
  const labelled = layout.xLabels.some(({ index }) => index === open);
  return layout.xLabels.map(({ index, text }) => ({
    kind: 'text',
    x: Math.min(layout.x(index), layout.width - text.length * 3.4),
    y: layout.bottom + 24,
    text,
    anchor: 'middle',
    fill: labelled && index === open ? '--ink' : '--axis',
    bold: labelled && index === open,
  }));
}

/** Whether the names of the lines stand at their ends. */
export function hasEndLabels({ kind, layers, points }: ChartModel, width: number): boolean {
  return kind === 'line' && layers.length > 1 && !points && width >= 640;
}

const MAX_NAME = 24;
const nameOf = ({ label }: Layer) => (label.length > MAX_NAME ? `${label.slice(0, MAX_NAME - 1)}…` : label);

/** The room for the names at the lines' ends. */
export const endLabelsWidth = (layers: readonly Layer[]) =>
  18 + 7.2 * Math.max(...layers.slice(0, MAX_COLORED).map((layer) => nameOf(layer).length));

function endLabels(model: ChartModel, layout: Layout): Shape[] {
  if (!hasEndLabels(model, layout.width)) return [];
  const looks = looksOf(model);
  const ends = model.layers.slice(0, MAX_COLORED).flatMap((layer, place) => {
    const index = layer.values.findLastIndex((value) => value !== null);
    const value = layer.values[index];
    return value == null
      ? []
      : [{ layer, isHollow: looks[place]?.line === 'hollow', x: layout.x(index), y: layout.y(value) }];
  });
  const heights = pushApart(
    ends.map(({ y }) => y),
    layout.top,
    layout.bottom,
  );
  return ends.flatMap(({ layer, isHollow, x, y }, place): Shape[] => [
    isHollow
      ? { kind: 'path', d: circle(x, y, 4), fill: '--surface', stroke: layer.color, width: 2 }
      : { kind: 'path', d: circle(x, y, 4), fill: layer.color, stroke: '--surface', width: 1.5 },
    {
      kind: 'text',
      x: layout.right + 10,
      y: (heights[place] ?? y) + 4,
      text: nameOf(layer),
      anchor: 'start',
      fill: '--ink',
      bold: true,
    },
  ]);
}

/** Labelled points: above the point, on the side that has room. One whose text would cover another is only a dot. */
function pointLabels({ points = [], layers }: ChartModel, layout: Layout): Shape[] {
  const taken: Area[] = [];
  return points.flatMap(({ layer, index, text }): Shape[] => {
    const value = layers[layer]?.values[index];
    if (value == null) return [];
    const x = layout.x(index);
    const y = layout.y(value);
    const fill = layers[layer]?.color ?? '--series-other';
    const dot: Shape = { kind: 'path', d: circle(x, y, 4), fill, stroke: '--surface', width: 1.5 };
    const width = text.length * 6.9;
    const isLeft = x + width > layout.right;
    const area = { x: isLeft ? x - width : x, y: y - 22, width, height: 16 };
    const isCovered = taken.some(
      (other) =>
        area.x < other.x + other.width &&
        other.x < area.x + area.width &&
        area.y < other.y + other.height &&
        other.y < area.y + area.height,
    );
    if (isCovered) return [dot];
    taken.push(area);
    return [
      dot,
      { kind: 'text', x, y: y - 10, text, anchor: isLeft ? 'end' : 'start', fill: '--ink', bold: true },
    ];
  });
}

const circle = (x: number, y: number, r: number) =>
  `M${n(x - r)} ${n(y)}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0z`;

const BOX = 20;
const ICON = 13;

/** A marker's left edge: the outermost ones stay within the drawing. */
export function markerLeft({ x, width }: Layout, first: number, size: number): number {
  return Math.max(0, Math.min(x(first) - size / 2, width - size));
}

/** One box for each day on which something happened: its icon, or how many there are. */
function markers(model: ChartModel, layout: Layout): Shape[] {
  return placeMarkers(model, layout.slot).flatMap(({ first, events }): Shape[] => {
    const x = markerLeft(layout, first, BOX);
    const box: Shape = {
      kind: 'path',
      d: rounded({ x: x + 0.5, y: 2.5, width: BOX - 1, height: BOX - 1 }, 6),
      fill: '--raised',
      stroke: '--line-strong',
    };
    const [place = 0] = events;
    if (events.length > 1)
      return [
        box,
        {
          kind: 'text',
          x: x + BOX / 2,
          y: 16,
          text: String(events.length),
          anchor: 'middle',
          fill: '--ink',
          bold: true,
        },
      ];
    return [
      box,
      {
        kind: 'path',
        d: eventIcon(model.events[place]?.kind ?? ''),
        stroke: '--mark',
        width: 1.5,
        at: { x: x + (BOX - ICON) / 2, y: 2 + (BOX - ICON) / 2, scale: ICON / 16 },
      },
    ];
  });
}
