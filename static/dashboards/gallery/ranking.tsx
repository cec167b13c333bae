import type { WidgetFigures } from '../../../lib/answers/widgets.ts';
import type { RankedMetric } from '../../../lib/dashboards/gallery.ts';
import { SUM_OF } from '../../../lib/stats/totals.ts';
import { Change } from '../../figures/change.tsx';
import { repositoryColor } from '../../figures/models.ts';
import { formatCount } from '../../format.ts';
import { paths } from '../../routes.ts';

export type RankedFigures = Extract<WidgetFigures, { kind: 'ranking' | 'table' }>;
type Row = RankedFigures['rows'][number];

/** What a row counts. */
export const figureOf = ({ totals, starsGained }: Row, metric: RankedMetric) =>
  metric === 'stars' ? starsGained : totals[SUM_OF[metric]];

/** The names without their owner, unless two of them would be the same. */
export function shortNamesOf(fullNames: readonly string[]): string[] {
  const nameOf = (fullName: string) => fullName.slice(fullName.indexOf('/') + 1);
  const names = fullNames.map(nameOf);
  return fullNames.map((fullName, at) =>
    names.filter((name) => name === names[at]).length > 1 ? fullName : (names[at] ?? fullName),
  );
}

interface RankingProps {
  tenantId: number;
  figures: RankedFigures;
  settings: { metric: RankedMetric; change: boolean };
}

const WIDTH = 100;
const HEIGHT = 12;

/** Repositories as bars, the largest first. All others are a sum in words: as a bar it would flatten the rest. */
export function Ranking({ tenantId, figures: { rows, others }, settings: { metric, change } }: RankingProps) {
  const top = Math.max(1, ...rows.map((row) => figureOf(row, metric) ?? 0));
  const names = shortNamesOf(rows.map(({ fullName }) => fullName));
  if (rows.length === 0) return <p class="none">No repositories.</p>;
  return (
    <>
      <ol class={change ? 'rank with-change' : 'rank'}>
        {rows.map((row, at) => {
          const value = figureOf(row, metric);
          const width = ((value ?? 0) / top) * WIDTH;
          return (
            <li key={row.repositoryId}>
              <a class="quiet" href={paths.repository(tenantId, row.repositoryId)} title={row.fullName}>
                {names[at]}
              </a>
              <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
                <rect
                  width={value ? Math.max(0.7, width) : 0}
                  height={HEIGHT}
                  fill={`var(${repositoryColor(row.colorIndex)})`}
                />
              </svg>
              <b>{formatCount(value)}</b>
              {change && <Change change={row.change} reason={row.reason} />}
            </li>
          );
        })}
      </ol>
      {others.count > 0 && (
        <p class="rank-others">
          all {formatCount(others.count)} others: <b>{formatCount(others.value)}</b>
        </p>
      )}
    </>
  );
}
