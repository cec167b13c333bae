import { Fragment } from 'preact';
import type { Overview } from '../../lib/answers/stats.ts';
import { addDays, toDay } from '../../lib/day.ts';
import { PROBLEM_TITLES } from '../../lib/problems/titles.ts';
import { mayInTenant } from '../access.ts';
import { useMe } from '../app-context.ts';
import { Icon } from '../controls/icon.tsx';
import { Sentence } from '../controls/sentence.tsx';
import { formatShortDay, plural } from '../format.ts';
import { paths } from '../routes.ts';

type Problem = Overview['attention'][number];

interface AttentionProps {
  tenantId: number;
  /** Undefined while loading. */
  problems: Problem[] | undefined;
}

/**
 * What needs action, most urgent first, by the same rules as the watchdog's messages: one line for each cause. While loading, one
 * line is kept free if it is known that something fails.
 */
export function Attention({ tenantId, problems }: AttentionProps) {
  const { me } = useMe();
  if (!problems) {
    const tenant = me.tenants.find((one) => one.tenantId === tenantId);
    return tenant?.problemCount ? <div class="attn" aria-hidden="true" /> : null;
  }
  if (problems.length === 0) return null;
  return (
    <section
      class="attention"
      aria-label={`${plural(problems.length, 'problem needs', 'problems need')} attention`}
    >
      {problems.map((problem) => (
        <div key={`${problem.kind} ${problem.code}`} class="attn">
          <Icon name="alert" />
          <p>
            <Subject tenantId={tenantId} problem={problem} />
            <Sentence text={problem.message} />
            <Deadline problem={problem} />
          </p>
          <Action tenantId={tenantId} kind={problem.kind} />
        </div>
      ))}
    </section>
  );
}

/** What it is about: the first repositories, or the kind of the problem. */
function Subject({ tenantId, problem }: { tenantId: number; problem: Problem }) {
  if (problem.repositoryCount === 0) return <strong>{PROBLEM_TITLES[problem.kind]}: </strong>;
  return (
    <>
      <ProblemRepositories tenantId={tenantId} problem={problem} />:{' '}
    </>
  );
}

/** The first repositories of a problem, and how many more. */
export function ProblemRepositories({ tenantId, problem }: { tenantId: number; problem: Problem }) {
  const more = problem.repositoryCount - problem.repositories.length;
  return (
    <strong>
      {problem.repositories.map(({ repositoryId, fullName }, place) => (
        <Fragment key={repositoryId}>
          {place > 0 && ', '}
          <a class="quiet" href={paths.repository(tenantId, repositoryId)}>
            {fullName}
          </a>
        </Fragment>
      ))}
      {more > 0 && (
        <>
          {' '}
          and <a href={paths.repositories(tenantId)}>{more} more</a>
        </>
      )}
    </strong>
  );
}

/** Until when it has to be fixed, unless the message says so itself. */
function Deadline({ problem: { kind, daysUntilLoss } }: { problem: Problem }) {
  if (kind === 'loss_near' || daysUntilLoss === null) return null;
  if (daysUntilLoss === 0) return <> Days are being lost now.</>;
  const last = addDays(toDay(new Date()), daysUntilLoss);
  return <> Fix this before {formatShortDay(last)} or days are lost.</>;
}

/** How long until GitHub deletes a day that was not collected. */
export function LossNote({ days }: { days: number | null }) {
  if (days === null) return null;
  if (days === 0) return <span class="tag danger">Days are being lost now</span>;
  return (
    <span class={days <= 4 ? 'tag danger' : 'tag warning'}>{plural(days, 'day')} until data is lost</span>
  );
}

function Action({ tenantId, kind }: { tenantId: number; kind: Problem['kind'] }) {
  const { me } = useMe();
  const may = (right: Parameters<typeof mayInTenant>[2]) => mayInTenant(me, tenantId, right);
  if (kind === 'token_refused' || kind === 'token_expires')
    return may('changeTenant') ? <Go href="/admin/tenants" label="Renew…" /> : null;
  if (kind === 'rule_failing') return <Go href={paths.rules(tenantId)} label="Rules" />;
  return may('seeRuns') ? <Go href={paths.runs(tenantId)} label="Collection" /> : null;
}

const Go = ({ href, label }: { href: string; label: string }) => (
  <a class="button small" href={href}>
    {label}
  </a>
);
