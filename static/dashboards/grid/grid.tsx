import type { ComponentChildren, RefObject } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { COLUMNS } from '../../../lib/dashboards/gallery.ts';
import { move, place, readingOrder, resize, type Spot } from './layout.ts';

/** Something with a place on the grid. */
export interface Placed extends Spot {
  key: number;
  title: string;
  /** Its kind, as a class. */
  kind: string;
}

interface GridProps<T extends Placed> {
  items: readonly T[];
  loading: boolean;
  /** Absent for a dashboard that is only shown. Called with the new layout, and with what to announce. */
  onChange?: ((items: T[], announced: string) => void) | undefined;
  /** What a widget shows; `handle` is what moves it, if it can be moved. */
  children: (item: T, handle: ComponentChildren) => ComponentChildren;
}

/** Steps of the arrow keys. */
const ARROWS: Record<string, { columns: number; rows: number }> = {
  ArrowLeft: { columns: -1, rows: 0 },
  ArrowRight: { columns: 1, rows: 0 },
  ArrowUp: { columns: 0, rows: -1 },
  ArrowDown: { columns: 0, rows: 1 },
};

type Way = 'move' | 'resize';

/** Widgets on twelve columns, in the order of reading; on a phone one below the other. */
export function Grid<T extends Placed>({ items, loading, onChange, children }: GridProps<T>) {
  const grid = useRef<HTMLDivElement>(null);
  const [dragged, setDragged] = useState<{ key: number; items: T[] }>();
  const [focused, setFocused] = useState<{ key: number; way: Way }>();
  // A node that moves in the document loses the focus.
  useLayoutEffect(() => {
    if (!focused) return;
    grid.current?.querySelector<HTMLElement>(`[data-way=${focused.way}][data-key="${focused.key}"]`)?.focus();
    setFocused(undefined);
  }, [focused]);
  const shown = dragged?.items ?? items;

  function step({ key }: T, way: Way, event: KeyboardEvent) {
    const index = items.findIndex((one) => one.key === key);
    const item = items[index];
    const isOther = way === 'move' && event.shiftKey;
    const arrow = ARROWS[event.key];
    if (!arrow || !onChange || !item) return;
    event.preventDefault();
    const doing = isOther ? 'resize' : way;
    const changed = (doing === 'move' ? move : resize)(items, index, arrow);
    const now = changed?.[index];
    if (!changed || !now) return onChange([...items], `${item.title} cannot go further`);
    onChange(changed, doing === 'move' ? describePlace(now) : describeSize(now));
    setFocused({ key, way });
  }

  const drag: Drag<T> = {
    grid,
    onDrag: (key, changed) => setDragged({ key, items: changed }),
    onDrop(key, way) {
      const dropped = dragged;
      setDragged(undefined);
      const now = dropped?.items.find((item) => item.key === key);
      if (dropped && now) onChange?.(dropped.items, way === 'move' ? describePlace(now) : describeSize(now));
    },
    onCancel: () => setDragged(undefined),
  };

  return (
    <div class={onChange ? 'widget-grid editing' : 'widget-grid'} aria-busy={loading} ref={grid}>
      {readingOrder(items).map((at) => {
        const item = shown[at] as T;
        return (
          <section
            key={item.key}
            class={`card panel widget kind-${item.kind}${dragged?.key === item.key ? ' dragged' : ''}`}
            aria-label={item.title}
            style={{ '--x': item.x + 1, '--y': item.y + 1, '--w': item.w, '--h': item.h }}
          >
            {children(
              item,
              onChange && <Handle way="move" item={item} items={items} drag={drag} onStep={step} />,
            )}
            {onChange && <Handle way="resize" item={item} items={items} drag={drag} onStep={step} />}
          </section>
        );
      })}
    </div>
  );
}

const describePlace = ({ title, x, y }: Placed) => `${title}: row ${y + 1}, column ${x + 1}`;
const describeSize = ({ title, w, h }: Placed) => `${title}: ${w} of ${COLUMNS} columns wide, ${h} rows high`;

interface Drag<T> {
  grid: RefObject<HTMLDivElement>;
  onDrag: (key: number, items: T[]) => void;
  onDrop: (key: number, way: Way) => void;
  onCancel: () => void;
}

interface HandleProps<T extends Placed> {
  way: Way;
  item: T;
  items: readonly T[];
  drag: Drag<T>;
  onStep: (item: T, way: Way, event: KeyboardEvent) => void;
}

const DRAWINGS = {
  move: 'M6 4h.01M10 4h.01M6 8h.01M10 8h.01M6 12h.01M10 12h.01',
  resize: 'M13 6 6 13M13 10.5 10.5 13',
};
const NAMES = { move: 'Move', resize: 'Resize' };

/** Moves or resizes a widget: you drag it, or use the arrow keys. */
function Handle<T extends Placed>({ way, item, items, drag, onStep }: HandleProps<T>) {
  const start = useRef<{ x: number; y: number }>();

  function follow(event: PointerEvent) {
    const area = drag.grid.current;
    const index = items.findIndex(({ key }) => key === item.key);
    const origin = items[index];
    if (!start.current || !area || !origin) return;
    const right = event.clientX - start.current.x;
    const down = event.clientY - start.current.y;
    drag.onDrag(item.key, place(items, index, spotAt(area, origin, way, { right, down })));
  }

  return (
    <button
      type="button"
      class={`grip ${way}`}
      aria-label={`${NAMES[way]} ${item.title}`}
      aria-describedby="grid-keys"
      data-way={way}
      data-key={item.key}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && start.current) {
          start.current = undefined;
          drag.onCancel();
        } else onStep(item, way, event);
      }}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        start.current = { x: event.clientX, y: event.clientY };
      }}
      onPointerMove={follow}
      onPointerUp={() => {
        if (start.current) drag.onDrop(item.key, way);
        start.current = undefined;
      }}
      onPointerCancel={() => {
        start.current = undefined;
        drag.onCancel();
      }}
    >
      <svg class="i" viewBox="0 0 16 16" aria-hidden="true">
        <path d={DRAWINGS[way]} />
      </svg>
    </button>
  );
}

/** The spot of a widget whose handle was dragged so many pixels. */
function spotAt(grid: HTMLElement, item: Spot, way: Way, by: { right: number; down: number }): Spot {
  const { columnGap, rowGap, gridAutoRows } = getComputedStyle(grid);
  const gap = Number.parseFloat(columnGap) || 0;
  const column = (grid.clientWidth + gap) / COLUMNS;
  const row = (Number.parseFloat(gridAutoRows) || 64) + (Number.parseFloat(rowGap) || 0);
  const columns = Math.round(by.right / column);
  const rows = Math.round(by.down / row);
  const { x, y, w, h } = item;
  return way === 'move'
    ? { x: x + columns, y: y + rows, w, h }
    : { x, y, w: Math.min(COLUMNS - x, w + columns), h: h + rows };
}
