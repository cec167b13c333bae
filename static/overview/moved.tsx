import type { Mover, Overview } from '../../lib/answers/stats.ts';
import { formatDifference } from '../../lib/number-format.ts';
import { Segments } from '../controls/segments.tsx';
import { REASONS } from '../figures/tiles.ts';
import { usePlace } from '../location.ts';
import { paths } from '../routes.ts';

const FIGURES = [
  { figure: 'viewCount', label: 'Views' },
  { figure: 'cloneCount', label: 'Clones' },
  { figure: 'stars', label: 'Stars' },
] as const;

/** The most repositories on the page that compares them. */
const MAX_COMPARED = 6;

interface MovedProps {
  /** Undefined while loading: its space is reserved. */
  answer: Overview | undefined;
  /** True while the figures are those of another range. */
  isStale: boolean;
}

/** The repositories that moved most, up or down. */
export function Moved({ answer, isStale }: MovedProps) {
  const { query } = usePlace();
  const { figure } = FIGURES.find((one) => one.figure === query.get('moved')) ?? FIGURES[0];
  const movers = answer?.moved[figure] ?? [];
  const ids = movers.slice(0, MAX_COMPARED).map(({ repositoryId }) => repositoryId);
  const most = Math.max(1, ...movers.map(({ difference }) => Math.abs(difference ?? 0)));
  return (
    <section class={isStale ? 'card stale' : 'card'} aria-labelledby="moved" aria-busy={isStale || !answer}>
      <div class="card-head">
        <h2 id="moved">Moved most</h2>
        <Segments
          label="Moved most by"
          current={figure}
          segments={FIGURES.map((one, place) => ({
            value: one.figure,
            label: one.label,
            changes: { moved: place === 0 ? null : one.figure },
          }))}
        />
      </div>
      <ul class={answer ? 'movers' : 'movers loading'}>
        {answer &&
          movers.map((mover) => (
            <Row key={mover.repositoryId} tenantId={answer.tenantId} mover={mover} most={most} />
          ))}
      </ul>
      {answer && ids.length > 1 && (
        <p class="basis">
          <a href={paths.compare(answer.tenantId, ids)}>Compare these repositories</a>
        </p>
      )}
    </section>
  );
}

interface RowProps {
  tenantId: number;
  mover: Mover;
  /** The largest difference in the list. */
  most: number;
}

function Row({ tenantId, mover, most }: RowProps) {
  const { repositoryId, fullName, colorIndex, difference, reason } = mover;
  return (
    <li>
      <span class={`dot c${colorIndex + 1}`} />
      <a class="quiet ell" href={paths.repository(tenantId, repositoryId)} title={fullName}>
        {fullName.split('/').at(-1)}
      </a>
      {difference === null ? (
        <span class="mover-reason">{REASONS[reason ?? 'days_missing']}</span>
      ) : (
        <>
          <Bar difference={difference} most={most} />
          <span class={`change ${difference > 0 ? 'up' : difference < 0 ? 'down' : 'muted'}`}>
            {formatDifference(difference)}
          </span>
        </>
      )}
    </li>
  );
}

/** From the middle to the right for more, to the left for fewer. */
function Bar({ difference, most }: { difference: number; most: number }) {
  const width = Math.max(difference === 0 ? 0 : 1, (Math.abs(difference) / most) * 50);
  return (
    <svg viewBox="0 0 100 14" preserveAspectRatio="none" aria-hidden="true">
      <rect
        class={difference < 0 ? 'mover-down' : 'mover-up'}
        x={difference < 0 ? 50 - width : 50}
        y="2"
        width={width}
        height="10"
      />
      <line class="mover-zero" x1="50" x2="50" y1="0" y2="14" vector-effect="non-scaling-stroke" />
    </svg>
  );
}
