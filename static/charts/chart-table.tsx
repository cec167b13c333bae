import { TableScroll } from '../controls/table-scroll.tsx';
import { formatBucket, formatCount } from '../format.ts';
import type { ChartModel, Mark } from './model.ts';

const WORDS: Record<Mark, string> = {
  known: 'Known',
  provisional: 'Provisional',
  partial: 'Partly lost',
  lost: 'Lost',
  before: 'Before',
};

/** The figures behind a chart, newest first. */
export function ChartTable({ title, model }: { title: string; model: ChartModel }) {
  const marked = model.marks.some((mark) => mark !== 'known');
  const newest = model.buckets.map((bucket, index) => ({ bucket, index })).reverse();
  return (
    <TableScroll label={`Table: ${title}`} tall>
      <table class="data">
        <caption class="unseen">{title}</caption>
        <thead>
          <tr>
            <th scope="col">{model.range.by === 'day' ? 'Day' : model.range.by === 'week' ? 'Week' : 'Month'}</th>
            {model.layers.map((layer) => (
              <th key={layer.label} scope="col" class="number">
                {layer.label}
              </th>
            ))}
            {marked && <th scope="col">State</th>}
          </tr>
        </thead>
        <tbody>
          {newest.map(({ bucket, index }) => (
            <tr key={bucket}>
              <th scope="row">{formatBucket(bucket, model.range.by)}</th>
              {model.layers.map((layer) => (
                <td key={layer.label} class="number">
                  {formatCount(layer.values[index] ?? null)}
                </td>
              ))}
              {marked && <td>{WORDS[model.marks[index] ?? 'known']}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}
