import type { RepositoryDay, TenantDay } from '../../lib/answers/day.ts';
import { startOf } from '../../lib/day.ts';
import type { Metric } from '../../lib/traffic/figures.ts';
import { formatCount, plural } from '../format.ts';

const weekdayName = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', weekday: 'long' });
const tens = new Intl.NumberFormat('en-GB', { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const whole = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });

/** How many times the usual figure, such as '6.1×'. */
export function formatMultiple(value: number | null, usual: number | null): string {
  if (value === null || !usual) return '–';
  const times = value / usual;
  return `${(times >= 99.95 ? whole : tens).format(times)}×`;
}

interface Row {
  metric: Metric;
  label: string;
}

const ROWS: Row[] = [
  { metric: 'viewCount', label: 'Views' },
  { metric: 'viewUniques', label: 'Visitors' },
  { metric: 'cloneCount', label: 'Clones' },
  { metric: 'cloneUniques', label: 'Cloners' },
];

/** The figures of one repository are exact. Those of several add people who visited more than one. */
const noteOf = ({ metric }: Row, isTenant: boolean) =>
  metric === 'viewUniques' || metric === 'cloneUniques' ? (isTenant ? ' (max)' : ' (exact)') : '';

/** The day's figures and the usual ones, all on one scale of multiples of the usual. */
export function Against({ shown }: { shown: RepositoryDay | TenantDay }) {
  const isTenant = 'compared' in shown;
  const figures = isTenant ? shown.compared.figures : shown.figures;
  const usual = isTenant ? shown.compared.usual : shown.usual;
  const multiples = ROWS.map(
    ({ metric }) => (figures[metric] ?? 0) / (usual[metric] || Number.POSITIVE_INFINITY),
  );
  const scale = Math.max(2, ...multiples);
  const day = weekdayName.format(startOf(shown.date));
  return (
    <section>
      <h3>
        Against a usual {day}
        {usual.days > 0 && <span class="muted"> · median of {usual.days}</span>}
      </h3>
      <ul class="vs">
        {ROWS.map((row) => {
          const { metric, label } = row;
          const value = shown.figures[metric];
          const compared = figures[metric];
          return (
            <li key={metric}>
              <span>
                {label}
                <span class="muted">{noteOf(row, isTenant)}</span>
              </span>
              <b>{formatCount(value)}</b>
              <span class="x">{formatMultiple(compared, usual[metric])}</span>
              {usual[metric] !== null && (
                <Scale
                  metric={metric}
                  share={(compared ?? 0) / (usual[metric] || 1) / scale}
                  tick={1 / scale}
                />
              )}
              <span class="muted small">
                {usual[metric] === null
                  ? 'Nothing earlier to compare with.'
                  : `usual: ${formatCount(usual[metric])}`}
              </span>
            </li>
          );
        })}
      </ul>
      {isTenant && <ComparedNote shown={shown} />}
      {usual.days > 0 && usual.days < 12 && (
        <p class="muted small">
          Only {plural(usual.days, `earlier ${day}`, `earlier ${day}s`)} of the last 12{' '}
          {usual.days === 1 ? 'is' : 'are'} known and final.
        </p>
      )}
    </section>
  );
}

/** Repositories that cannot be compared are in the day's figure, but not in the multiple. */
function ComparedNote({ shown }: { shown: TenantDay }) {
  const { compared, total } = shown.compared.repositories;
  if (compared === total) return null;
  return (
    <p class="muted small">
      Compared: {compared} of {plural(total, 'repository', 'repositories')}, those with final days throughout.
    </p>
  );
}

interface ScaleProps {
  metric: Metric;
  /** Of the scale, from 0 to 1: the figure, and the usual one. */
  share: number;
  tick: number;
}

function Scale({ metric, share, tick }: ScaleProps) {
  const width = Math.min(100, share * 100).toFixed(1);
  return (
    <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" class={`scale ${metric}`}>
      <rect class="track" y="1" width="100" height="6" rx="1" />
      <rect class="value" y="1" width={width} height="6" rx="1" />
      <rect class="tick" x={Math.min(99.2, tick * 100 - 0.4).toFixed(1)} width="0.8" height="8" />
    </svg>
  );
}
