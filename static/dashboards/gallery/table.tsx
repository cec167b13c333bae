import type { RankedMetric } from '../../../lib/dashboards/gallery.ts';
import { METRIC_NAMES } from '../../../lib/dashboards/gallery.ts';
import { METRICS } from '../../../lib/traffic/figures.ts';
import { DataTable } from '../../controls/data-table.tsx';
import { Change } from '../../figures/change.tsx';
import { repositoryColor } from '../../figures/models.ts';
import { formatCount } from '../../format.ts';
import { paths } from '../../routes.ts';
import { figureOf, type RankedFigures, shortNamesOf } from './ranking.tsx';
import { isMaximum } from './settings.ts';

interface TableProps {
  tenantId: number;
  title: string;
  figures: RankedFigures;
  settings: { metric: RankedMetric; change: boolean };
}

const SHOWN: RankedMetric[] = [...METRICS, 'stars'];

/** Repositories with all their figures. */
export function RepositoriesTable({ tenantId, title, figures: { rows, others }, settings }: TableProps) {
  const { metric, change } = settings;
  const names = shortNamesOf(rows.map(({ fullName }) => fullName));
  const columns = [
    { label: 'Repository' },
    ...SHOWN.map((one) => ({
      label: isMaximum(one) ? `${METRIC_NAMES[one]} (max)` : METRIC_NAMES[one],
      numeric: true,
    })),
    change && { label: `${METRIC_NAMES[metric]} change`, numeric: true },
  ];
  return (
    <>
      <DataTable label={title} columns={columns}>
        {rows.map((row, at) => (
          <tr key={row.repositoryId}>
            <th scope="row">
              <span
                class="dot"
                style={{ '--c': `var(${repositoryColor(row.colorIndex)})` }}
                aria-hidden="true"
              />
              <a href={paths.repository(tenantId, row.repositoryId)} title={row.fullName}>
                {names[at]}
              </a>
            </th>
            {SHOWN.map((one) => (
              <td key={one} class="number">
                {formatCount(figureOf(row, one))}
              </td>
            ))}
            {change && (
              <td class="number">
                <Change change={row.change} reason={row.reason} />
              </td>
            )}
          </tr>
        ))}
      </DataTable>
      {others.count > 0 && (
        <p class="rank-others">
          all {formatCount(others.count)} others: <b>{formatCount(others.value)}</b>{' '}
          {METRIC_NAMES[metric].toLowerCase()}
        </p>
      )}
    </>
  );
}
