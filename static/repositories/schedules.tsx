import type { Repository, ScheduleSet } from '../../lib/answers/repositories.ts';
import { useApp } from '../app-context.ts';
import { SelectField } from '../controls/field.tsx';
import { type Submission, useSubmission } from '../controls/submit.ts';

export type Schedule = Repository['schedule'];

/** Every schedule, as one chooses it. */
export const SCHEDULES: { value: Schedule; label: string }[] = [
  { value: 'daily', label: 'Daily' },
  { value: 'weekly', label: 'Weekly' },
  { value: 'paused', label: 'Paused' },
];

export interface ScheduleChange extends Submission {
  set: (repositoryIds: number[], schedule: string) => void;
}

/** Sets when repositories are collected; `onSet` is called with what is so now. */
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

/** When one repository is collected; choosing changes it. */
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
