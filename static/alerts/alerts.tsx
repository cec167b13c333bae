import { useState } from 'preact/hooks';
import { ALERT_TITLES, isOfSeveral, toAlertDay } from '../../lib/alerts/titles.ts';
import { toChangeText } from '../../lib/alerts/words.ts';
import type { Alert, AlertList, AlertSnooze, SnoozeDeleted } from '../../lib/answers/alerts.ts';
import { toDayQuery } from '../../lib/day-address.ts';
import { mayInTenant } from '../access.ts';
import { useAnswer } from '../answers.ts';
import { useApp, useMe } from '../app-context.ts';
import { Answered } from '../controls/loading.tsx';
import { Empty, Failure } from '../controls/notice.tsx';
import { PageHead } from '../controls/page-head.tsx';
import { Pager } from '../controls/pager.tsx';
import { Panel } from '../controls/panel.tsx';
import { Segments } from '../controls/segments.tsx';
import { useSubmission } from '../controls/submit.ts';
import { andMore, formatDay, formatShortDay } from '../format.ts';
import { FIRST_PAGE, usePlace } from '../location.ts';
import { reads } from '../reads.ts';
import { paths } from '../routes.ts';
import style from '../style/alerts.css' with { type: 'text' };
import { KindsDialog, SnoozeDialog } from './dialogs.tsx';

const sheet = new CSSStyleSheet();
sheet.replaceSync(style);
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];

/** What a tenant's traffic did that nobody expected, open alerts first. A message's link names one of them. */
export function Alerts({ tenantId }: { tenantId: number }) {
  const { me } = useMe();
  const { query } = usePlace();
  const state = query.get('state');
  const list = useAnswer(reads.alerts(tenantId, { state, page: query.get('page') }));
  const named = Number(query.get('alert')) || null;
  const one = useAnswer(named === null ? null : reads.alert(tenantId, named));
  const [snoozing, setSnoozing] = useState<Alert>();
  const [isChoosing, setChoosing] = useState(false);
  const mayChange = mayInTenant(me, tenantId, 'changeAlerts');

  function changed() {
    setSnoozing(undefined);
    setChoosing(false);
    list.reload();
    if (named !== null) one.reload();
  }

  const shown = { tenantId, onSnooze: mayChange ? setSnoozing : undefined };
  return (
    <div class="page" aria-busy={list.loading}>
      <PageHead
        title="Alerts"
        below={<Lead answer={list.answer} />}
        actions={
          mayChange && (
            <button type="button" class="button" disabled={!list.answer} onClick={() => setChoosing(true)}>
              Choose kinds…
            </button>
          )
        }
      />
      {named !== null && (
        <Panel title="The alert you were told of">
          <Answered loaded={one}>{(alert) => <AlertItem {...shown} alert={alert} />}</Answered>
        </Panel>
      )}
      <Panel
        title="All alerts"
        beside={
          <Segments
            label="Which alerts"
            current={state ?? 'all'}
            segments={[
              { value: 'all', label: 'All', changes: { state: null, ...FIRST_PAGE } },
              { value: 'open', label: 'Open', changes: { state: 'open', ...FIRST_PAGE } },
              { value: 'past', label: 'Past', changes: { state: 'past', ...FIRST_PAGE } },
            ]}
          />
        }
      >
        <Answered loaded={list}>
          {({ alerts, page }) =>
            alerts.length === 0 ? (
              <Nothing state={state} />
            ) : (
              <>
                {alerts.map((alert) => (
                  <AlertItem key={alert.alertId} {...shown} alert={alert} />
                ))}
                <Pager page={page} things="alerts" />
              </>
            )
          }
        </Answered>
      </Panel>
      {list.answer && list.answer.snoozes.length > 0 && (
        <Snoozes tenantId={tenantId} snoozes={list.answer.snoozes} mayEnd={mayChange} onEnded={changed} />
      )}
      {snoozing && (
        <SnoozeDialog
          tenantId={tenantId}
          alert={snoozing}
          onClose={() => setSnoozing(undefined)}
          onSaved={changed}
        />
      )}
      {isChoosing && list.answer && (
        <KindsDialog
          tenantId={tenantId}
          settings={list.answer.settings}
          onClose={() => setChoosing(false)}
          onSaved={changed}
        />
      )}
    </div>
  );
}

function Lead({ answer }: { answer: AlertList | undefined }) {
  const through = answer?.judgedThrough;
  return (
    <p class="lead">
      Traffic that is far from usual, new referrers and round numbers. Only final days are judged
      {through ? `, by now through ${formatShortDay(through)}` : ''}.
    </p>
  );
}

function Nothing({ state }: { state: string | null }) {
  if (state !== null) return <p class="none">No alert is {state === 'open' ? 'open' : 'over'}.</p>;
  return (
    <Empty title="No alerts yet">
      <p>
        Spikes and drops need four weeks of final days to compare with. Choose under Notifications who is sent
        alerts.
      </p>
    </Empty>
  );
}

interface AlertItemProps {
  tenantId: number;
  alert: Alert;
  /** Absent for those who may not snooze. */
  onSnooze: ((alert: Alert) => void) | undefined;
}

function AlertItem({ tenantId, alert, onSnooze }: AlertItemProps) {
  const { kind, state, subject, title, ending, date, changes, reasons, snoozed } = alert;
  const namesEach = isOfSeveral(changes);
  return (
    <article class="alert-item" aria-label={`${ALERT_TITLES[kind]}: ${subject}`}>
      <header>
        <span class={state === 'open' ? 'tag warning' : 'tag'}>{ALERT_TITLES[kind]}</span>
        <strong>{subject}</strong>
        {state === 'open' && <span class="tag">Open</span>}
        {snoozed && <span class="tag">Snoozed</span>}
        <time dateTime={date}>{formatDay(date)}</time>
      </header>
      <p>{title}.</p>
      {ending && <p>{ending}</p>}
      {namesEach && <Changes alert={alert} />}
      {reasons.length > 0 && (
        <ul class="alert-reasons" aria-label="What happened on these days">
          {reasons.map(({ kind: of, text, date: on, repository, url }) => (
            <li key={`${of} ${repository?.repositoryId} ${text}`}>
              {url ? (
                <a href={url} target="_blank" rel="noopener noreferrer">
                  {text}
                </a>
              ) : (
                text
              )}
              <span class="muted">
                {namesEach && repository && ` · ${repository.fullName}`} · {formatShortDay(on)}
              </span>
            </li>
          ))}
        </ul>
      )}
      <footer>
        <a class="button small" href={dayHref(tenantId, alert)}>
          Open {formatShortDay(date)}
          <span class="unseen"> of {subject}</span>
        </a>
        {onSnooze && (
          <button type="button" class="button small" onClick={() => onSnooze(alert)}>
            Snooze…<span class="unseen"> {subject}</span>
          </button>
        )}
      </footer>
    </article>
  );
}

function Changes({ alert: { changes, changeCount } }: { alert: Alert }) {
  return (
    <ul class="alert-changes" aria-label="Each of them">
      {changes.map((change) => (
        <li key={`${change.repository?.repositoryId} ${change.group?.groupId} ${change.metric}`}>
          {toChangeText(change)}
        </li>
      ))}
      {changeCount > changes.length && <li>{andMore(changeCount - changes.length)}</li>}
    </ul>
  );
}

/** The page that shows it. */
function dayHref(tenantId: number, alert: Alert): string {
  const day = toAlertDay(alert);
  const query = toDayQuery(day);
  if (day.repositoryId === null) return paths.overviewOfDay(tenantId, query);
  return paths.repositoryOfDay(tenantId, day.repositoryId, query);
}

interface SnoozesProps {
  tenantId: number;
  snoozes: AlertSnooze[];
  mayEnd: boolean;
  onEnded: () => void;
}

function Snoozes({ tenantId, snoozes, mayEnd, onEnded }: SnoozesProps) {
  const { api } = useApp();
  const submission = useSubmission();

  function end({ snoozeId }: AlertSnooze) {
    void submission.run(async () => {
      await api.send<SnoozeDeleted>('DELETE', `alerts/${tenantId}/snoozes/${snoozeId}`);
      onEnded();
    });
  }

  return (
    <Panel title="Snoozed">
      {submission.error && <Failure error={submission.error} />}
      <ul class="alert-snoozes">
        {snoozes.map((snooze) => (
          <li key={snooze.snoozeId}>
            <span>
              {toWords(snooze)} until {formatDay(snooze.until)}
              <span class="muted"> · {snooze.author}</span>
            </span>
            {mayEnd && (
              <button
                type="button"
                class="button small"
                disabled={submission.busy}
                onClick={() => end(snooze)}
              >
                End<span class="unseen"> the snooze: {toWords(snooze)}</span>
              </button>
            )}
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function toWords({ kind, repository, group }: AlertSnooze): string {
  const what = kind === null ? 'All alerts' : ALERT_TITLES[kind];
  if (repository) return `${what} of ${repository.fullName}`;
  return group ? `${what} of the group ${group.name}` : `${what} of all repositories`;
}
