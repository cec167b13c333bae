import { go, type Place, replace, usePlace, withQuery } from '../location.ts';

/** What the reader can do in a chart. All of it is in the address. */
export interface ChartActions {
  /** The day whose panel is open. */
  openDay: string | null;
  /** Opens a day, or closes the one that is open. Null: the page has no panel for days. */
  onDay: ((day: string) => void) | null;
  /** Shows these days only, in a new history entry. */
  onZoom: (from: string, to: string) => void;
  /** Goes back to the range before the last zoom; false if there was none. */
  onReset: () => boolean;
}

/** The open day, and how far from the chart's left edge it is drawn; null while there is no drawing. */
export interface OpenDay {
  day: string;
  left: number | null;
}

type Days = Record<'range' | 'from' | 'to' | 'by', string | null>;

const daysOf = ({ query }: Place): Days => ({
  range: query.get('range'),
  from: query.get('from'),
  to: query.get('to'),
  by: query.get('by'),
});

/** The ranges that the reader zoomed in from, the last one at the end. They survive a reload. */
function zoomedFrom(): Days[] {
  const state: unknown = history.state;
  const ranges = state && typeof state === 'object' && 'zoomedFrom' in state ? state.zoomedFrom : null;
  return Array.isArray(ranges) ? ranges : [];
}

/** The actions of a page's charts. `hasDayPanel`: the page shows what is known about a day. */
export function useChartActions({ hasDayPanel }: { hasDayPanel: boolean }): ChartActions {
  const place = usePlace();
  const openDay = place.query.get('day');
  return {
    openDay,
    onDay: hasDayPanel ? (day) => replace(withQuery(place, { day: day === openDay ? null : day })) : null,
    onZoom: (from, to) =>
      go(withQuery(place, { range: null, from, to, by: null, day: null }), {
        zoomedFrom: [...zoomedFrom(), daysOf(place)],
      }),
    onReset: () => {
      const ranges = zoomedFrom();
      const before = ranges.at(-1);
      if (!before) return false;
      go(withQuery(place, { ...before, day: null }), { zoomedFrom: ranges.slice(0, -1) });
      return true;
    },
  };
}

/** How charts are shown, as the address says. */
export interface ChartView {
  scale: 'linear' | 'log';
  average: boolean;
  split: 'total' | 'stacked' | 'multiples';
  events: boolean;
  /** The comparison's line. */
  line: boolean;
}

export function chartViewOf(query: URLSearchParams): ChartView {
  const split = query.get('split');
  return {
    scale: query.get('scale') === 'log' ? 'log' : 'linear',
    average: query.get('average') === '7',
    split: split === 'stacked' || split === 'multiples' ? split : 'total',
    events: query.get('events') !== 'off',
    line: query.get('line') !== 'off',
  };
}
