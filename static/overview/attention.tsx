import { Fragment } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
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
 * What needs action, by the same rules as the watchdog's messages. First only the most urgent cause, in a strip of fixed height: it
 * is kept free while loading if something is known to fail, so the figures below stay where they are.
 */
export function Attention({ tenantId, problems }: AttentionProps) {
  const { me } = useMe();
  const [isOpen, setOpen] = useState(false);
  if (!problems) {
    const tenant = me.tenants.find((one) => one.tenantId === tenantId);
    return tenant?.problemCount ? <div class="attn" aria-hidden="true" /> : null;
  }
  const [first, ...others] = problems;
  if (!first) return null;
  return (
    <section
      class={isOpen ? 'attention open' : 'attention'}
      aria-label={`${plural(problems.length, 'problem needs', 'problems need')} attention`}
    >
      <Cause
        tenantId={tenantId}
        problem={first}
        hidden={others.length}
        isOpen={isOpen}
        onToggle={() => setOpen(!isOpen)}
      />
      {isOpen &&
        others.map((problem) => (
          <Cause key={`${problem.kind} ${problem.code}`} tenantId={tenantId} problem={problem} />
        ))}
    </section>
  );
}

interface CauseProps {
  tenantId: number;
  problem: Problem;
  /** How many other causes its button shows. */
  hidden?: number;
  isOpen?: boolean;
  /** Absent: it is always shown whole. */
  onToggle?: () => void;
}

function Cause({ tenantId, problem, hidden = 0, isOpen = true, onToggle }: CauseProps) {
  const text = useRef<HTMLParagraphElement>(null);
  const isCut = useIsCut(text);
  return (
    <div class="attn">
      <Icon name="alert" />
      <p ref={text}>
        <Subject tenantId={tenantId} problem={problem} />
        <Sentence text={problem.message} />
        <Deadline problem={problem} />
      </p>
      <span class="attn-actions">
        <Action tenantId={tenantId} kind={problem.kind} />
        {onToggle && (hidden > 0 || isCut || isOpen) && (
          <button type="button" class="button small" aria-expanded={isOpen} onClick={onToggle}>
            {isOpen ? 'Show less' : hidden > 0 ? `${hidden} more` : 'Show all'}
          </button>
        )}
      </span>
    </div>
  );
}

/** Whether a text does not fit into its lines. */
function useIsCut(text: { current: HTMLElement | null }): boolean {
  const [isCut, setCut] = useState(false);
  useLayoutEffect(() => {
    const element = text.current;
    if (!element) return undefined;
    const watcher = new ResizeObserver(() => setCut(element.scrollHeight > element.clientHeight + 1));
    watcher.observe(element);
    return () => watcher.disconnect();
  }, [text]);
  return isCut;
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
