import type { Overview } from '../../actions/openapi/stats.ts';
import { plural } from '../format.ts';
import { paths } from '../routes.ts';
import { LossNote } from './loss-note.tsx';

/** What somebody has to do, the most urgent first. */
export function Attention({ answer }: { answer: Overview }) {
  const urgent = answer.repositories
    .flatMap((repository) => (repository.problem ? [{ ...repository, problem: repository.problem }] : []))
    .sort((a, b) => (a.problem.daysUntilLoss ?? 99) - (b.problem.daysUntilLoss ?? 99));
  const elsewhere = answer.problemCount - urgent.length;
  return (
    <section class="attention" aria-labelledby="attention">
      <h2 id="attention">{plural(answer.problemCount, 'repository needs', 'repositories need')} attention</h2>
      <ul>
        {urgent.map(({ repositoryId, fullName, problem }) => (
          <li key={repositoryId}>
            <a href={paths.repository(answer.tenantId, repositoryId)}>{fullName}</a>
            <span class="attention-text">{problem.message}</span>
            <LossNote days={problem.daysUntilLoss} />
          </li>
        ))}
        {elsewhere > 0 && (
          <li>
            <a href={paths.repositories(answer.tenantId)}>
              {urgent.length ? `${elsewhere} more` : 'See them'} in the list of repositories
            </a>
          </li>
        )}
      </ul>
    </section>
  );
}
