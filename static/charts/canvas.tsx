import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { type Layout, layoutOf } from '../../lib/charts/layout.ts';
import { placeMarkers, TARGET } from '../../lib/charts/markers.ts';
import { type ChartModel, indexOf } from '../../lib/charts/model.ts';
import { endLabelsWidth, hasEndLabels, markerLeft, sceneOf } from '../../lib/charts/scene.ts';
import { addDays, daysBetween } from '../../lib/day.ts';
import { bucketDays } from '../../lib/stats/buckets.ts';
import { useThemeRound } from '../theme.tsx';
import type { ChartActions, OpenDay } from './actions.ts';
import { useGestures } from './gestures.ts';
import { eventKey, lightEvents, useLitEvents } from './lit.ts';
import { paintOn } from './paint.ts';
import { tipOf } from './shown.ts';

interface CanvasProps {
  title: string;
  model: ChartModel;
  scale: 'linear' | 'log';
  /** The chart in words. */
  summary: string;
  actions: ChartActions;
  /** What is known about the open day, below the drawing. */
  dayPanel?: ((open: OpenDay) => ComponentChildren) | undefined;
}

/** The drawing, the figures of the bucket under the pointer, and what a reader can do with it. */
export function Canvas({ title, model, scale, summary, actions, dayPanel }: CanvasProps) {
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = useThemeRound();
  const size = useSize(box);
  const layout = useMemo(() => {
    if (!size) return null;
    const endLabels = hasEndLabels(model, size.width) ? endLabelsWidth(model.layers) : 0;
    return layoutOf(model, { ...size, scale, endLabels });
  }, [size, model, scale]);

  useEffect(() => {
    if (!layout || !canvas.current) return;
    paintOn(canvas.current, sceneOf(model, layout, actions.openDay), layout);
  }, [layout, model, theme, actions.openDay]);

  const daysAt = (index: number) => bucketDays(model.buckets[index] ?? model.range.from, model.range);
  const opens = model.range.by === 'day' ? actions.onDay : null;
  const gestures = useGestures({
    count: model.buckets.length,
    indexAt: (left) => {
      if (!layout || left < layout.left - 8 || left > layout.right + 8) return null;
      const index = Math.floor((left - layout.left) / layout.slot);
      return Math.max(0, Math.min(model.buckets.length - 1, index));
    },
    start: openIndex(model, actions.openDay),
    onPick: (index) => {
      const { from, to } = daysAt(index);
      if (opens) opens(from);
      else if (model.range.by !== 'day') actions.onZoom(from, to);
    },
    onZoom: (first, last) => actions.onZoom(daysAt(first).from, daysAt(last).to),
    onReset: () => void actions.onReset(),
    onZoomOut: () => {
      if (actions.onReset()) return;
      const { from, to } = model.range;
      const half = Math.ceil((daysBetween(from, to) + 1) / 2);
      actions.onZoom(addDays(from, -half), addDays(to, half));
    },
    onLeave: () => {
      if (actions.openDay === null || !actions.onDay) return false;
      actions.onDay(actions.openDay);
      return true;
    },
  });
  const open = actions.onDay ? openIndex(model, actions.openDay) : -1;
  const { at, span } = gestures;

  return (
    <>
      <div
        class="chart-box"
        ref={box}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the chart takes arrow keys.
        tabIndex={0}
        role="application"
        aria-roledescription="chart"
        aria-label={`Chart of ${title}`}
        {...gestures.handlers}
      >
        {layout && open >= 0 && <Band layout={layout} first={open} last={open} name="open" />}
        {layout && at !== null && at !== open && !span && (
          <Band layout={layout} first={at} last={at} name="hover" />
        )}
        <canvas ref={canvas} class="chart-canvas" role="img" aria-label={summary} />
        {layout && span && <Band layout={layout} first={span.first} last={span.last} name="span" />}
        {layout && <Markers model={model} layout={layout} onDay={opens} />}
        {layout && at !== null && (
          <TipBox model={model} layout={layout} index={at} clicks={clickHint(model, opens)} />
        )}
      </div>
      {actions.openDay !== null &&
        open >= 0 &&
        dayPanel?.({ day: actions.openDay, left: layout?.x(open) ?? null })}
    </>
  );
}

/** The bucket of the open day; -1 if none is open, or one of other days. */
function openIndex({ buckets, range }: ChartModel, day: string | null): number {
  return day === null || day < range.from || day > range.to ? -1 : indexOf(buckets, day);
}

const clickHint = (model: ChartModel, opens: unknown) =>
  opens
    ? 'Click or press Enter to open this day'
    : model.range.by === 'day'
      ? ''
      : `Click or press Enter to show this ${model.range.by}’s days`;

/** A box's size, as it changes. */
export function useSize(box: { current: HTMLElement | null }) {
  const [size, setSize] = useState<{ width: number; height: number } | null>(null);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const measure = () => {
      const width = Math.max(200, element.clientWidth);
      const height = element.clientHeight;
      setSize((known) => (known?.width === width && known.height === height ? known : { width, height }));
    };
    const watcher = new ResizeObserver(measure);
    watcher.observe(element);
    measure();
    return () => watcher.disconnect();
  }, [box]);
  return size;
}

interface BandProps {
  layout: Layout;
  first: number;
  last: number;
  name: 'open' | 'hover' | 'span';
}

/** A band from the first bucket to the last. */
function Band({ layout, first, last, name }: BandProps) {
  const { x, slot, top, bottom } = layout;
  const left = x(first) - slot / 2;
  const width = (last - first + 1) * slot;
  return (
    <div
      class={`chart-band ${name}`}
      style={{
        left: `${left}px`,
        width: `${Math.max(1, width)}px`,
        top: `${top - 4}px`,
        height: `${bottom - top + 4}px`,
      }}
    />
  );
}

interface MarkersProps {
  model: ChartModel;
  layout: Layout;
  onDay: ((day: string) => void) | null;
}

/** What can be pointed at above the  The canvas has the drawings; the table and the list of events say the same in words. */
function Markers({ model, layout, onDay }: MarkersProps) {
  const lit = useLitEvents();
  return (
    <div class="chart-markers" aria-hidden="true">
      {placeMarkers(model, layout.slot).map((marker) => {
        const events = marker.events.flatMap((place) => model.events[place] ?? []);
        const isLit = events.some((event) => lit.has(eventKey(event)));
        const day = events[0]?.date ?? '';
        return (
          <button
            key={day}
            type="button"
            tabIndex={-1}
            class={isLit ? 'chart-marker lit' : 'chart-marker'}
            title={events.map(({ title }) => title).join('\n')}
            style={{ left: `${markerLeft(layout, marker.first, TARGET)}px` }}
            onPointerDown={(event) => event.stopPropagation()}
            onPointerEnter={() => lightEvents(events)}
            onPointerLeave={() => lightEvents([])}
            onClick={() => onDay?.(day)}
          />
        );
      })}
    </div>
  );
}

interface TipBoxProps {
  model: ChartModel;
  layout: Layout;
  index: number;
  clicks: string;
}

const TIP_WIDTH = 260;

function TipBox({ model, layout, index, clicks }: TipBoxProps) {
  const tip = tipOf(model, index);
  if (!tip) return null;
  const x = layout.x(index);
  const isRight = x + layout.slot / 2 + TIP_WIDTH > layout.width;
  const rows = tip.rows.map(({ label, value }) => `${label} ${value}`);
  return (
    <>
      <div
        class={isRight ? 'tip to-left' : 'tip'}
        style={{ left: `${isRight ? x - layout.slot / 2 : x + layout.slot / 2}px` }}
        aria-hidden="true"
      >
        <strong>{tip.title}</strong>
        <dl>
          {tip.rows.map(({ label, color, value, shape }) => (
            <div key={label}>
              <dt>
                <span
                  class={shape === 'box' ? 'swatch' : `swatch ${shape}`}
                  style={{ '--c': color ? `var(${color})` : 'transparent' }}
                />
                {label}
              </dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
        {tip.notes.map((note) => (
          <p key={note}>{note}</p>
        ))}
        {clicks && <p class="tip-foot">{clicks}</p>}
      </div>
      <p class="unseen" aria-live="polite">
        {[tip.title, ...rows, ...tip.notes].join('. ')}
      </p>
    </>
  );
}
