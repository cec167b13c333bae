import { cutOf } from '../format.ts';
import type { ChartModel, Mark } from './model.ts';

const MARKS: { mark: Mark[]; label: string; name: string }[] = [
  { mark: ['provisional'], label: 'Preliminary', name: 'provisional' },
  { mark: ['suspect'], label: 'Suspect: everything fell to zero at once', name: 'suspect' },
  { mark: ['unread'], label: 'No data yet (not zero)', name: 'unread' },
  { mark: ['lost', 'partial'], label: 'Lost: not collected in time', name: 'lost' },
  { mark: ['unspread'], label: 'Known only as a total of several days', name: 'unspread' },
  { mark: ['before'], label: 'Before the first collection', name: 'before' },
];

/** What the colors mean, and the marks that occur. */
export function Legend({ model }: { model: ChartModel }) {
  const zero = model.kind !== 'line' && model.layers[0]?.values.some((value) => value === 0);
  const cuts =
    model.kind === 'line'
      ? []
      : model.buckets.map((bucket) => cutOf(bucket, model.range)).filter((cut) => cut !== null);
  return (
    <ul class="legend">
      {model.layers.map((layer) => (
        <li key={layer.label}>
          <span class="swatch" style={{ background: `var(${layer.color})` }} />
          {layer.label}
        </li>
      ))}
      {(model.lines ?? []).map((line) => (
        <li key={line.label}>
          <span class="swatch line" style={{ background: `var(${line.color})` }} />
          {line.label}
        </li>
      ))}
      {model.before && (
        <li>
          <span class="swatch line" style={{ background: 'var(--series-other)' }} />
          {model.before.label}
        </li>
      )}
      {zero && (
        <li>
          <span class="swatch zero" />
          Zero
        </li>
      )}
      {cuts.length > 0 && (
        <li>
          <span class="swatch cut" />
          Partial {model.range.by}: {cuts.map(({ days, of }) => `${days} of ${of}`).join(' and ')} days
        </li>
      )}
      {MARKS.filter(({ mark }) => mark.some((one) => model.marks.includes(one))).map(({ name, label }) => (
        <li key={name}>
          <span class={`swatch ${name}`} />
          {label}
        </li>
      ))}
      {model.events.length > 0 && (
        <li>
          <span class="swatch event" />
          {model.events.map((event) => event.title).join(' · ')}
        </li>
      )}
    </ul>
  );
}
