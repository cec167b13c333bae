import type { ComponentChildren } from 'preact';
import type { DayImports, DayReason, DayRun, RepositoryDay, TenantDay } from '../../lib/answers/day.ts';
import type { ChartEvent } from '../../lib/answers/events.ts';
import { eventIcon } from '../../lib/charts/event-icons.ts';
import { mayInTenant } from '../access.ts';
import { useMe } from '../app-context.ts';
import { Sentence } from '../controls/sentence.tsx';
import { AnnotateButton } from '../events/annotate-button.tsx';
import { formatCount, formatInstant, plural } from '../format.ts';
import { ImportedFrom } from '../imports/imported-from.tsx';
import { METRICS } from '../repository/metrics.ts';
import { paths } from '../routes.ts';

const STAR = 'm8 2 1.8 3.8 4.2.6-3 3 .7 4.2L8 11.6l-3.7 2 .7-4.2-3-3 4.2-.6z';
const RUN = 'M8 1.8v3M8 11.2v3M1.8 8h3M11.2 8h3M8 5.8a2.2 2.2 0 1 1 0 4.4 2.2 2.2 0 0 1 0-4.4z';
const DOWNLOAD = 'M8 2v7.5m0 0L5 6.7M8 9.5l3-2.8M3 13.5h10';
const ALERT = 'M8 2.2 14.3 13H1.7zM8 6.4v3M8 11.2h.01';
const FILE = 'M4 1.8h5.5L12.5 5v9.2H4zM9 2v3.5h3.5';
const LOWERED = 'M2.5 4.5 6 9l2.8-2.5 4.7 5M13.5 8v3.5H10';

interface HappenedProps {
  shown: RepositoryDay | TenantDay;
  onChanged: () => void;
}

/** Why the day is as it is: state and reason, releases, annotations and other events, stars, downloads and runs. */
export function Happened({ shown, onChanged }: HappenedProps) {
  const reasons = 'reason' in shown ? (shown.reason ? [shown.reason] : []) : shown.reasons;
  const events = shown.events.filter(({ kind }) => kind !== 'lost');
  const facts = [
    ...reasons.map((reason) => <Reason key={reason.code} tenantId={shown.tenantId} reason={reason} />),
    ...events.map((event) => (
      <Event
        key={`${event.kind} ${event.alertId} ${event.fullName} ${event.title}`}
        tenantId={shown.tenantId}
        event={event}
      />
    )),
    ...gainsOf(shown),
    ...('reason' in shown && shown.imported ? importsOf(shown, shown.imported) : []),
    ...('reason' in shown ? readingsOf(shown) : []),
  ];
  return (
    <section>
      <h3>What happened</h3>
      {facts.length === 0 ? <p class="muted small">Nothing is known.</p> : <ul class="facts">{facts}</ul>}
      <p class="day-actions">
        <AnnotateButton
          tenantId={shown.tenantId}
          repositoryId={'repositoryId' in shown ? shown.repositoryId : undefined}
          date={shown.date}
          class="button small"
          icon="plus"
          onSaved={onChanged}
        />
      </p>
    </section>
  );
}

interface FactProps {
  icon: string;
  children: ComponentChildren;
}

function Fact({ icon, children }: FactProps) {
  return (
    <li>
      <span class="ev">
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <path d={icon} />
        </svg>
      </span>
      <span>{children}</span>
    </li>
  );
}

function Reason({ tenantId, reason }: { tenantId: number; reason: DayReason & { repositories?: number } }) {
  const { message, runId, at, failedRuns, repositories } = reason;
  return (
    <Fact icon={ALERT}>
      {repositories !== undefined && `${plural(repositories, 'repository', 'repositories')}: `}
      <Sentence text={message} />
      {runId !== null && (
        <span class="fact-more">
          {failedRuns > 1 ? `Last of ${failedRuns} runs that failed` : 'The run failed'}
          {at && `, ${formatInstant(at)}`} <RunLink tenantId={tenantId} runId={runId} />
        </span>
      )}
    </Fact>
  );
}

/** Only for those who may see runs. */
function RunLink({ tenantId, runId }: { tenantId: number; runId: number }) {
  const { me } = useMe();
  if (!mayInTenant(me, tenantId, 'seeRuns')) return null;
  return <a href={paths.run(tenantId, runId)}>Run {runId}</a>;
}

function Event({ tenantId, event }: { tenantId: number; event: ChartEvent }) {
  const { kind, title, subject, detail, url, author, fullName, alertId } = event;
  const rest = subject && title.startsWith(subject) ? title.slice(subject.length) : '';
  const isLinked = url !== null && subject !== null;
  return (
    <Fact icon={eventIcon(kind)}>
      {isLinked ? (
        <>
          <a href={url} target="_blank" rel="noreferrer">
            {subject}
          </a>
          {rest}
        </>
      ) : alertId !== null ? (
        <>
          <a href={paths.alert(tenantId, alertId)}>{subject}</a>
          {rest}
        </>
      ) : (
        title
      )}
      {author && <span class="muted"> · {author}</span>}
      {detail && <span class="fact-more">{detail}</span>}
      {url && !isLinked && (
        <a class="fact-more" href={url} target="_blank" rel="noreferrer">
          {url.replace(/^https?:\/\//, '')}
        </a>
      )}
      {fullName && <span class="fact-more">{fullName}</span>}
    </Fact>
  );
}

function gainsOf({ starsGained, usualStarsGained, downloads }: RepositoryDay | TenantDay) {
  const usual = usualStarsGained === null ? '' : `; a usual day brings ${formatCount(usualStarsGained)}`;
  return [
    ...(starsGained
      ? [
          <Fact key="stars" icon={STAR}>
            {plural(starsGained, 'star')} gained{usual}
          </Fact>,
        ]
      : []),
    ...(downloads
      ? [
          <Fact key="downloads" icon={DOWNLOAD}>
            {plural(downloads, 'download')} of release files
          </Fact>,
        ]
      : []),
  ];
}

const SEEN: Record<string, string> = {
  provisional: 'read before it was settled',
  cut: 'seen only in part',
  suspect: 'zero, as everything else was',
};

/** The files that tell of the day, and where they won over what we saw of it ourselves. */
function importsOf({ figures }: RepositoryDay, { imports, measured }: DayImports) {
  const decided = METRIC_NAMES.filter((metric) => imports.some(({ decides }) => decides.includes(metric)));
  return [
    ...imports.map((one) => (
      <Fact key={`import ${one.importId}`} icon={FILE}>
        {one.decides.length > 0 ? 'From ' : 'Also told by '}
        <ImportedFrom mark={one} />
      </Fact>
    )),
    ...decided.flatMap((metric) => {
      const own = measured?.figures[metric] ?? null;
      if (own === null || measured === null) return [];
      return [
        <Fact key={`import ${metric}`} icon={LOWERED}>
          {METRICS[metric]}: the file’s {formatCount(figures[metric])} counts, being larger than our{' '}
          {formatCount(own)}
          {SEEN[measured.state] && <span class="fact-more">This day was {SEEN[measured.state]}</span>}
        </Fact>,
      ];
    }),
  ];
}

const METRIC_NAMES = ['viewCount', 'viewUniques', 'cloneCount', 'cloneUniques'] as const;

function readingsOf({ tenantId, broughtBy, lastReadBy, readCount, revisions }: RepositoryDay) {
  const linkOf = (run: DayRun) => <RunLink tenantId={tenantId} runId={run.runId} />;
  const isSame = broughtBy && lastReadBy && broughtBy.runId === lastReadBy.runId;
  return [
    ...(broughtBy
      ? [
          <Fact key="brought" icon={RUN}>
            Figures of {formatInstant(broughtBy.at)} {linkOf(broughtBy)}
            {lastReadBy && !isSame && (
              <span class="fact-more">
                Read {plural(readCount, 'time')}, last on {formatInstant(lastReadBy.at)} {linkOf(lastReadBy)}
                {revisions.length === 0 && ': unchanged'}
              </span>
            )}
          </Fact>,
        ]
      : []),
    ...revisions.map(({ metric, kept, observed, observedAt }) => (
      <Fact key={`${metric} ${observed}`} icon={LOWERED}>
        GitHub later said {formatCount(observed)} {(METRICS[metric] ?? metric).toLowerCase()}; the first,
        larger figure {formatCount(kept)} is kept
        <span class="fact-more">{formatInstant(observedAt)}</span>
      </Fact>
    )),
  ];
}
