import type { RepositoryStats } from '../../lib/answers/stats.ts';
import { Panel } from '../controls/panel.tsx';
import { formatCount, formatDay } from '../format.ts';

/** GitHub's own figures for its 14 days: the only exact uniques of several days. */
export function WindowFigures({ answer: { window, totals } }: { answer: RepositoryStats }) {
  if (!window) return null;
  // After two weeks without visits, GitHub answers with the last 14 days that had some.
  const older = window.viewCount + window.cloneCount > 0 && !totals.viewCount && !totals.cloneCount;
  const figures = [
    ['Views', window.viewCount],
    ['Unique visitors', window.viewUniques],
    ['Clones', window.cloneCount],
    ['Unique cloners', window.cloneUniques],
  ] as const;
  return (
    <Panel title="Last 14 days on GitHub">
      <dl class="window-figures">
        {figures.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{formatCount(value)}</dd>
          </div>
        ))}
      </dl>
      <p class="muted">
        As of {formatDay(window.observedDate)}. Everyone is counted once, so these uniques are exact.
        {older && ' These days are before the range shown.'}
      </p>
    </Panel>
  );
}
