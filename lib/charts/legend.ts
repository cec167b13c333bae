import { cutOf } from '../stats/buckets.ts';
import { type ChartModel, looksOf, type Mark, ownLabelOf } from './model.ts';

const MARKS: { mark: Mark; label: string }[] = [
  { mark: 'lost', label: 'Lost' },
  { mark: 'partial', label: 'Partly lost' },
  { mark: 'provisional', label: 'Preliminary' },
  { mark: 'suspect', label: 'Suspect: everything fell to zero at once' },
  { mark: 'unread', label: 'Not published yet' },
  { mark: 'unspread', label: 'Known only as a total of several days' },
  { mark: 'before', label: 'Before the first collection' },
];

/** An entry of a legend. `shape` says how its swatch looks. */
export interface LegendEntry {
  label: string;
  color: string;
  shape: 'box' | 'pale' | 'line' | 'hollow' | 'cut' | Mark;
}

/** What the colors mean, and the marks that occur. */
export function legendOf(model: ChartModel): LegendEntry[] {
  const { kind, layers, lines = [], before, range, marks } = model;
  const cuts =
    kind === 'line' ? [] : model.buckets.map((bucket) => cutOf(bucket, range)).filter((cut) => cut !== null);
  const partial = cuts.map(({ days, of }) => `${days} of ${of}`).join(' and ');
  return [
    ...looksOf(model).map(({ color, line }, place): LegendEntry => {
      const isHollow = line === 'hollow';
      const shape = kind === 'line' ? (isHollow ? 'hollow' : 'line') : isHollow ? 'pale' : 'box';
      return { label: layers[place]?.label ?? '', color, shape };
    }),
    ...lines.map(({ label, color }) => ({ label, color, shape: 'line' }) as const),
    ...(before ? [{ label: before.label, color: '--before', shape: 'line' } as const] : []),
    ...(cuts.length > 0
      ? [{ label: `Partial ${range.by}: ${partial} days`, color: '--series-other', shape: 'cut' } as const]
      : []),
    ...MARKS.filter(({ mark }) => marks.includes(mark)).map(({ mark, label }) => ({
      label: ownLabelOf(model, mark) ?? label,
      color: layers[0]?.color ?? '--series-other',
      shape: mark,
    })),
  ];
}
