import { COLUMNS, MAX_ROW } from '../../../lib/dashboards/gallery.ts';

/** Where a widget is on the grid of twelve columns, and how large it is, in columns and rows. */
export interface Spot {
  x: number;
  y: number;
  w: number;
  h: number;
}

/** Of a widget that you resize. */
const MIN_COLUMNS = 2;
const MIN_ROWS = 2;
const MAX_ROWS = 24;

const overlap = (one: Spot, other: Spot) =>
  one.x < other.x + other.w &&
  other.x < one.x + one.w &&
  one.y < other.y + other.h &&
  other.y < one.y + one.h;

const inOrder = (one: Spot, other: Spot) => one.y - other.y || one.x - other.x;

/** Keeps a spot on the grid. */
function toGrid({ x, y, w, h }: Spot): Spot {
  const wide = Math.min(COLUMNS, Math.max(MIN_COLUMNS, w));
  const high = Math.min(MAX_ROWS, Math.max(MIN_ROWS, h));
  return {
    x: Math.max(0, Math.min(COLUMNS - wide, x)),
    y: Math.max(0, Math.min(MAX_ROW, y)),
    w: wide,
    h: high,
  };
}

/** The highest free row for a spot of this width and height at its column. */
function rise(spot: Spot, others: readonly Spot[]): Spot {
  let { y } = spot;
  while (y > 0 && !others.some((other) => overlap({ ...spot, y: y - 1 }, other))) y -= 1;
  while (others.some((other) => overlap({ ...spot, y }, other))) y += 1;
  return { ...spot, y };
}

/**
 * Closes gaps: every widget rises until it meets another. Where two meet, the one that begins higher stays, and of two in the
 * same row the one at `first`.
 */
export function closeGaps<T extends Spot>(widgets: readonly T[], first?: number): T[] {
  const places = widgets.map((_, place) => place);
  const spotAt = (place: number) => widgets[place] as T;
  places.sort((one, other) => {
    const left = spotAt(one);
    const right = spotAt(other);
    return left.y - right.y || Number(other === first) - Number(one === first) || left.x - right.x;
  });
  const settled: Spot[] = [];
  const risen = [...widgets];
  for (const place of places) {
    const { y } = rise(spotAt(place), settled);
    const widget = { ...spotAt(place), y };
    settled.push(widget);
    risen[place] = widget;
  }
  return risen;
}

/** Puts a widget to a spot; the others make room. */
export function place<T extends Spot>(widgets: readonly T[], index: number, spot: Spot): T[] {
  const { x, y, w, h } = toGrid(spot);
  const placed = widgets.map((widget, at) => (at === index ? { ...widget, x, y, w, h } : widget));
  return closeGaps(placed, index);
}

const areSame = (one: readonly Spot[], other: readonly Spot[]) =>
  one.every(({ x, y, w, h }, at) => {
    const now = other[at];
    return now !== undefined && x === now.x && y === now.y && w === now.w && h === now.h;
  });

/** Where a widget is that a step to the side would push away: both can change sides, as they begin in the same row. */
function neighborAt(widgets: readonly Spot[], index: number, spot: Spot): number | undefined {
  const met = widgets.flatMap((widget, at) => (at !== index && overlap(widget, spot) ? [at] : []));
  const [only] = met;
  return met.length === 1 && only !== undefined && widgets[only]?.y === spot.y ? only : undefined;
}

function changeSides<T extends Spot>(widgets: readonly T[], index: number, neighbor: number): T[] {
  const one = widgets[index] as T;
  const other = widgets[neighbor] as T;
  const isAfter = other.x > one.x;
  const changed = widgets.map((widget, at) => {
    if (at === index) return { ...widget, x: isAfter ? other.x + other.w - one.w : other.x };
    if (at === neighbor) return { ...widget, x: isAfter ? one.x : one.x + one.w - other.w };
    return widget;
  });
  return closeGaps(changed, index);
}

/**
 * Moves a widget by the smallest number of columns or rows in a direction that changes anything: past a neighbor, it
 * takes the neighbor's place. Undefined at the edge of the grid.
 */
export function move<T extends Spot>(
  widgets: readonly T[],
  index: number,
  { columns, rows }: { columns: number; rows: number },
): T[] | undefined {
  const widget = widgets[index];
  if (!widget) return undefined;
  const neighbor =
    columns === 0 ? undefined : neighborAt(widgets, index, { ...widget, x: widget.x + columns });
  if (neighbor !== undefined) return changeSides(widgets, index, neighbor);
  const before = closeGaps(widgets);
  const lowest = Math.max(...widgets.map(({ y, h }) => y + h));
  for (let steps = 1; steps <= Math.max(COLUMNS, lowest); steps += 1) {
    const spot = { ...widget, x: widget.x + columns * steps, y: widget.y + rows * steps };
    if (spot.x < 0 || spot.x + spot.w > COLUMNS || spot.y < 0) return undefined;
    const after = place(widgets, index, spot);
    if (!areSame(after, before)) return after;
  }
  return undefined;
}

/** Makes a widget wider or higher, or narrower and lower. Undefined if it cannot be. */
export function resize<T extends Spot>(
  widgets: readonly T[],
  index: number,
  { columns, rows }: { columns: number; rows: number },
): T[] | undefined {
  const widget = widgets[index];
  if (!widget) return undefined;
  const w = widget.w + columns;
  const h = widget.h + rows;
  if (w < MIN_COLUMNS || h < MIN_ROWS || h > MAX_ROWS || widget.x + w > COLUMNS) return undefined;
  return place(widgets, index, { ...widget, w, h });
}

/** The first place, in reading order, that is free for a widget of a size. */
export function freeSpot(widgets: readonly Spot[], { w, h }: Pick<Spot, 'w' | 'h'>): Spot {
  for (let y = 0; ; y += 1)
    for (let x = 0; x + w <= COLUMNS; x += 1) {
      const spot = { x, y, w, h };
      if (!widgets.some((widget) => overlap(widget, spot))) return spot;
    }
}

/** The places of widgets in the order in which you read them. */
export function readingOrder(widgets: readonly Spot[]): number[] {
  return widgets
    .map((widget, at) => ({ widget, at }))
    .sort((one, other) => inOrder(one.widget, other.widget))
    .map(({ at }) => at);
}
