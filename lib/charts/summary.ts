import { formatBucket, formatDay } from '../day-format.ts';
import { formatCount, plural } from '../number-format.ts';
import { cutOf } from '../stats/buckets.ts';
import { type ChartModel, figuresOf } from './model.ts';

/** A chart in words: its span, sum or course, highest point, and what is unknown. */
export function summarize(title: string, model: ChartModel): string {
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
    unread > 0 && `${plural(unread, range.by)} not published yet`,
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
  const isInner = model.kind === 'nested' && model.layers[0]?.label !== label;
  const total = isInner ? '' : `${formatCount(sum)} in total, `;
  return `${label}: ${total}highest ${formatCount(top)} (${formatBucket(day, model.range.by)}).`;
}
