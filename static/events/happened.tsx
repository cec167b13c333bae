import { useId, useState } from 'preact/hooks';
import type { ChartEvent, Events } from '../../lib/answers/events.ts';
import { eventIcon } from '../../lib/charts/event-icons.ts';
import { mayInTenant } from '../access.ts';
import { useMe } from '../app-context.ts';
import { eventKey, lightEvents, useLitEvents } from '../charts/lit.ts';
import { lazy } from '../controls/loading.tsx';
import { formatCount, formatShortDay, formatSpan } from '../format.ts';
import { usePlace, withQuery } from '../location.ts';
import { paths } from '../routes.ts';
import { AnnotateButton } from './annotate-button.tsx';
import type { AnnotationDialogProps } from './annotation-dialog.tsx';
import type { BeforeAfterDialogProps } from './before-after.tsx';

const AnnotationDialog = lazy<AnnotationDialogProps>(
  async () => (await import('./annotation-dialog.tsx')).AnnotationDialog,
  () => null,
);
const BeforeAfterDialog = lazy<BeforeAfterDialogProps>(
  async () => (await import('./before-after.tsx')).BeforeAfterDialog,
  () => null,
);

const KINDS: Record<ChartEvent['kind'], string> = {
  annotation: 'Annotations',
  alert: 'Alerts',
  release: 'Releases',
  referrer: 'New referrers',
  lost: 'Lost days',
  tracking: 'Tracking',
  renamed: 'Renames',
  transferred: 'Transfers',
  visibility: 'Visibility',
  archived: 'Archived',
  unarchived: 'Unarchived',
};

/** Events that are listed until somebody asks for all. */
const FEW = 7;

interface HappenedProps {
  tenantId: number;
  answer: (Events & { range: { from: string; to: string } }) | undefined;
  /** The only repository that is shown, if it is one. */
  repositoryId?: number | undefined;
  groupId?: number | undefined;
  onChanged: () => void;
}

/** What happened in the range, newest first. The pointer on an event lights its marker in the chart. */
export function Happened({ tenantId, answer, repositoryId, groupId, onChanged }: HappenedProps) {
  const id = useId();
  const [kind, setKind] = useState('');
  const [all, setAll] = useState(false);
  const events = answer?.events ?? [];
  const counts = answer?.eventCounts ?? [];
  const chosen = counts.some((one) => one.kind === kind) ? kind : '';
  const found = chosen === '' ? events : events.filter((event) => event.kind === chosen);
  const shown = all ? found : found.slice(0, FEW);
  const total = counts.reduce(
    (sum, one) => (chosen === '' || one.kind === chosen ? sum + one.count : sum),
    0,
  );
  return (
    <section class="card happened" aria-labelledby={id}>
      <header class="card-head">
        <h2 id={id}>What happened</h2>
        {counts.length > 1 && (
          <select
            aria-label="Show only"
            value={chosen}
            onChange={(event) => setKind(event.currentTarget.value)}
          >
            <option value="">Everything</option>
            {counts.map((one) => (
              <option key={one.kind} value={one.kind}>
                {`${KINDS[one.kind]} (${formatCount(one.count)})`}
              </option>
            ))}
          </select>
        )}
        <AnnotateButton
          tenantId={tenantId}
          repositoryId={repositoryId}
          groupId={groupId}
          date={answer?.range.to}
          class="button small plain"
          icon="plus"
          onSaved={onChanged}
        />
      </header>
      {answer && events.length === 0 && <p class="muted none">Nothing in this range.</p>}
      <ul class="events">
        {shown.map((event) => (
          <Row
            key={`${event.kind} ${event.annotationId ?? event.alertId} ${event.repositoryId} ${eventKey(event)}`}
            tenantId={tenantId}
            event={event}
            repositoryId={repositoryId}
            groupId={groupId}
            onChanged={onChanged}
          />
        ))}
      </ul>
      {(found.length > FEW || total > found.length || found.some((event) => event.kind === 'annotation')) && (
        <div class="basis">
          {found.length > FEW && (
            <button type="button" class="link-button quiet" aria-expanded={all} onClick={() => setAll(!all)}>
              {all ? `Show the newest ${FEW}` : `Show all ${formatCount(found.length)}`}
            </button>
          )}
          {answer && total > found.length && (
            <Earlier range={answer.range} found={found} counts={counts} missing={total - found.length} />
          )}
          {found.some((event) => event.kind === 'annotation') && (
            <a href={paths.annotations(tenantId)}>All annotations</a>
          )}
        </div>
      )}
    </section>
  );
}

interface EarlierProps {
  range: { from: string };
  found: readonly ChartEvent[];
  counts: Events['eventCounts'];
  missing: number;
}

/** Leads to the events that the answer has no room for: the range up to the last day from which some are missing. */
function Earlier({ range, found, counts, missing }: EarlierProps) {
  const place = usePlace();
  const days = counts.flatMap(({ kind, count }) => {
    const own = found.filter((event) => event.kind === kind);
    return own.length > 0 && own.length < count ? [own.at(-1)?.date ?? range.from] : [];
  });
  const to = days.sort().at(-1) ?? range.from;
  return (
    <a href={withQuery(place, { range: null, from: range.from, to, by: null, day: null })}>
      Show {formatCount(missing)} more, until {formatShortDay(to)}
    </a>
  );
}

interface RowProps extends Omit<HappenedProps, 'answer'> {
  event: ChartEvent;
}

function Row({ tenantId, event, repositoryId, groupId, onChanged }: RowProps) {
  const { me } = useMe();
  const lit = useLitEvents();
  const [open, setOpen] = useState<'' | 'edit' | 'compare'>('');
  const close = () => setOpen('');
  const mayEdit = event.kind === 'annotation' && mayInTenant(me, tenantId, 'changeAnnotations');
  return (
    <li
      class={lit.has(eventKey(event)) ? 'lit' : undefined}
      onPointerEnter={() => lightEvents([event])}
      onPointerLeave={() => lightEvents([])}
    >
      <EventTime event={event} />
      <span class="ev">
        <svg class="i" viewBox="0 0 16 16" aria-hidden="true">
          <path d={eventIcon(event.kind)} />
        </svg>
      </span>
      <span class="what">
        <EventSentence tenantId={tenantId} event={event} named={repositoryId === undefined} />
      </span>
      <span class="does">
        {mayEdit && (
          <button type="button" class="link-button" onClick={() => setOpen('edit')}>
            Edit
          </button>
        )}
        <button type="button" class="link-button" onClick={() => setOpen('compare')}>
          Before and after
        </button>
      </span>
      {open === 'edit' && (
        <AnnotationDialog
          tenantId={tenantId}
          start={{}}
          event={event}
          onClose={close}
          onSaved={() => {
            close();
            onChanged();
          }}
        />
      )}
      {open === 'compare' && (
        <BeforeAfterDialog
          tenantId={tenantId}
          event={event}
          repositoryId={repositoryId ?? event.repositoryId ?? undefined}
          groupId={groupId}
          onClose={close}
        />
      )}
    </li>
  );
}

/** The day of an event, or its days. */
export function EventTime({ event: { date, to } }: { event: Pick<ChartEvent, 'date' | 'to'> }) {
  return <time dateTime={date}>{to === date ? formatShortDay(date) : formatSpan(date, to)}</time>;
}

interface EventSentenceProps {
  tenantId: number;
  event: ChartEvent;
  /** The repository is named. */
  named: boolean;
}

/** What happened, in words: the name that matters stands out, and a link leads there. */
export function EventSentence({ tenantId, event, named }: EventSentenceProps) {
  const { kind, fullName, repositoryId, title, subject, detail, url, author, alertId } = event;
  const text = subject !== null && title.startsWith(subject) ? title.slice(subject.length) : title;
  const words = (
    <>
      {subject !== null && text !== title && <strong>{subject}</strong>}
      {kind === 'annotation' ? `“${text}”` : text}
    </>
  );
  return (
    <>
      {named && fullName && repositoryId !== null && (
        <>
          <a class="of" href={paths.repository(tenantId, repositoryId)} title={fullName}>
            {fullName.split('/')[1]}
          </a>
          {kind === 'release' ? ' ' : ': '}
        </>
      )}
      {url ? (
        <a href={url} target="_blank" rel="noopener noreferrer">
          {words}
        </a>
      ) : alertId !== null ? (
        <>
          <a href={paths.alert(tenantId, alertId)}>
            <strong>{subject}</strong>
          </a>
          {text}
        </>
      ) : (
        words
      )}
      {author && <span class="muted"> · {author}</span>}
      {detail && <span class="muted"> · {detail}</span>}
    </>
  );
}
