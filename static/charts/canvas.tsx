import { useEffect, useRef, useState } from 'preact/hooks';
import { cutOf, formatBucket, formatCount, plural } from '../format.ts';
import { useThemeRound } from '../theme.tsx';
import { type ChartModel, figuresOf, indexOf, type Mark } from './model.ts';

interface CanvasProps {
  model: ChartModel;
  /** The chart in words. */
  summary: string;
}

const NOTES: Partial<Record<Mark, string>> = {
  provisional: 'Preliminary',
  suspect: 'Suspect: everything fell to zero at once, which may be GitHub’s failure',
  unread: 'No data yet (not zero): the next collection may bring it',
  partial: 'Some days are lost',
  lost: 'Lost: not collected in time',
  before: 'Before the first collection',
  unspread: 'Some downloads are known only as a total of several days',
};

/** The canvas, with the figures of the bucket under the pointer. */
export function Canvas({ model, summary }: CanvasProps) {
  const element = useRef<HTMLDivElement>(null);
  const theme = useThemeRound();
  const [at, setAt] = useState<{ index: number; left: number } | null>(null);

  useEffect(() => {
    let gone = false;
    let close = () => {};
    void import('./plot.ts').then(({ openPlot }) => {
      if (!gone && element.current) close = openPlot(element.current, model, setAt);
    });
    return () => {
      gone = true;
      close();
      setAt(null);
    };
  }, [model, theme]);

  return (
    <div class="chart-box">
      <div class="chart-canvas" ref={element} role="img" aria-label={summary} />
      {at && <Tip model={model} index={at.index} left={at.left} />}
    </div>
  );
}

function Tip({ model, index, left }: { model: ChartModel; index: number; left: number }) {
  const bucket = model.buckets[index];
  if (bucket === undefined) return null;
  const note = NOTES[model.marks[index] ?? 'known'];
  const cut = cutOf(bucket, model.range);
  const shown = figuresOf(model).filter(
    (layer) => model.kind !== 'stacked' || (layer.values[index] ?? 0) > 0,
  );
  return (
    <div class={left > 260 ? 'tip to-left' : 'tip'} style={{ left: `${left}px` }} aria-hidden="true">
      <strong>{formatBucket(bucket, model.range.by)}</strong>
      <ul>
        {shown.map((layer) => (
          <li key={layer.label}>
            <span class="swatch" style={{ background: `var(${layer.color})` }} />
            {layer.label}
            <b>{layer.values[index] == null ? 'unknown' : formatCount(layer.values[index] ?? null)}</b>
          </li>
        ))}
      </ul>
      {cut && (
        <em>
          Partial {model.range.by}: {cut.days} of {plural(cut.of, 'day')}
        </em>
      )}
      {note && <em>{note}</em>}
      {model.events
        .filter((event) => indexOf(model.buckets, event.date) === index)
        .map((event) => (
          <em key={`${event.date} ${event.title}`}>{event.title}</em>
        ))}
    </div>
  );
}
