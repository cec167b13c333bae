import type { RepositoryStats } from '../../actions/openapi/stats.ts';
import { Panel } from '../controls/panel.tsx';
import { formatCount, formatDay } from '../format.ts';

/** GitHub's own figures of its 14 days: the only true uniques of several days. */
export function WindowFigures({ answer: { window } }: { answer: RepositoryStats }) {
  if (!window) return null;
  const figures = [
    ['Views', window.viewCount],
    ['Unique visitors', window.viewUniques],
    ['Clones', window.cloneCount],
    ['Unique cloners', window.cloneUniques],
  ] as const;
  return (
    <Panel title="GitHub’s own 14 days">
      <dl class="window-figures">
        {figures.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{formatCount(value)}</dd>
          </div>
        ))}
      </dl>
      <p class="muted">
        As of {formatDay(window.observedDate)}. Everybody is counted once here, so these uniques are exact.
      </p>
    </Panel>
  );
}
