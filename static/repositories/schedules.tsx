import type { Repository, ScheduleSet } from '../../lib/answers/repositories.ts';
import { useApp } from '../app-context.ts';
import { SelectField } from '../controls/field.tsx';
import { type Submission, useSubmission } from '../controls/submit.ts';
import { plural } from '../format.ts';

export type Schedule = Repository['schedule'];

/** The schedules to choose from. */
export const SCHEDULES: { value: Schedule; label: string }[] = [
  { value: 'daily', label: 'Daily' },
  { value: 'weekly', label: 'Weekly' },
  { value: 'paused', label: 'Paused' },
];

export interface ScheduleChange extends Submission {
  set: (repositoryIds: number[], schedule: string) => void;
}

/** Sets the schedule of repositories; calls `onSet` with the changed ones. */
export function useScheduleChange(
  tenantId: number,
  onSet: (repositories: Repository[]) => void,
): ScheduleChange {
  const { api } = useApp();
  const submission = useSubmission();
  return {
    ...submission,
    set: (repositoryIds, schedule) =>
      void submission.run(async () => {
        const body = { repositoryIds, schedule };
        onSet((await api.send<ScheduleSet>('PATCH', `repositories/${tenantId}`, body)).repositories);
      }),
  };
}

interface ScheduleSelectProps {
  repository: Repository;
  change: ScheduleChange;
}

/** Shows and changes the schedule of one repository. */
export function ScheduleSelect({ repository, change }: ScheduleSelectProps) {
  return (
    <SelectField
      label={`Schedule of ${repository.fullName}`}
      quiet
      value={repository.schedule}
      options={SCHEDULES}
      disabled={change.busy}
      onValue={(schedule) => change.set([repository.repositoryId], schedule)}
    />
  );
}

/** The selected repositories. */
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

/** Selects one repository. */
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
