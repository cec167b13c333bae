import type { WidgetScope } from '../../../lib/answers/widgets.ts';
import type { WidgetMetric } from '../../../lib/dashboards/gallery.ts';
import { METRIC_NAMES } from '../../../lib/dashboards/gallery.ts';
import { DeltaButton } from '../../figures/delta.tsx';
import { colorOf } from '../../figures/models.ts';
import { comparedDelta, trafficDelta } from '../../figures/tiles.ts';
import { formatCount } from '../../format.ts';
import { Course } from './course.tsx';
import { leastOf, seriesOf, sumsOf } from './models.ts';

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
      <div class="fig">
        {least !== undefined && <span class="most">at most </span>}
        {formatCount(value)}
        {change && <FigureChange scope={scope} metric={metric} />}
      </div>
      {least !== undefined && least !== null && value !== null && <Bounds least={least} most={value} />}
      {change && previous !== null && scope.comparison.comparable && (
        <p class="muted small">{formatCount(previous)} before</p>
      )}
      <Course values={seriesOf(scope, metric)} width={200} height={36} color={colorOf(metric)} />
    </div>
  );
}

/** It opens what it was worked out from. */
function FigureChange({ scope, metric }: { scope: WidgetScope; metric: WidgetMetric }) {
  const { comparison } = scope;
  const delta = deltaOf(scope, metric);
  return delta && <DeltaButton label={METRIC_NAMES[metric]} delta={delta} comparison={comparison} />;
}

function deltaOf({ comparison, stars, downloads }: WidgetScope, metric: WidgetMetric) {
  if (metric === 'downloads') return comparedDelta(comparison, downloads);
  return metric === 'stars' ? comparedDelta(comparison, stars) : trafficDelta(comparison, metric);
}

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
