import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { WidgetFigures } from '../../../lib/answers/widgets.ts';
import type { WidgetMetric } from '../../../lib/dashboards/gallery.ts';
import { METRIC_NAMES } from '../../../lib/dashboards/gallery.ts';
import { addDays, daysBetween, weekOf } from '../../../lib/day.ts';
import { DataTable } from '../../controls/data-table.tsx';
import { formatCount, formatDay, formatShortDay, formatShortMonth, plural } from '../../format.ts';
import { go } from '../../location.ts';

type CalendarFigures = Extract<WidgetFigures, { kind: 'calendar' }>;

const DAYS_IN_WEEK = 7;
const LABELS = { left: 30, top: 18 };
const CELL = { least: 5, most: 22 };
const WEEKDAYS = ['Mon', '', 'Wed', '', 'Fri', '', ''];
/** A month's name needs so many pixels. */
const LABEL_WIDTH = 34;
const LEVELS = [0.22, 0.4, 0.58, 0.78, 1];

type CellState = 'known' | 'provisional' | 'suspect' | 'partial' | 'unread' | 'lost' | 'before';

/** How certain a day's figure is: the same words as in charts. */
function stateAt(figures: CalendarFigures, at: number): CellState {
  const isLost = (figures.lostDays[at] ?? 0) > 0;
  const isOpen = (figures.provisionalDays[at] ?? 0) > 0;
  if (figures.values[at] == null) {
    if (isLost) return 'lost';
    return (figures.pendingDays[at] ?? 0) > 0 || isOpen ? 'unread' : 'before';
  }
  if ((figures.suspectDays[at] ?? 0) > 0) return 'suspect';
  if (isOpen || (figures.pendingDays[at] ?? 0) > 0) return 'provisional';
  return isLost ? 'partial' : 'known';
}

const STATE_WORDS: Record<CellState, string> = {
  known: '',
  provisional: 'Preliminary',
  suspect: 'Suspect: everything fell to zero at once',
  partial: 'Some repositories lost',
  unread: 'No data yet',
  lost: 'Lost: not collected in time',
  before: 'Before the first collection',
};

/** The bounds of five levels, so that one large day does not make all others pale. */
function levelsOf(values: readonly (number | null)[]): (value: number) => number {
  const known = values.filter((value): value is number => value !== null && value > 0).sort((a, b) => a - b);
  const bounds = [0.2, 0.4, 0.6, 0.8].map((share) => known[Math.floor(share * known.length)] ?? 0);
  return (value) => bounds.filter((bound) => value >= bound).length;
}

interface CalendarProps {
  title: string;
  figures: CalendarFigures;
  metric: WidgetMetric;
  /** Where it is said what is known about a day. */
  hrefOf: (day: string) => string;
}

/**
 * A square per day, a column per week. Lost days are hatched, and days that may still change have a dashed edge. A click on a day
 * leads to what is known about it; the keyboard has the same links in the table.
 */
export function Calendar({ title, figures, metric, hrefOf }: CalendarProps) {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const [over, setOver] = useState<{ at: number; x: number; y: number } | null>(null);
  const { from, to, values } = figures;
  const first = weekOf(from);
  const weeks = Math.floor(daysBetween(first, to) / DAYS_IN_WEEK) + 1;
  const size = Math.max(CELL.least, Math.min(CELL.most, (width - LABELS.left) / weeks));
  const shownWeeks = Math.min(weeks, Math.max(1, Math.floor((width - LABELS.left) / size)));
  const hidden = weeks - shownWeeks;
  const start = addDays(first, hidden * DAYS_IN_WEEK);
  const skipped = Math.max(0, daysBetween(from, start));
  const level = levelsOf(values);
  const cells = values.flatMap((value, at) => {
    if (at < skipped) return [];
    const day = daysBetween(start, addDays(from, at));
    const x = LABELS.left + Math.floor(day / DAYS_IN_WEEK) * size;
    const y = LABELS.top + (day % DAYS_IN_WEEK) * size;
    return [{ at, x, y, value, state: stateAt(figures, at) }];
  });
  const height = LABELS.top + DAYS_IN_WEEK * size;
  const top = Math.max(0, ...values.map((value) => value ?? 0));
  const color = metric.startsWith('clone') ? '--clones' : '--views';
  const gap = size > 9 ? 2 : 1;

  function placeOf(event: PointerEvent) {
    const area = box.current?.getBoundingClientRect();
    const x = event.clientX - (area?.left ?? 0);
    const y = event.clientY - (area?.top ?? 0);
    const cell = cells.find((one) => x >= one.x && x < one.x + size && y >= one.y && y < one.y + size);
    return cell ? { at: cell.at, x, y } : null;
  }

  function open(event: PointerEvent) {
    const place = placeOf(event);
    if (place) go(hrefOf(addDays(from, place.at)));
  }

  return (
    <div
      class="calendar"
      ref={box}
      onPointerMove={(event) => setOver(placeOf(event))}
      onPointerLeave={() => setOver(null)}
    >
      {width > 0 && (
        <svg
          width={width}
          height={height}
          role="img"
          class="calendar-days"
          onPointerUp={open}
          aria-label={describe(title, figures)}
          style={{ '--fill': `var(${color})` }}
        >
          <defs>
            <pattern
              id="calendar-lost"
              width="5"
              height="5"
              patternUnits="userSpaceOnUse"
              patternTransform="rotate(-45)"
            >
              <rect width="5" height="5" fill="var(--lost-ground)" />
              <line y1="2.5" x2="5" y2="2.5" stroke="var(--lost)" stroke-width="1.2" />
            </pattern>
          </defs>
          {WEEKDAYS.map(
            (name, day) =>
              name && (
                <text key={name} x="0" y={LABELS.top + (day + 0.5) * size + 4}>
                  {size > 8 || day === 0 || day === 4 ? name : ''}
                </text>
              ),
          )}
          {monthLabels(start, shownWeeks, size).map(({ x, label }) => (
            <text key={x} x={x} y={LABELS.top - 6}>
              {label}
            </text>
          ))}
          {cells.map(({ at, x, y, value, state }) => (
            <rect
              key={at}
              class={`cell ${state}`}
              x={x + gap / 2}
              y={y + gap / 2}
              width={size - gap}
              height={size - gap}
              rx={size > 9 ? 3 : 1}
              {...(value ? { 'fill-opacity': LEVELS[level(value)] } : { 'data-zero': value === 0 })}
            />
          ))}
          {cells
            .filter(({ state }) => state === 'partial')
            .map(({ at, x, y }) => (
              <rect
                key={at}
                x={x + gap / 2}
                y={y + size - gap / 2 - Math.min(4, size / 3)}
                width={size - gap}
                height={Math.min(4, size / 3)}
                fill="url(#calendar-lost)"
              />
            ))}
        </svg>
      )}
      <p class="calendar-scale">
        <Scale color={color} /> {top > 0 && <span>most: {mostOf(figures, top)}</span>}
        <States states={cells.map(({ state }) => state)} />
        {hidden > 0 && <span>the last {plural(shownWeeks, 'week')}</span>}
      </p>
      {over && <Tip figures={figures} metric={metric} over={over} width={width} />}
    </div>
  );
}

/** The same figures as a table, the newest first. */
export function CalendarTable({ title, figures, metric, hrefOf }: CalendarProps) {
  const newest = figures.values.map((_, at) => at).reverse();
  const columns = [{ label: 'Day' }, { label: METRIC_NAMES[metric], numeric: true }, { label: 'State' }];
  return (
    <DataTable label={title} columns={columns} tall>
      {newest.map((at) => (
        <tr key={at}>
          <th scope="row">
            <a href={hrefOf(addDays(figures.from, at))}>{formatDay(addDays(figures.from, at))}</a>
          </th>
          <td class="number">{formatCount(figures.values[at] ?? null)}</td>
          <td>{STATE_WORDS[stateAt(figures, at)]}</td>
        </tr>
      ))}
    </DataTable>
  );
}

function mostOf({ from, values }: CalendarFigures, top: number): string {
  return `${formatCount(top)} on ${formatShortDay(addDays(from, values.indexOf(top)))}`;
}

function Scale({ color }: { color: string }) {
  return (
    <span class="scale" aria-hidden="true">
      less
      <svg width="62" height="10" aria-hidden="true" style={{ '--fill': `var(${color})` }}>
        {LEVELS.map((opacity, at) => (
          <rect
            key={opacity}
            class="cell"
            x={at * 12 + 2}
            width="10"
            height="10"
            rx="2"
            fill-opacity={opacity}
          />
        ))}
      </svg>
      more
    </span>
  );
}

const LEGEND: { state: CellState; label: string }[] = [
  { state: 'lost', label: 'Lost' },
  { state: 'partial', label: 'Partly lost' },
  { state: 'provisional', label: 'Preliminary' },
  { state: 'suspect', label: 'Suspect' },
  { state: 'unread', label: 'Not published yet' },
];

/** What the states that occur look like. */
function States({ states }: { states: CellState[] }) {
  return (
    <>
      {LEGEND.filter(({ state }) => states.includes(state)).map(({ state, label }) => (
        <span key={state} class="scale">
          <svg width="12" height="12" aria-hidden="true">
            <rect class={`cell ${state}`} x="1" y="1" width="10" height="10" rx="2" data-zero="false" />
            {state === 'partial' && <rect x="1" y="8" width="10" height="3" fill="url(#calendar-lost)" />}
          </svg>
          {label}
        </span>
      ))}
    </>
  );
}

interface TipProps {
  figures: CalendarFigures;
  metric: WidgetMetric;
  over: { at: number; x: number; y: number };
  width: number;
}

function Tip({ figures, metric, over: { at, x, y }, width }: TipProps) {
  const state = stateAt(figures, at);
  const side = x > width / 2 ? { right: `${width - x + 10}px` } : { left: `${x + 10}px` };
  return (
    <div class="tip calendar-tip" style={{ ...side, top: `${y + 12}px` }} aria-hidden="true">
      <strong>{formatDay(addDays(figures.from, at))}</strong>
      <ul>
        <li>
          {METRIC_NAMES[metric]}
          <b>{figures.values[at] == null ? 'unknown' : formatCount(figures.values[at] ?? null)}</b>
        </li>
      </ul>
      {STATE_WORDS[state] && <em>{STATE_WORDS[state]}</em>}
    </div>
  );
}

/** The months that begin in the shown weeks, without those whose names would touch. */
function monthLabels(start: string, weeks: number, size: number): { x: number; label: string }[] {
  const labels: { x: number; label: string }[] = [];
  for (let week = 0; week < weeks; week += 1) {
    const day = addDays(start, week * DAYS_IN_WEEK);
    const before = addDays(day, -DAYS_IN_WEEK);
    const x = LABELS.left + week * size;
    const begins = week === 0 || day.slice(0, 7) !== before.slice(0, 7);
    const last = labels.at(-1);
    const isWide = week === 0 || day.slice(5, 7) === '01';
    if (!begins || (last && x - last.x < LABEL_WIDTH)) continue;
    labels.push({ x, label: isWide && weeks > 20 && week > 0 ? day.slice(0, 4) : formatShortMonth(day) });
  }
  return labels;
}

function describe(title: string, figures: CalendarFigures): string {
  const { from, to, values } = figures;
  const known = values.filter((value) => value !== null);
  const sum = known.reduce((total, value) => total + value, 0);
  const lost = values.filter((_, at) => stateAt(figures, at) === 'lost').length;
  const top = Math.max(0, ...known);
  const parts = [
    `${title} from ${formatDay(from)} to ${formatDay(to)}.`,
    known.length === 0 ? 'No data.' : `${formatCount(sum)} in total.`,
    top > 0 && `Highest ${mostOf(figures, top)}.`,
    lost > 0 && `${plural(lost, 'day')} lost.`,
  ];
  return parts.filter(Boolean).join(' ');
}

/** The width of a box, which it follows. */
function useWidth(box: { readonly current: HTMLElement | null }): number {
  const [width, setWidth] = useState(0);
  // Before the first paint, so that nothing moves.
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const measure = () => setWidth(element.clientWidth);
    measure();
    const watcher = new ResizeObserver(measure);
    watcher.observe(element);
    return () => watcher.disconnect();
  }, [box]);
  return width;
}
