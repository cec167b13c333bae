import { useState } from 'preact/hooks';
import type { ChartEvent } from '../../lib/answers/events.ts';
import type { BeforeAfter } from '../../lib/answers/stats.ts';
import { startOf } from '../../lib/day.ts';
import { useAnswer } from '../answers.ts';
import { ClosingFoot, Dialog } from '../controls/dialog.tsx';
import { Answered } from '../controls/loading.tsx';
import { formatCount, formatShortDay, formatSpan, plural } from '../format.ts';
import { reads } from '../reads.ts';

export interface BeforeAfterDialogProps {
  tenantId: number;
  event: Pick<ChartEvent, 'date' | 'to' | 'title'>;
  repositoryId?: number | undefined;
  groupId?: number | undefined;
  onClose: () => void;
}

const LENGTHS = ['7', '14', '28'];

/** Compares the days before and after an event. */
export function BeforeAfterDialog({
  tenantId,
  event,
  repositoryId,
  groupId,
  onClose,
}: BeforeAfterDialogProps) {
  const [days, setDays] = useState('7');
  const loaded = useAnswer(
    reads.beforeAfter(tenantId, {
      date: event.date,
      to: event.to,
      days,
      repository: repositoryId?.toString(),
      group: repositoryId === undefined ? groupId?.toString() : undefined,
    }),
  );
  return (
    <Dialog title="Before and after" wide onClose={onClose}>
      <div class="dialog-body before-after" aria-busy={loaded.loading}>
        <p class="event-text">{event.title}</p>
        <fieldset class="lengths">
          <legend class="unseen">Days on each side</legend>
          {LENGTHS.map((length) => (
            <button
              key={length}
              type="button"
              class="button small"
              aria-pressed={days === length}
              onClick={() => setDays(length)}
            >
              {length} days
            </button>
          ))}
        </fieldset>
        <Answered loaded={loaded}>{(answer) => <Comparison answer={answer} />}</Answered>
      </div>
      <ClosingFoot label="Done" onClose={onClose} />
    </Dialog>
  );
}

function Comparison({ answer }: { answer: BeforeAfter }) {
  const { before, after, days, refused, repositories, leftOut } = answer;
  return (
    <>
      {refused && <p>{refused.message}</p>}
      {before && after && (
        <>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
          <section class="table-scroll" aria-label="Figures" tabIndex={0}>
            <table class="ba2">
              <thead>
                <tr>
                  <th scope="col">{`${plural(days, 'day')} each, ${weekdays(before.from, before.to)}`}</th>
                  <th scope="col">{formatSpan(before.from, before.to)}</th>
                  <th scope="col">{formatSpan(after.from, after.to)}</th>
                </tr>
              </thead>
              <tbody>
                <Count label="Views" before={before.viewCount} after={after.viewCount} />
                <Uniques label="Visitors" before={before.viewUniques} after={after.viewUniques} />
                <Count label="Clones" before={before.cloneCount} after={after.cloneCount} />
                <Uniques label="Cloners" before={before.cloneUniques} after={after.cloneUniques} />
                <Count label="Stars gained" before={before.starsGained} after={after.starsGained} />
              </tbody>
            </table>
          </section>
          <p class="hint">
            Settled days only, the same weekdays on both sides.
            {repositories.total > 1 &&
              ` ${formatCount(repositories.compared)} of ${plural(repositories.total, 'repository', 'repositories')}.`}
          </p>
        </>
      )}
      {leftOut.length > 0 && repositories.total > 1 && <LeftOut leftOut={leftOut} />}
    </>
  );
}

function LeftOut({ leftOut }: Pick<BeforeAfter, 'leftOut'>) {
  return (
    <details>
      <summary>Left out</summary>
      <ul class="left-out">
        {leftOut.map(({ repositoryId, fullName, reason, days }) => (
          <li key={repositoryId}>
            {fullName}:{' '}
            <span class="muted">
              {reason === 'archived'
                ? 'GitHub gives no traffic of archived repositories'
                : days.length > 0
                  ? `unknown: ${days.map(formatShortDay).join(', ')}`
                  : 'some days are unknown'}
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}

interface CountProps {
  label: string;
  before: number | null;
  after: number | null;
}

function Count({ label, before, after }: CountProps) {
  return (
    <tr>
      <th scope="row">{label}</th>
      <td>{formatCount(before)}</td>
      <td>
        <strong>{formatCount(after)}</strong>{' '}
        <Change least={ratio(after, before)} most={ratio(after, before)} />
      </td>
    </tr>
  );
}

type Bounds = NonNullable<BeforeAfter['before']>['viewUniques'];

interface UniquesProps {
  label: string;
  before: Bounds;
  after: Bounds;
}

/** Unique people: exactly known on both sides, or between two bounds. */
function Uniques({ label, before, after }: UniquesProps) {
  const isExact = before.least === before.most && after.least === after.most;
  const least = ratio(after.least, before.most);
  const most = ratio(after.most, before.least);
  if (isExact)
    return (
      <tr>
        <th scope="row">{label}, exact</th>
        <td>{formatCount(before.most)}</td>
        <td>
          <strong>{formatCount(after.most)}</strong> <Change least={least} most={most} />
        </td>
      </tr>
    );
  return (
    <>
      <tr>
        <th scope="row">{label}, at most</th>
        <td>{formatCount(before.most)}</td>
        <td>
          <strong>{formatCount(after.most)}</strong> <Change least={least} most={most} />
        </td>
      </tr>
      <tr class="sub">
        <th scope="row">at least</th>
        <td>{formatCount(before.least)}</td>
        <td>{formatCount(after.least)}</td>
      </tr>
    </>
  );
}

function ratio(after: number | null, before: number | null): number | null {
  return after === null || before === null || before === 0 ? null : after / before;
}

/** How many times as much it is: only as much as is certain, and nothing where it may be more or less. */
function Change({ least, most }: { least: number | null; most: number | null }) {
  if (least === null) return null;
  const isExact = least === most;
  const low = Number(least.toFixed(1));
  if (low > 1)
    return (
      <span class="up">
        ▲ {isExact ? '' : 'at least '}
        {low}×
      </span>
    );
  if (most === null) return null;
  const high = Number(most.toFixed(1));
  if (high < 1)
    return (
      <span class="down">
        ▼ {isExact ? '' : 'at most '}
        {high}×
      </span>
    );
  return <span class="muted">{isExact ? '1×' : 'may be more or less'}</span>;
}

const weekday = new Intl.DateTimeFormat('en-GB', { weekday: 'short', timeZone: 'UTC' });

function weekdays(from: string, to: string): string {
  const [first, last] = [from, to].map((day) => weekday.format(startOf(day)));
  return first === last ? `${first}` : `${first}–${last}`;
}
