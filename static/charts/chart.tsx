import type { ComponentChildren } from 'preact';
import { useEffect, useId, useMemo, useState } from 'preact/hooks';
import { cutOf, formatBucket, formatCount, formatDay, plural } from '../format.ts';
import { Canvas } from './canvas.tsx';
import { ChartTable } from './chart-table.tsx';
import { Legend } from './legend.tsx';
import { type ChartModel, figuresOf } from './model.ts';

interface ChartProps {
  title: string;
  /** Undefined while loading: its space is reserved. */
  model: ChartModel | undefined;
  note?: ComponentChildren;
  controls?: ComponentChildren;
}

/** A chart with its legend, its summary in words, and the table behind it. */
export function Chart({ title, model, note, controls }: ChartProps) {
  const [asTable, setAsTable] = useState(false);
  const id = useId();
  // Fetch the drawing code in parallel with the figures.
  useEffect(() => void import('./plot.ts'), []);
  const summary = useMemo(() => (model ? summarize(title, model) : ''), [title, model]);
  return (
    <section class="panel chart" aria-labelledby={id}>
      <header class="panel-head">
        <h2 id={id}>{title}</h2>
        {controls}
        <button
          type="button"
          class="button small"
          aria-pressed={asTable}
          disabled={!model}
          onClick={() => setAsTable(!asTable)}
        >
          {asTable ? 'Show chart' : 'Show table'}
          <span class="unseen"> of {title}</span>
        </button>
      </header>
      {!model && <div class="chart-box loading" />}
      {model && !asTable && <Canvas model={model} summary={summary} />}
      {model && asTable && <ChartTable title={title} model={model} />}
      {model && <Legend model={model} />}
      {model && <p class="chart-summary">{summary}</p>}
      {note && <p class="chart-note">{note}</p>}
    </section>
  );
}

/** A chart in words: its span, sum or course, highest point, and what is unknown. */
function summarize(title: string, model: ChartModel): string {
  const { range, marks } = model;
  const parts = figuresOf(model)
    .slice(0, 4)
    .map((layer) => describeLayer(layer.label, layer.values, model));
  const lost = marks.filter((mark) => mark === 'lost').length;
  const open = marks.filter((mark) => mark === 'provisional').length;
  const suspect = marks.filter((mark) => mark === 'suspect').length;
  const unread = marks.filter((mark) => mark === 'unread').length;
  const cuts = model.buckets.filter(
    (bucket) => model.kind !== 'line' && cutOf(bucket, range) !== null,
  ).length;
  const doubts = [
    lost > 0 && `${plural(lost, range.by)} lost`,
    open > 0 && `${plural(open, range.by)} preliminary`,
    suspect > 0 && `${plural(suspect, range.by)} suspect`,
    unread > 0 && `${plural(unread, range.by)} without data yet`,
    cuts > 0 && `${plural(cuts, range.by)} only partly in the range`,
  ].filter(Boolean);
  const span = `${title} from ${formatDay(range.from)} to ${formatDay(range.to)}, by ${range.by}.`;
  return [span, ...parts, doubts.length ? `${doubts.join(', ')}.` : ''].filter(Boolean).join(' ');
}

function describeLayer(label: string, values: (number | null)[], model: ChartModel): string {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return `${label}: no data.`;
  if (model.kind === 'line')
    return `${label}: from ${formatCount(known[0] ?? null)} to ${formatCount(known.at(-1) ?? null)}.`;
  const top = Math.max(...known);
  const day = model.buckets[values.indexOf(top)] ?? '';
  const sum = known.reduce((total, value) => total + value, 0);
  if (sum === 0) return `${label}: none.`;
  const inner = model.kind === 'nested' && label.startsWith('Unique');
  const total = inner ? '' : `${formatCount(sum)} in total, `;
  return `${label}: ${total}highest ${formatCount(top)} (${formatBucket(day, model.range.by)}).`;
}
