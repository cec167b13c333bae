import type { ComponentChildren } from 'preact';
import { useEffect, useId, useMemo, useState } from 'preact/hooks';
import { Canvas } from './canvas.tsx';
import { ChartTable } from './chart-table.tsx';
import { Legend } from './legend.tsx';
import type { ChartModel } from './model.ts';
import { summarize } from './summary.ts';

interface ChartProps {
  title: string;
  /** Undefined while it is being loaded: its place is kept. */
  model: ChartModel | undefined;
  note?: ComponentChildren;
  controls?: ComponentChildren;
}

/** A chart with its legend, its summary in words, and the table behind it. */
export function Chart({ title, model, note, controls }: ChartProps) {
  const [asTable, setAsTable] = useState(false);
  const id = useId();
  // The drawing code comes while the figures are being asked for.
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
