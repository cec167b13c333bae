import {
  type ChartModel,
  figuresOf,
  indexOf,
  type Layer,
  type Look,
  looksOf,
  type Mark,
  ownLabelOf,
} from '../../lib/charts/model.ts';
import {
  cutOf,
  formatBucket,
  formatCount,
  formatDay,
  formatShortDay,
  formatWeekday,
  plural,
} from '../format.ts';
import type { ChartView } from './actions.ts';
import { trailingAverage } from './average.ts';

/** The chart as the reader wants it: with or without the average, the comparison and the events. */
export function shownModel(model: ChartModel, view: Omit<ChartView, 'split'>): ChartModel {
  const shown: ChartModel = {
    ...model,
    events: view.events ? model.events : [],
    before: view.line ? model.before : undefined,
  };
  if (!view.average || model.averaged || model.range.by !== 'day') return shown;
  if (model.kind === 'line') return { ...shown, layers: model.layers.map(toAverage) };
  const total = { label: 'Total', color: '--mark', values: totalsOf(model) };
  return {
    ...shown,
    lines: [...(model.lines ?? []), { ...toAverage(total), label: '7-day average (trailing)' }],
  };
}

const toAverage = (layer: Layer): Layer => ({ ...layer, values: trailingAverage(layer.values) });

/** What a bucket's bar stands for: the sum of stacked layers, or the first layer. Unknown if all of it is unknown. */
export function totalsOf({ kind, layers, buckets }: ChartModel): (number | null)[] {
  if (kind !== 'stacked') return layers[0]?.values ?? [];
  return buckets.map((_, index) => {
    const known = layers.map((layer) => layer.values[index] ?? null).filter((value) => value !== null);
    return known.length ? known.reduce((sum, value) => sum + value, 0) : null;
  });
}

const NOTES: Partial<Record<Mark, string>> = {
  provisional: 'Preliminary: may still rise',
  suspect: 'Suspect: everything fell to zero at once, which may be GitHub’s failure',
  unread: 'Not published yet',
  partial: 'Some days are lost',
  lost: 'Lost: not collected in time',
  before: 'Before the first collection',
  unspread: 'Some downloads are known only as a total of several days',
};

/** What is said about a bucket under the pointer. */
export interface Tip {
  title: string;
  rows: { label: string; color: string; value: string; shape: 'box' | 'pale' | 'line' | 'hollow' }[];
  notes: string[];
}

export function tipOf(model: ChartModel, index: number): Tip | null {
  const bucket = model.buckets[index];
  if (bucket === undefined) return null;
  const { by } = model.range;
  const looks = looksOf(model);
  const figures = figuresOf(model)
    .map((layer, place) => ({ layer, look: looks[place], value: layer.values[index] ?? null }))
    .filter(({ look, value }) => !(model.kind === 'stacked' && look && !value))
    .map(({ layer, look, value }): Tip['rows'][number] => ({
      label: layer.label,
      color: look?.color ?? layer.color,
      value: formatFigure(value),
      shape: shapeOf(model, look),
    }));
  const total: Tip['rows'][number] = {
    label: 'Total',
    color: '',
    value: formatFigure(totalsOf(model)[index] ?? null),
    shape: 'box',
  };
  const before = beforeRow(model, index);
  const mark = model.marks[index] ?? 'known';
  const note = ownLabelOf(model, mark) ?? NOTES[mark];
  const cut = cutOf(bucket, model.range);
  const events = model.events.filter(({ date }) => indexOf(model.buckets, date) === index);
  return {
    title: by === 'day' ? formatWeekday(bucket) : formatBucket(bucket, by),
    rows: [...figures, ...(model.kind === 'stacked' ? [total] : []), ...(before ? [before] : [])],
    notes: [
      ...(cut ? [`Partial ${by}: ${cut.days} of ${plural(cut.of, 'day')}`] : []),
      ...(note ? [note] : []),
      ...(model.imported?.[index] ? ['Imported from another tool’s file'] : []),
      ...events.map(({ title }) => title),
    ],
  };
}

function shapeOf({ kind }: ChartModel, look: Look | undefined): Tip['rows'][number]['shape'] {
  if (!look) return 'line';
  if (look.line === 'hollow') return kind === 'line' ? 'hollow' : 'pale';
  return kind === 'line' ? 'line' : 'box';
}

const formatFigure = (value: number | null) => (value === null ? 'unknown' : formatCount(Math.round(value)));

/** The comparison's figure, with its own date. */
function beforeRow(
  { before, layers, kind, buckets, range }: ChartModel,
  index: number,
): Tip['rows'][number] | null {
  const date = before?.buckets[index];
  if (!before || date === undefined) return null;
  const name =
    kind === 'stacked' || (layers.length !== 1 && kind === 'line') ? 'Total' : (layers[0]?.label ?? 'Before');
  return {
    label: `${name}, ${formatOther(date, buckets[index] ?? date, range.by)}`,
    color: '--before',
    value: formatFigure(before.values[index] ?? null),
    shape: 'line',
  };
}

/** A bucket of the comparison; its year if it is another one. */
function formatOther(date: string, bucket: string, by: ChartModel['range']['by']): string {
  if (by === 'month') return formatBucket(date, by);
  const day = date.slice(0, 4) === bucket.slice(0, 4) ? formatShortDay(date) : formatDay(date);
  return by === 'week' ? `week of ${day}` : day;
}
