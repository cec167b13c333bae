import { type ChartModel, figuresOf, type Mark, ownLabelOf } from '../../lib/charts/model.ts';
import { DataTable } from '../controls/data-table.tsx';
import { cutOf, formatBucket, formatCount } from '../format.ts';
import { totalsOf } from './shown.ts';

const WORDS: Record<Mark, string> = {
  known: 'Known',
  provisional: 'Preliminary',
  suspect: 'Suspect',
  unread: 'Not published yet',
  partial: 'Partly lost',
  lost: 'Lost',
  before: 'Before',
  unspread: 'Total only',
};
/** In a table of many repositories, how many are meant is in the chart's legend. */
const wordOf = (model: ChartModel, mark: Mark) =>
  (mark === 'unread' ? ownLabelOf(model, mark) : undefined) ?? WORDS[mark];

const HEADS = { day: 'Day', week: 'Week', month: 'Month' };

/** The figures behind a chart, newest first. */
export function ChartTable({ title, model }: { title: string; model: ChartModel }) {
  const { by } = model.range;
  const { before } = model;
  const totals = model.kind === 'stacked' ? totalsOf(model) : null;
  const marked = model.marks.some((mark) => mark !== 'known');
  const columns = [
    { label: HEADS[by] },
    ...figuresOf(model).map(({ label }) => ({ label, numeric: true })),
    totals !== null && { label: 'Total', numeric: true },
    before && { label: before.label, numeric: true },
    marked && { label: 'State' },
  ];
  const newest = model.buckets.map((bucket, index) => ({ bucket, index })).reverse();
  return (
    <DataTable label={title} columns={columns} tall>
      {newest.map(({ bucket, index }) => (
        <tr key={bucket}>
          <th scope="row">
            {formatBucket(bucket, by)}
            <CutNote cut={cutOf(bucket, model.range)} />
          </th>
          {figuresOf(model).map((layer) => (
            <td key={layer.label} class="number">
              {formatFigure(layer.values[index])}
            </td>
          ))}
          {totals && <td class="number">{formatFigure(totals[index])}</td>}
          {before && <td class="number">{formatFigure(before.values[index])}</td>}
          {marked && <td>{wordOf(model, model.marks[index] ?? 'known')}</td>}
        </tr>
      ))}
    </DataTable>
  );
}

const formatFigure = (value: number | null | undefined) =>
  formatCount(value == null ? null : Math.round(value));

/** Marks a week or month that the range cuts. */
export function CutNote({ cut }: { cut: { days: number; of: number } | null }) {
  if (!cut) return null;
  return (
    <>
      {' '}
      <span class="muted">
        {cut.days} of {cut.of} days
      </span>
    </>
  );
}
