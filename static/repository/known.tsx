import type { RepositoryStats } from '../../lib/answers/stats.ts';
import { addDays, daysBetween } from '../../lib/day.ts';
import { Panel } from '../controls/panel.tsx';
import { formatCount, formatDay, formatShortDay, formatShortMonth, plural } from '../format.ts';
import { ImportedFrom } from '../imports/imported-from.tsx';
import { go, usePlace, withQuery } from '../location.ts';

const WIDTH = 1240;
/** A day is at least this wide, or nobody could see that it is lost. */
const MIN_WIDTH = 5;
const LABELS = 12;

type Span = RepositoryStats['known']['spans'][number];

const STATES: Record<string, { name: string; label: string }> = {
  measured: { name: 'measured', label: 'Measured' },
  imported: { name: 'imported', label: 'Imported' },
  lost: { name: 'lost', label: 'Lost' },
  suspect: { name: 'suspect', label: 'Suspect' },
  cut: { name: 'cut', label: 'Only a part of the day' },
  provisional: { name: 'provisional', label: 'Preliminary' },
  not_published: { name: 'pending', label: 'Not published yet' },
  before: { name: 'before', label: 'Before the first collection' },
};

/** Days around one that is opened here. */
const AROUND = 14;

/** How each day of the whole history is known. A click on a day shows why. */
export function KnownDays({ answer }: { answer: RepositoryStats }) {
  const place = usePlace();
  const { spans, knownDays, publishedDays } = answer.known;
  const first = spans[0]?.from;
  const last = spans.at(-1)?.to;
  if (!first || !last) return null;
  const end = last;
  const days = daysBetween(first, last) + 1;
  const x = (day: string) => (WIDTH * daysBetween(first, day)) / days;
  const lost = spans.filter(({ state }) => state === 'lost').reverse();

  /** Opens the day in the chart, with days around it if the chart does not show it by day. */
  function open(day: string) {
    const { range } = answer;
    const isShown = range.by === 'day' && day >= range.from && day <= range.to;
    const from = addDays(day, -AROUND);
    const to = addDays(day, AROUND);
    go(
      withQuery(
        place,
        isShown ? { day } : { range: null, by: null, from, to: [to, end].sort()[0] ?? end, day },
      ),
    );
    document.querySelector('.figures')?.scrollIntoView({ block: 'start' });
  }

  return (
    <Panel
      title="What is known"
      beside={
        <span class="muted small">
          {formatCount(knownDays)} of {plural(publishedDays, 'published day')} · click a day to see why
        </span>
      }
    >
      <div class="known">
        <button
          type="button"
          class="known-strip"
          aria-label={`What is known of each day since ${formatDay(first)}. Opens the newest lost day, or the last one.`}
          onClick={(event) => {
            // A key press has no place.
            if (event.detail === 0) return open(lost[0]?.to ?? last);
            const box = event.currentTarget.getBoundingClientRect();
            const share = Math.min(0.999999, Math.max(0, (event.clientX - box.left) / box.width));
            open(nearest(spans, addDays(first, Math.floor(share * days)), days / box.width));
          }}
        >
          <svg viewBox={`0 0 ${WIDTH} 16`} preserveAspectRatio="none" aria-hidden="true">
            <pattern id="known-hatch" width="5" height="5" patternUnits="userSpaceOnUse">
              <rect width="5" height="5" />
              <path d="M-1 6 6-1" />
            </pattern>
            {spans.map((span) => (
              <rect
                key={span.from}
                class={`known-${STATES[span.state]?.name ?? 'before'}`}
                x={x(span.from).toFixed(1)}
                y="2"
                width={Math.max(MIN_WIDTH, x(addDays(span.to, 1)) - x(span.from) - 1).toFixed(1)}
                height="12"
                rx="2"
              />
            ))}
          </svg>
        </button>
        <ol class="known-labels" aria-hidden="true">
          {labelsOf(first, last).map(({ day, text }) => (
            <li key={day} style={{ left: `${((100 * daysBetween(first, day)) / days).toFixed(2)}%` }}>
              {text}
            </li>
          ))}
        </ol>
      </div>
      <ul class="legend">
        {[...new Set(spans.map(({ state }) => state))].map((state) => (
          <li key={state}>
            <span
              class={state === 'lost' ? 'swatch lost' : `swatch known-${STATES[state]?.name ?? 'before'}`}
            />
            {STATES[state]?.label ?? state}
            {state === 'lost' && <LostSpans spans={lost} onOpen={open} />}
          </li>
        ))}
      </ul>
      <ImportedFiles imports={answer.imports} />
    </Panel>
  );
}

/** Imports that are named below the legend. */
const NAMED_IMPORTS = 3;

/** Which files the imported days come from. */
function ImportedFiles({ imports }: Pick<RepositoryStats, 'imports'>) {
  if (imports.length === 0) return null;
  const more = imports.length - NAMED_IMPORTS;
  return (
    <ul class="imported-files">
      {imports.slice(0, NAMED_IMPORTS).map((mark) => (
        <li key={mark.importId}>
          From <ImportedFrom mark={mark} />
        </li>
      ))}
      {more > 0 && <li>…and {plural(more, 'more import', 'more imports')}</li>}
    </ul>
  );
}

/** Lost days that are named in the legend. */
const NAMED = 3;

function LostSpans({ spans, onOpen }: { spans: readonly Span[]; onOpen: (day: string) => void }) {
  return (
    <>
      :{' '}
      {spans.slice(0, NAMED).map(({ from, to }, index) => (
        <span key={from}>
          {index > 0 && ', '}
          <button type="button" class="link-button" onClick={() => onOpen(from)}>
            {from === to ? formatShortDay(from) : `${formatShortDay(from)} – ${formatShortDay(to)}`}
            <span class="unseen">: why?</span>
          </button>
        </span>
      ))}
      {spans.length > NAMED && ' …and more'}
    </>
  );
}

/** A narrow lost day is drawn wider than it is: a click near it means it. */
function nearest(spans: readonly Span[], day: string, daysPerPixel: number): string {
  const reach = Math.ceil(MIN_WIDTH * daysPerPixel);
  const lost = spans.find(
    ({ state, from, to }) => state === 'lost' && day >= addDays(from, -reach) && day <= addDays(to, reach),
  );
  if (!lost) return day;
  if (day < lost.from) return lost.from;
  return day > lost.to ? lost.to : day;
}

/** Months, or every so many of them; January names its year. */
function labelsOf(first: string, last: string) {
  const months: string[] = [];
  for (let day = `${first.slice(0, 7)}-01`; day <= last; day = `${addDays(day, 31).slice(0, 7)}-01`)
    if (day >= first) months.push(day);
  const step = Math.max(1, Math.ceil(months.length / LABELS));
  return months
    .filter((_, index) => index % step === 0)
    .map((day, index) => ({
      day,
      text:
        index === 0 || day.slice(5, 7) === '01'
          ? `${formatShortMonth(day)} ${day.slice(0, 4)}`
          : formatShortMonth(day),
    }));
}
