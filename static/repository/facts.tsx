import type { Repository } from '../../lib/answers/repositories.ts';
import { Icon } from '../controls/icon.tsx';
import { Notice } from '../controls/notice.tsx';
import { Sentence } from '../controls/sentence.tsx';
import { formatDay, formatInstant } from '../format.ts';
import { LossNote } from '../overview/attention.tsx';

/** The repository's place on GitHub, its visibility and schedule, and when it was last collected. Undefined: its space. */
export function Standing({ repository }: { repository: Repository | undefined }) {
  if (!repository)
    return (
      <span class="standing bones" aria-hidden="true">
        <span class="button small plain">GitHub</span>
        <span class="state">Collected 00 Oct 0000, 00:00 UTC</span>
      </span>
    );
  const { webUrl, visibility, archived, schedule, lastSuccessAt, problem } = repository;
  return (
    <span class="standing">
      <a class="button small plain" href={webUrl} target="_blank" rel="noreferrer">
        <Icon name="link" /> GitHub
      </a>
      {visibility !== 'public' && <span class="tag">{visibility}</span>}
      {archived && <span class="tag">archived</span>}
      {schedule !== 'daily' && (
        <span class="tag">{schedule === 'paused' ? 'collection paused' : `collected ${schedule}`}</span>
      )}
      {problem && (
        <a class="tag danger" href="#problem">
          cannot be collected
        </a>
      )}
      <span class={problem ? 'state warn' : 'state'}>
        {lastSuccessAt
          ? `Collected ${formatInstant(lastSuccessAt)}`
          : 'Not collected yet: figures appear after the first collection.'}
      </span>
    </span>
  );
}

/** Warns that a paused repository loses data. */
export function PausedNotice({ daysUntilLoss }: Pick<Repository, 'daysUntilLoss'>) {
  return (
    <Notice kind="warning" title="Collection is paused">
      <p>
        GitHub deletes data after 14 days. <LossNote days={daysUntilLoss} />
      </p>
    </Notice>
  );
}

/** GitHub's newest answer was an old copy: nothing is wrong here, and nothing is to do. */
export function OldCopyNotice({ through }: { through: string }) {
  return (
    <Notice kind="info" title="Old copy">
      <p>GitHub answered with an old copy that ends on {formatDay(through)}. It is asked again every hour.</p>
    </Notice>
  );
}

/** Why collection fails, and how much time is left. */
export function ProblemNotice({ problem }: { problem: NonNullable<Repository['problem']> }) {
  return (
    <Notice kind="warning" id="problem" title="This repository cannot be collected">
      <p>
        <Sentence text={problem.message} />
      </p>
      <p>
        Since {formatInstant(problem.since)}. <LossNote days={problem.daysUntilLoss} />
      </p>
    </Notice>
  );
}

/** No rule matches it any more. */
export function UnmatchedNotice({ rule, unmatchedAt }: Pick<Repository, 'rule' | 'unmatchedAt'>) {
  if (unmatchedAt === null) return null;
  return (
    <Notice kind="info" title="No longer matches a rule">
      <p>
        {rule ? `The rule ${rule} added it, but` : 'A rule added it, but'} none matches it since{' '}
        {formatDay(unmatchedAt.slice(0, 10))}. It is collected until somebody removes it.
      </p>
    </Notice>
  );
}
