import type { ChartModel } from '../../lib/charts/model.ts';
import { formatBucket } from '../../lib/day-format.ts';
import { formatCount } from '../../lib/number-format.ts';

interface FigureRowProps {
  model: Pick<ChartModel, 'buckets' | 'range' | 'layers' | 'before'>;
  /** The place of the bucket. */
  index: number;
}

/** The figures of a day, week or month as the row of a table: a column for each layer, and one for the time before. */
export function FigureRow({ model: { buckets, range, layers, before }, index }: FigureRowProps) {
  return (
    <tr>
      <th scope="row">{formatBucket(buckets[index] ?? '', range.by)}</th>
      {layers.map(({ label, values }) => (
        <td key={label} class="number">
          {formatCount(values[index] ?? null)}
        </td>
      ))}
      {before && <td class="number">{formatCount(before.values[index] ?? null)}</td>}
    </tr>
  );
}
