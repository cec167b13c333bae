import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import type { Overview, OverviewRepository } from '../../lib/answers/stats.ts';
import { mayInTenant } from '../access.ts';
import { type Loaded, useAnswer } from '../answers.ts';
import { useMe } from '../app-context.ts';
import { Sparkline } from '../charts/sparkline.tsx';
import { Icon } from '../controls/icon.tsx';
import { PageHead } from '../controls/page-head.tsx';
import { Sentence } from '../controls/sentence.tsx';
import { formatCount, plural } from '../format.ts';
import { reads } from '../reads.ts';
import { paths } from '../routes.ts';
import { Steps } from './steps.tsx';

const AGAIN_MS = 3_000;
/** GitHub's 14 days, and today, which it has not published. */
const SHOWN_DAYS = 15;

/** The last 14 days of all repositories, read again while they arrive. Null reads nothing. */
export function useArriving(tenantId: number | null): Loaded<Overview> {
  const query = { range: '30', sort: 'name', compare: 'none' };
  const overview = useAnswer(tenantId === null ? null : reads.overview(tenantId, query));
  const isArriving = overview.answer !== undefined && overview.answer.activeRunId !== null;
  useEffect(() => {
    if (!isArriving) return undefined;
    const timer = setTimeout(overview.reload, AGAIN_MS);
    return () => clearTimeout(timer);
  }, [isArriving, overview.answer]);
  return overview;
}

interface FirstRunProps {
  tenantId: number;
  arriving: Overview | undefined;
  /** The form that adds repositories, and what became of it. */
  children: ComponentChildren;
}

/** The last two steps of the setup: repositories are added, and their first days arrive. */
export function FirstRun({ tenantId, arriving, children }: FirstRunProps) {
  const { me } = useMe();
  const tenant = me.tenants.find((one) => one.tenantId === tenantId);
  const count = arriving?.repositoryCount ?? 0;
  const done = arriving?.repositories.filter(hasArrived).length ?? 0;
  const steps = [
    { title: 'Name', detail: tenant?.name },
    { title: 'GitHub', detail: 'connected' },
    { title: 'Repositories', detail: count > 0 ? `${count} chosen` : 'choose some' },
    { title: 'First collection', detail: count > 0 ? `${done} of ${count} done` : undefined },
  ];
  return (
    <div class="page">
      <div class="first-run">
        <Steps steps={steps} current={count > 0 ? 3 : 2} />
        <div class="stack">
          <PageHead
            title={count > 0 ? 'Your last 14 days are arriving' : 'Which repositories?'}
            below={
              <p class="muted">
                {count > 0
                  ? 'From now on every day is kept. You can leave this page; collecting goes on.'
                  : 'Next: add the repositories whose traffic you want to keep, by name or with “Discover”.'}
              </p>
            }
          />
          {arriving && count > 0 && <Arriving answer={arriving} done={done} />}
          {children}
          {count > 0 && <Meanwhile tenantId={tenantId} />}
        </div>
      </div>
    </div>
  );
}

const hasArrived = ({ lastSuccessAt, problem }: OverviewRepository) =>
  lastSuccessAt !== null || problem !== null;

/** Rows that fill as data arrives. */
function Arriving({ answer, done }: { answer: Overview; done: number }) {
  const { tenantId, repositories, repositoryCount } = answer;
  const more = repositoryCount - repositories.length;
  return (
    <section class="card" aria-label="First collection">
      <div class="arriving-head">
        <progress class="progress" value={done} max={repositories.length} aria-label="Collected" />
      </div>
      <ul class="arriving">
        {repositories.map((row) => (
          <li key={row.repositoryId}>
            <span class={`dot c${row.colorIndex + 1}`} />
            <a class="quiet ell" href={paths.repository(tenantId, row.repositoryId)}>
              {row.fullName}
            </a>
            <Arrived row={row} />
          </li>
        ))}
      </ul>
      <p class="basis">
        {more > 0 && <span>and {plural(more, 'repository', 'repositories')} more</span>}
        <span>Next collection: tomorrow, 08:00 UTC, then daily</span>
        <span class="grow" />
        <a class="button primary" href={paths.overview(tenantId)}>
          Open the overview
        </a>
      </p>
    </section>
  );
}

function Arrived({ row }: { row: OverviewRepository }) {
  const { totals, viewCount, lastSuccessAt, problem } = row;
  if (problem)
    return (
      <span class="state warn">
        <Sentence text={problem.message} />
      </span>
    );
  if (lastSuccessAt === null)
    return (
      <>
        <span class="bone" />
        <span class="state off">waiting</span>
      </>
    );
  return (
    <>
      <Sparkline values={viewCount.slice(-SHOWN_DAYS)} colorIndex={row.colorIndex} />
      <span class="state">
        {plural(totals.knownDays, 'day')}, {formatCount(totals.viewCount)} views
      </span>
    </>
  );
}

/** What may be done while data arrives. */
function Meanwhile({ tenantId }: { tenantId: number }) {
  const { me } = useMe();
  const alerts = mayInTenant(me, tenantId, 'changeChannels');
  const members = mayInTenant(me, tenantId, 'changeMembers');
  const imports = mayInTenant(me, tenantId, 'changeImports');
  if (!alerts && !members && !imports) return null;
  return (
    <>
      <h2>While you are here</h2>
      <div class="next">
        {imports && (
          <a class="card" href={paths.imports(tenantId)}>
            <Icon name="layers" />
            <b>Import history</b>
            <span class="muted small">The years that another tool has kept, from its files.</span>
          </a>
        )}
        {alerts && (
          <a class="card" href={paths.notifications(tenantId)}>
            <Icon name="mail" />
            <b>Get alerts</b>
            <span class="muted small">When collection fails, before days are lost, and a weekly report.</span>
          </a>
        )}
        {members && (
          <a class="card" href={paths.members(tenantId)}>
            <Icon name="plus" />
            <b>Invite a colleague</b>
            <span class="muted small">To everything, or to single repositories.</span>
          </a>
        )}
      </div>
    </>
  );
}
