import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { RepositoryDay, TenantDay } from '../../lib/answers/day.ts';
import type { Range } from '../../lib/answers/figures.ts';
import { addDays } from '../../lib/day.ts';
import { useAnswer } from '../answers.ts';
import { Icon, type IconName } from '../controls/icon.tsx';
import { Failure } from '../controls/notice.tsx';
import { formatWeekday } from '../format.ts';
import { replace, usePlace, withQuery } from '../location.ts';
import { reads } from '../reads.ts';
import style from '../style/day.css' with { type: 'text' };
import { Against } from './against.tsx';
import { Happened } from './happened.tsx';
import { Makers, Rises } from './rises.tsx';

const sheet = new CSSStyleSheet();
sheet.replaceSync(style);
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];

export interface DayPanelProps {
  tenantId: number;
  /** Absent for all repositories of the tenant, or of the group in the address. */
  repositoryId?: number;
  date: string;
  /** How far from the chart's left edge the day is drawn; null while there is no drawing. */
  left: number | null;
  /** The days that can be opened. */
  range: Pick<Range, 'from' | 'to'>;
  /** The day with the highest figure, to say so. */
  highest?: string | null;
}

/** The notch's width in pixels. */
const NOTCH = 16;

/** The metrics whose rise decides which repositories made a day. */
const METRICS = ['viewCount', 'viewUniques', 'cloneCount', 'cloneUniques'];

function readOf({ tenantId, repositoryId, date }: DayPanelProps, query: URLSearchParams) {
  if (repositoryId !== undefined) return reads.repositoryDay(tenantId, repositoryId, date);
  const metric = query.get('metric') ?? '';
  return reads.tenantDay(tenantId, date, {
    group: query.get('group'),
    metric: METRICS.includes(metric) ? metric : null,
  });
}

/** What is known about a day, with a notch at its column. Arrow keys change the day, Escape closes the panel. */
export function DayPanel(props: DayPanelProps) {
  const { date, left, range, highest } = props;
  const place = usePlace();
  const { answer, error, loading, reload } = useAnswer<RepositoryDay | TenantDay>(readOf(props, place.query));
  const before = useRef<RepositoryDay | TenantDay>();
  if (answer) before.current = answer;
  const shown = answer ?? (error ? undefined : before.current);
  const section = useRef<HTMLElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  useNotch(section, left);
  // Whoever opened the day in the chart goes on reading here; a page that opens with a day does not take the focus.
  useEffect(() => {
    const isFromChart = chartOf(section.current)?.contains(document.activeElement);
    if (isFromChart || section.current?.contains(document.activeElement))
      heading.current?.focus({ preventScroll: true });
  }, [date]);

  const goTo = (day: string | null) => replace(withQuery(place, { day }));
  const previous = date > range.from ? addDays(date, -1) : null;
  const next = date < range.to ? addDays(date, 1) : null;

  function close() {
    const chart = chartOf(section.current);
    goTo(null);
    chart?.focus({ preventScroll: true });
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const target = { ArrowLeft: previous, ArrowRight: next }[event.key];
    if (event.key === 'Escape') close();
    else if (target) goTo(target);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  return (
    <section
      class="day"
      ref={section}
      aria-label={`What is known about ${formatWeekday(date)}`}
      aria-busy={loading}
      onKeyDown={onKeyDown}
    >
      <span class="day-notch" aria-hidden="true" />
      <header class="day-head">
        <h2 ref={heading} tabIndex={-1}>
          {formatWeekday(date)}
        </h2>
        {shown?.date === date && <StateTag shown={shown} />}
        {highest === date && <span class="muted day-note">Highest day of this range</span>}
        <span class="day-steps">
          <Step label="Previous day" icon="left" onClick={previous === null ? null : () => goTo(previous)} />
          <Step label="Next day" icon="right" onClick={next === null ? null : () => goTo(next)} />
          <Step label="Close" icon="close" onClick={close} />
        </span>
      </header>
      {error && <Failure error={error} retry={reload} />}
      {!error && (
        <Columns shown={shown} isStale={shown !== undefined && shown.date !== date} onChanged={reload} />
      )}
    </section>
  );
}

const chartOf = (section: HTMLElement | null) =>
  section?.closest('.card')?.querySelector<HTMLElement>('.chart-box') ?? null;

/** Puts the notch under the column of the day. */
function useNotch(section: { current: HTMLElement | null }, left: number | null) {
  useLayoutEffect(() => {
    const notch = section.current?.querySelector<HTMLElement>('.day-notch');
    const chart = chartOf(section.current)?.getBoundingClientRect();
    const panel = section.current?.getBoundingClientRect();
    if (!notch || !chart || !panel) return;
    notch.hidden = left === null;
    if (left !== null) notch.style.left = `${chart.left + left - panel.left - NOTCH / 2}px`;
  }, [left]);
}

interface StepProps {
  label: string;
  icon: IconName;
  /** Null: there is no such day in the range. */
  onClick: (() => void) | null;
}

function Step({ label, icon, onClick }: StepProps) {
  return (
    <button
      type="button"
      class="iconbtn"
      aria-label={label}
      aria-disabled={onClick === null}
      onClick={() => onClick?.()}
    >
      <Icon name={icon} />
    </button>
  );
}

interface ShownProps {
  shown: RepositoryDay | TenantDay;
}

const STATES: Record<string, { text: string; kind: string }> = {
  measured: { text: 'final', kind: 'success' },
  zero: { text: 'final', kind: 'success' },
  imported: { text: 'imported', kind: '' },
  provisional: { text: 'preliminary', kind: '' },
  cut: { text: 'only a part', kind: 'warning' },
  suspect: { text: 'suspect', kind: 'warning' },
  lost: { text: 'lost', kind: 'danger' },
  not_published: { text: 'not published yet', kind: '' },
  before: { text: 'before the first collection', kind: '' },
};

/** The state of the repository, or the one that most repositories have, with those that lost the day. */
function StateTag({ shown }: ShownProps) {
  if ('state' in shown) return <Tag state={shown.state} text={STATES[shown.state]?.text ?? ''} />;
  const total = shown.states.reduce((sum, { repositories }) => sum + repositories, 0);
  const merged = new Map<string, { state: string; count: number }>();
  for (const { state, repositories } of shown.states) {
    const text = STATES[state]?.text ?? state;
    merged.set(text, { state, count: (merged.get(text)?.count ?? 0) + repositories });
  }
  return (
    <>
      {[...merged].map(([text, { state, count }]) => (
        <Tag key={text} state={state} text={count === total ? text : `${text}: ${count} of ${total}`} />
      ))}
    </>
  );
}

function Tag({ state, text }: { state: string; text: string }) {
  return <span class={`tag ${STATES[state]?.kind ?? ''}`}>{text}</span>;
}

interface ColumnsProps {
  shown: RepositoryDay | TenantDay | undefined;
  /** True while the figures are those of another day. */
  isStale: boolean;
  onChanged: () => void;
}

/** A day without figures has nothing to compare and nothing that rose. */
function Columns({ shown, isStale, onChanged }: ColumnsProps) {
  if (!shown) return <div class="day-cols bones" />;
  const hasFigures = Object.values(shown.figures).some((figure) => figure !== null);
  return (
    <div class={isStale ? 'day-cols stale' : 'day-cols'} data-columns={hasFigures ? 3 : 1}>
      {hasFigures && <Against shown={shown} />}
      {hasFigures && ('repositories' in shown ? <Makers shown={shown} /> : <Rises shown={shown} />)}
      <Happened shown={shown} onChanged={onChanged} />
    </div>
  );
}
