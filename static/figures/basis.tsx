import type { ComponentChildren } from 'preact';
import type { Comparison, LeftOutReason } from '../../lib/answers/figures.ts';
import { daysBetween } from '../../lib/day.ts';
import { whyNoChange } from '../../lib/stats/totals.ts';
import { Popover } from '../controls/popover.tsx';
import { andMore, formatDay, formatShortDay, plural } from '../format.ts';

/** A span of days; its years only where they are not the same. */
export function spanText(from: string, to: string): string {
  const isOneYear = from.slice(0, 4) === to.slice(0, 4);
  return from === to
    ? formatShortDay(from)
    : isOneYear
      ? `${formatShortDay(from)} – ${formatShortDay(to)}`
      : `${formatDay(from)} – ${formatDay(to)}`;
}

/** How many days are compared, and whether their weekdays are the same. */
export function SpanNote({ comparison }: { comparison: Comparison }) {
  const { from, to, previousFrom } = comparison;
  const days = daysBetween(from, to) + 1;
  const isAligned = daysBetween(previousFrom, from) % 7 === 0;
  return (
    <p>
      {plural(days, 'settled day')} each{isAligned ? ', weekdays aligned' : ''}.
    </p>
  );
}

const REASONS: Record<LeftOutReason, string> = {
  days_missing: 'days are missing',
  nothing_earlier: 'nothing earlier',
  archived: 'archived',
};
const MAX_SHOWN = 6;

/** The repositories that are not compared, with the reason. */
export function LeftOut({ comparison }: { comparison: Comparison }) {
  const { leftOut, repositories } = comparison;
  const count = repositories.total - repositories.compared;
  if (count === 0) return null;
  const shown = leftOut.slice(0, MAX_SHOWN);
  return (
    <>
      <p>Left out:</p>
      <ul>
        {shown.map(({ repositoryId, fullName, reason }) => (
          <li key={repositoryId}>
            {fullName}: {REASONS[reason]}
          </li>
        ))}
        {count > shown.length && <li>…{andMore(count - shown.length)}</li>}
      </ul>
    </>
  );
}

const NO_CHANGE = {
  days_missing: 'No comparison: some days are missing.',
  nothing_earlier: 'Nothing earlier to compare with.',
  archived: 'No comparison: GitHub gives no traffic of archived repositories.',
  too_few: '',
  not_compared: '',
};

interface BasisProps {
  comparison: Comparison;
  /** More sentences about the figures. */
  notes: ComponentChildren;
}

/** What the changes of a card are worked out from. */
export function Basis({ comparison, notes }: BasisProps) {
  const { comparable, kind, from, to, previousFrom, previousTo, repositories } = comparison;
  const reason = comparable ? null : whyNoChange(comparison, 'viewCount');
  return (
    <div class="basis">
      {kind !== 'none' && comparable && (
        <span>
          Change: {spanText(from, to)} against {spanText(previousFrom, previousTo)}
          {repositories.compared < repositories.total && (
            <>
              , <ComparedCount comparison={comparison} />
            </>
          )}
        </span>
      )}
      {reason && NO_CHANGE[reason] && <span>{NO_CHANGE[reason]}</span>}
      {notes}
    </div>
  );
}

/** How many repositories are compared. It opens the others, with the reason. */
function ComparedCount({ comparison }: { comparison: Comparison }) {
  const { compared, total } = comparison.repositories;
  return (
    <Popover
      label="What is compared"
      content={`of ${compared} of ${plural(total, 'repository', 'repositories')}`}
    >
      {() => (
        <>
          <SpanNote comparison={comparison} />
          <LeftOut comparison={comparison} />
        </>
      )}
    </Popover>
  );
}
