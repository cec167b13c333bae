import { type ChartModel, figuresOf, type Mark } from '../../lib/charts/model.ts';
import { toCsv } from '../../lib/csv.ts';
import { totalsOf } from './shown.ts';

const STATES: Record<Mark, string> = {
  known: 'known',
  provisional: 'preliminary',
  suspect: 'suspect',
  unread: 'not published',
  partial: 'partly lost',
  lost: 'lost',
  before: 'before the first collection',
  unspread: 'total only',
};

/** The figures of a chart as they are shown, oldest first. Unknown ones are empty; averages have two decimals. */
export function chartCsv(model: ChartModel): string {
  const { buckets, range, before, marks, kind, events, unreadLabel } = model;
  const layers = figuresOf(model);
  const totals = kind === 'stacked' ? totalsOf(model) : null;
  const header = [
    range.by === 'day' ? 'date' : `first day of ${range.by}`,
    ...layers.map(({ label }) => label),
    ...(totals ? ['Total'] : []),
    ...(before ? ['compared with', before.label] : []),
    'state',
    ...(events.length > 0 ? ['events'] : []),
  ];
  const rows = buckets.map((bucket, index) => [
    bucket,
    ...layers.map(({ values }) => round(values[index])),
    ...(totals ? [round(totals[index])] : []),
    ...(before ? [before.buckets[index] ?? null, round(before.values[index])] : []),
    marks[index] === 'unread' && unreadLabel ? unreadLabel.toLowerCase() : STATES[marks[index] ?? 'known'],
    ...(events.length > 0 ? [titlesAt(model, index)] : []),
  ]);
  return toCsv(header, rows);
}

const round = (value: number | null | undefined) => (value == null ? null : Math.round(value * 100) / 100);

function titlesAt({ events, buckets }: ChartModel, index: number): string {
  const first = buckets[index] ?? '';
  const next = buckets[index + 1];
  const within = events.filter(({ date }) => date >= first && (next === undefined || date < next));
  return within.map(({ title }) => title).join('; ');
}
