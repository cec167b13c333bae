import type { WidgetScope } from '../../../lib/answers/widgets.ts';
import type { WidgetMetric } from '../../../lib/dashboards/gallery.ts';
import { changeOf, whyNoChange } from '../../../lib/stats/totals.ts';
import { formatCount } from '../../format.ts';
import { Change } from './change.tsx';
import { Course } from './course.tsx';
import { COLORS, leastOf, seriesOf, sumsOf } from './models.ts';

interface FigureProps {
  scope: WidgetScope;
  settings: { metric: WidgetMetric; change: boolean };
}

/** One number, its bounds if it is not exact, its change, and its course. */
export function FigureOf({ scope, settings: { metric, change } }: FigureProps) {
  const { value, previous } = sumsOf(scope, metric);
  const least = leastOf(scope, metric);
  return (
    <div class="one-figure">
      <p class="fig">
        {least !== undefined && <span class="most">at most </span>}
        {formatCount(value)}
        {change && <FigureChange scope={scope} metric={metric} />}
      </p>
      {least !== undefined && least !== null && value !== null && <Bounds least={least} most={value} />}
      {change && previous !== null && scope.comparison.comparable && (
        <p class="muted small">{formatCount(previous)} before</p>
      )}
      <Course values={seriesOf(scope, metric)} width={200} height={36} color={COLORS[metric]} />
    </div>
  );
}

function FigureChange({ scope, metric }: { scope: WidgetScope; metric: WidgetMetric }) {
  const { comparison } = scope;
  if (metric !== 'stars' && metric !== 'downloads')
    return <Change change={changeOf(comparison, metric)} reason={whyNoChange(comparison, metric)} />;
  const { current, previous } = scope[metric];
  const isKnown = current !== null && previous !== null && previous >= MIN_BEFORE;
  return <Change change={isKnown ? (current - previous) / previous : null} reason="too_few" />;
}

/** With a smaller figure before, a percentage says more than there is to say. */
const MIN_BEFORE = 10;

function Bounds({ least, most }: { least: number; most: number }) {
  return (
    <p class="bounds">
      <svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
        <rect class="ground" width="100" height="4" />
        <rect class="fill" width={most > 0 ? (least / most) * 100 : 0} height="4" />
      </svg>
      <span class="muted small">at least {formatCount(least)}</span>
    </p>
  );
}
