import type { Repository } from '../../lib/answers/repositories.ts';
import { plural } from '../format.ts';
import { SCHEDULES, type Schedule, type ScheduleChange } from './schedules.tsx';

/** Which repositories were chosen. */
export interface Selection {
  ids: ReadonlySet<number>;
  choose: (ids: ReadonlySet<number>) => void;
}

interface SelectionBarProps {
  shown: Repository[];
  selection: Selection;
  change: ScheduleChange;
}

/** Sets the schedule of several repositories at once. */
export function SelectionBar({ shown, selection: { ids, choose }, change }: SelectionBarProps) {
  const chosen = shown.filter(({ repositoryId }) => ids.has(repositoryId));
  const set = (schedule: Schedule) =>
    change.set(
      chosen.map(({ repositoryId }) => repositoryId),
      schedule,
    );
  return (
    <fieldset class="panel-body toolbar selection">
      <legend class="unseen">Several repositories</legend>
      <label class="choice">
        <input
          type="checkbox"
          checked={chosen.length > 0 && chosen.length === shown.length}
          onChange={(event) =>
            choose(new Set(event.currentTarget.checked ? shown.map((one) => one.repositoryId) : []))
          }
        />
        Select all shown
      </label>
      {chosen.length > 0 && (
        <>
          <span>Collect {plural(chosen.length, 'repository', 'repositories')}:</span>
          {SCHEDULES.map(({ value, label }) => (
            <button
              key={value}
              type="button"
              class="button small"
              disabled={change.busy}
              onClick={() => set(value)}
            >
              {value === 'paused' ? 'Pause' : label}
            </button>
          ))}
        </>
      )}
    </fieldset>
  );
}

interface SelectCellProps {
  repository: Repository;
  selection: Selection;
}

/** Chooses one repository. */
export function SelectCell({ repository: { repositoryId, fullName }, selection }: SelectCellProps) {
  const { ids, choose } = selection;
  function toggle(chosen: boolean) {
    const next = new Set(ids);
    if (chosen) next.add(repositoryId);
    else next.delete(repositoryId);
    choose(next);
  }
  return (
    <input
      type="checkbox"
      aria-label={`Select ${fullName}`}
      checked={ids.has(repositoryId)}
      onChange={(event) => toggle(event.currentTarget.checked)}
    />
  );
}
