import type { TrafficSeries } from '../../lib/answers/stats.ts';
import { changeOf, whyNoChange } from '../../lib/stats/totals.ts';
import { METRICS as TRAFFIC } from '../../lib/traffic/figures.ts';
import { DataTable } from '../controls/data-table.tsx';
import { CsvButton } from '../controls/download.tsx';
import { Panel } from '../controls/panel.tsx';
import { spanText } from '../figures/basis.tsx';
import { Change, ShownChange } from '../figures/change.tsx';
import { formatBucket, formatCount, formatShortDay } from '../format.ts';
import { reads } from '../reads.ts';
import { paths } from '../routes.ts';
import { type CompareMetric, hollowIds, namesOf, summaryOf } from './model.ts';

interface FiguresTableProps {
  answer: TrafficSeries;
  metric: CompareMetric;
  /** What the figure is called. */
  label: string;
}

/** The figures behind the lines, one row for each repository. */
export function FiguresTable({ answer, metric, label }: FiguresTableProps) {
  const { tenantId, range, repositories } = answer;
  const names = namesOf(answer);
  const hollow = hollowIds(answer);
  const rows = repositories.map((one) => ({ one, summary: summaryOf(one, answer, metric) }));
  const sum = rows.reduce((total, { summary }) => total + (summary.total ?? 0), 0);
  const ranked = TRAFFIC.find((one) => one === metric);
  const [first] = repositories;
  const compared = ranked && first?.comparison.kind !== 'none' ? first?.comparison : undefined;
  const isUniques = metric === 'viewUniques' || metric === 'cloneUniques';
  const ids = repositories.map(({ repositoryId }) => repositoryId).join(',');
  const { from, to, by } = range;
  const file = {
    ...reads.tableFile(tenantId, { from, to, by, repositories: ids }),
    paged: true as const,
  };
  return (
    <Panel
      title="Figures"
      beside={<CsvButton read={file} label="CSV" fileName={`compare-${from}-to-${to}.csv`} />}
    >
      <DataTable
        label="Figures"
        cards
        columns={[
          { label: 'Repository' },
          { label: isUniques ? `${label} (max)` : label, numeric: true },
          { label: 'Share' },
          { label: metric === 'stars' ? 'New a day' : 'A day', numeric: true },
          { label: `Change since ${formatShortDay(from)}`, numeric: true },
          ...(compared
            ? [{ label: `Against ${spanText(compared.previousFrom, compared.previousTo)}`, numeric: true }]
            : []),
          { label: metric === 'stars' ? 'Most' : `Highest ${by}`, numeric: true },
          { label: 'Visitors (max)', numeric: true },
          { label: 'Days known' },
        ]}
      >
        {rows.map(({ one, summary: { total, perDay, change, highest } }) => (
          <tr key={one.repositoryId}>
            <th scope="row" class="name">
              <span class="row-name">
                <span class={`dot c${one.colorIndex + 1}${hollow.has(one.repositoryId) ? ' hollow' : ''}`} />
                <a href={paths.repository(tenantId, one.repositoryId)}>{names.get(one.repositoryId)}</a>
              </span>
            </th>
            <td class="number" data-label={label}>
              <strong>{formatCount(total)}</strong>
            </td>
            <td class="only-wide">
              <Share share={sum > 0 ? (total ?? 0) / sum : 0} colorIndex={one.colorIndex} />
            </td>
            <td class="number only-wide">{perDay === null ? '–' : formatPerDay(perDay)}</td>
            <td class="number" data-label="Change">
              {change === null ? <span class="muted">–</span> : <ShownChange change={change} />}
            </td>
            {compared && ranked && (
              <td class="number" data-label="Against the time before">
                <Change
                  change={changeOf(one.comparison, ranked)}
                  reason={whyNoChange(one.comparison, ranked)}
                />
              </td>
            )}
            <td class="number only-wide">
              {highest ? formatCount(highest.value) : '–'}{' '}
              {highest && (
                <span class="muted small">
                  {by === 'day' ? formatShortDay(highest.bucket) : formatBucket(highest.bucket, by)}
                </span>
              )}
            </td>
            <td class="number only-wide">{formatCount(one.totals.viewUniquesUpper)}</td>
            <td class="only-wide muted small">
              {formatCount(one.totals.knownDays)} of {formatCount(range.days)}
            </td>
          </tr>
        ))}
      </DataTable>
    </Panel>
  );
}

/** Few a day have one decimal: stars are rarely more than one. */
const formatPerDay = (count: number) => (count < 10 ? count.toFixed(1) : formatCount(Math.round(count)));

function Share({ share, colorIndex }: { share: number; colorIndex: number }) {
  return (
    <svg class={`share c${colorIndex + 1}`} viewBox="0 0 140 10" width="140" height="10" aria-hidden="true">
      <rect class="share-all" width="140" height="10" rx="3" />
      <rect class="share-own" width={(140 * share).toFixed(1)} height="10" rx="3" />
    </svg>
  );
}
