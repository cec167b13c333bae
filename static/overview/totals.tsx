import type { Comparison, Totals } from '../../lib/answers/figures.ts';
import { changeOf, SUM_OF } from '../../lib/stats/totals.ts';
import type { Metric } from '../../lib/traffic/figures.ts';
import { Explain } from '../controls/explain.tsx';
import { formatCount, formatDay, formatShare, plural } from '../format.ts';
import { usePlace } from '../location.ts';

interface TotalsRowProps {
  totals: Totals | undefined;
  comparison: Comparison | undefined;
  /** What lost days count: days of one repository, or of each. */
  lost: 'day' | 'repository day';
}

const TILES = [
  { label: 'Views', term: 'views', metric: 'viewCount', lower: null },
  { label: 'Unique visitors', term: 'visitors', metric: 'viewUniques', lower: 'viewUniquesLower' },
  { label: 'Clones', term: 'clones', metric: 'cloneCount', lower: null },
  { label: 'Unique cloners', term: 'cloners', metric: 'cloneUniques', lower: 'cloneUniquesLower' },
] as const;

/** The range's sums, and their change from the same number of days before. */
export function TotalsRow({ totals, comparison, lost }: TotalsRowProps) {
  return (
    <section class="totals-section" aria-labelledby="totals">
      <h2 id="totals" class="unseen">
        Totals
      </h2>
      <dl class="totals">
        {TILES.map(({ label, term, metric, lower }) => (
          <div key={label} class="total">
            <dt>
              <Explain term={term}>{label}</Explain>
            </dt>
            <dd>
              <span class="figure">
                {totals ? <Bounds lower={lower && totals[lower]} upper={totals[SUM_OF[metric]]} /> : ' '}
              </span>
              {comparison && <Change comparison={comparison} metric={metric} />}
              {totals && lower && totals[SUM_OF[metric]] !== totals[lower] && (
                <span class="bound">at least {formatCount(totals[lower])}</span>
              )}
            </dd>
          </div>
        ))}
      </dl>
      {comparison && totals && <Basis totals={totals} comparison={comparison} lost={lost} />}
    </section>
  );
}

/** Uniques of several days do not add up: their sum is only a maximum. */
function Bounds({ lower, upper }: { lower: number | null; upper: number | null }) {
  const uncertain = upper !== null && lower !== null && lower !== upper;
  return (
    <>
      {uncertain && <small>at most </small>}
      {formatCount(upper)}
    </>
  );
}

interface ChangeProps {
  comparison: Comparison;
  metric: Metric;
}

const MARKS = { up: '▲', down: '▼', same: '■' };
const WORDS = { up: 'up', down: 'down', same: 'unchanged' };

function Change({ comparison, metric }: ChangeProps) {
  const change = changeOf(comparison, metric);
  if (change === null) return null;
  const direction = change > 0 ? 'up' : change < 0 ? 'down' : 'same';
  return (
    <span
      class={`change ${direction}`}
      title={`Previously ${formatCount(comparison.previous[SUM_OF[metric]])}`}
    >
      <span aria-hidden="true">{MARKS[direction]} </span>
      <span class="unseen">{WORDS[direction]} </span>
      {formatShare(Math.abs(change))}
    </span>
  );
}

function Basis({ totals, comparison, lost }: { totals: Totals; comparison: Comparison; lost: string }) {
  const span = `${formatDay(comparison.from)} – ${formatDay(comparison.to)}`;
  const before = `${formatDay(comparison.previousFrom)} – ${formatDay(comparison.previousTo)}`;
  const whole = usePlace().query.get('range') === 'all';
  const noChange = whole ? 'Nothing earlier to compare with.' : 'No comparison: some days are missing.';
  return (
    <p class="basis">
      {comparison.comparable
        ? `Change: ${span} against ${before}; the last days are left out until GitHub’s numbers settle.`
        : noChange}{' '}
      {totals.lostDays > 0 &&
        `${plural(totals.lostDays, lost)} lost: not collected before GitHub deleted them.`}
    </p>
  );
}
