import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { layoutOf } from '../../lib/charts/layout.ts';
import { type ChartModel, topOf } from '../../lib/charts/model.ts';
import { sceneOf } from '../../lib/charts/scene.ts';
import { formatBucket, formatCount, formatShortDay } from '../format.ts';
import { useThemeRound } from '../theme.tsx';
import { useSize } from './canvas.tsx';
import { paintOn } from './paint.ts';

/** One repository's chart beside those of others. */
export interface Multiple {
  name: string;
  href: string;
  model: ChartModel;
}

/** Small charts on one scale. Pointing at one shows all figures of that day. */
export function Multiples({ items }: { items: readonly Multiple[] }) {
  const [at, setAt] = useState<number | null>(null);
  const highest = useMemo(() => items.reduce((top, { model }) => Math.max(top, topOf(model)), 1), [items]);
  return (
    <div class="multiples">
      {items.map((item) => (
        <Small key={item.href} item={item} highest={highest} at={at} onPoint={setAt} />
      ))}
    </div>
  );
}

interface SmallProps {
  item: Multiple;
  highest: number;
  at: number | null;
  onPoint: (index: number | null) => void;
}

function Small({ item: { name, href, model }, highest, at, onPoint }: SmallProps) {
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = useThemeRound();
  const size = useSize(box);
  const layout = useMemo(
    () => size && layoutOf(model, { ...size, scale: 'linear', small: { highest } }),
    [size, model, highest],
  );
  useEffect(() => {
    if (!layout || !canvas.current) return;
    paintOn(canvas.current, sceneOf(model, layout, null), layout);
  }, [layout, model, theme]);
  const [layer] = model.layers;
  const known = layer?.values.filter((value) => value !== null) ?? [];
  const sum = known.reduce((total, value) => total + value, 0);
  const bucket = at === null ? undefined : model.buckets[at];
  const shown = at === null ? sum : (layer?.values[at] ?? null);
  const day =
    bucket && (model.range.by === 'day' ? formatShortDay(bucket) : formatBucket(bucket, model.range.by));
  return (
    <figure>
      <h3>
        <span class="swatch" style={{ '--c': `var(${layer?.color})` }} />
        <a href={href}>{name}</a>
        <span>
          {day && `${day}: `}
          {formatCount(shown)}
        </span>
      </h3>
      <div
        class="multiple"
        ref={box}
        onPointerMove={(event) => {
          if (!layout) return;
          const left = event.clientX - event.currentTarget.getBoundingClientRect().left;
          const index = Math.floor((left - layout.left) / layout.slot);
          onPoint(Math.max(0, Math.min(model.buckets.length - 1, index)));
        }}
        onPointerLeave={() => onPoint(null)}
      >
        {layout && at !== null && (
          <div
            class="chart-band"
            style={{
              left: `${layout.x(at)}px`,
              top: `${layout.top}px`,
              height: `${layout.bottom - layout.top}px`,
            }}
          />
        )}
        <canvas
          ref={canvas}
          class="chart-canvas"
          role="img"
          aria-label={`${layer?.label} of ${name}: ${formatCount(sum)}, highest ${formatCount(Math.max(0, ...known))}`}
        />
      </div>
    </figure>
  );
}
