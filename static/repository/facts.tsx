import type { Repository } from '../../lib/answers/repositories.ts';
import { Notice } from '../controls/notice.tsx';
import { formatInstant } from '../format.ts';
import { LossNote } from '../overview/attention.tsx';

/** What kind of repository it is, and how it is collected. */
export function Facts({ repository }: { repository: Repository }) {
  const { webUrl, visibility, archived, schedule, lastSuccessAt } = repository;
  return (
    <p class="facts">
      <a href={webUrl} target="_blank" rel="noreferrer">
        On GitHub
      </a>
      <span class="tag">{visibility}</span>
      {archived && <span class="tag">archived</span>}
      <span class="tag">{schedule === 'paused' ? 'collection paused' : `collected ${schedule}`}</span>
      <span>
        {lastSuccessAt
          ? `Last collected ${formatInstant(lastSuccessAt)}`
          : 'Not collected yet: figures appear after the first collection.'}
      </span>
    </p>
  );
}

/** What it means that nobody collects it. */
export function PausedNotice({ daysUntilLoss }: Pick<Repository, 'daysUntilLoss'>) {
  return (
    <Notice kind="warning" title="Collection is paused">
      <p>
        GitHub deletes data after 14 days. <LossNote days={daysUntilLoss} />
      </p>
    </Notice>
  );
}

/** Why it is not collected at the moment, and how much time there is. */
export function ProblemNotice({ problem }: { problem: NonNullable<Repository['problem']> }) {
  return (
    <Notice kind="warning" title="This repository cannot be collected">
      <p>{problem.message}</p>
      <p>
        Since {formatInstant(problem.since)}. <LossNote days={problem.daysUntilLoss} />
      </p>
    </Notice>
  );
}
