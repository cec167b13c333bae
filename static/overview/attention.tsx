import { Fragment } from 'preact';
import type { Overview } from '../../lib/answers/stats.ts';
import { PROBLEM_TITLES } from '../../lib/problems/titles.ts';
import { Sentence } from '../controls/sentence.tsx';
import { formatDay, plural } from '../format.ts';
import { paths } from '../routes.ts';

type Problem = Overview['attention'][number];

interface AttentionProps {
  tenantId: number;
  problems: Problem[];
}

/** What needs action, most urgent first, by the same rules as the watchdog's messages. */
export function Attention({ tenantId, problems }: AttentionProps) {
  return (
    <section class="attention" aria-labelledby="attention">
      <h2 id="attention">{plural(problems.length, 'problem needs', 'problems need')} attention</h2>
      <ul>
        {problems.map((problem) => (
          <li key={`${problem.kind} ${problem.code}`}>
            <strong>{PROBLEM_TITLES[problem.kind]}</strong>
            {problem.kind === 'rule_failing' && <a href={paths.rules(tenantId)}>Rules</a>}
            <ProblemRepositories tenantId={tenantId} problem={problem} />
            <span class="attention-text">
              <Sentence text={problem.message} />
            </span>
            <span class="muted">since {formatDay(problem.since.slice(0, 10))}</span>
            <LossNote days={problem.daysUntilLoss} />
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The first repositories of a problem, and how many more. */
export function ProblemRepositories({ tenantId, problem }: { tenantId: number; problem: Problem }) {
  const more = problem.repositoryCount - problem.repositories.length;
  return (
    <>
      {problem.repositories.map(({ repositoryId, fullName }) => (
        <Fragment key={repositoryId}>
          <a href={paths.repository(tenantId, repositoryId)}>{fullName}</a>{' '}
        </Fragment>
      ))}
      {more > 0 && <a href={paths.repositories(tenantId)}>{more} more</a>}
    </>
  );
}

/** How long until GitHub deletes a day that was not collected. */
export function LossNote({ days }: { days: number | null }) {
  if (days === null) return null;
  if (days === 0) return <span class="tag danger">Days are being lost now</span>;
  return (
    <span class={days <= 4 ? 'tag danger' : 'tag warning'}>{plural(days, 'day')} until data is lost</span>
  );
}
